/* Text: failures as they are, a line per file, a line of totals at the end. */
#include "tools/spec/report.h"

#include "tools/cli/file.h"

#include <inttypes.h>
#include <string.h>

#define COUNTS "%" PRIu32 " passed, %" PRIu32 " failed, %" PRIu32 " skipped"

void report_begin(struct report *r, const struct job_list *list)
{
    if (r->tap)
        printf("TAP version 13\n1..%" PRIu32 "\n", list->len);
}

static void add(struct tally *total, const struct tally *t)
{
    total->assertions += t->assertions;
    total->passed += t->passed;
    total->failed += t->failed;
    total->skipped += t->skipped;
    for (int i = 0; i < SKIP_REASONS; i++)
        total->skips[i] += t->skips[i];
}

/* Copies what a job has to say, each line behind `prefix`. */
static void copy_report(FILE *from, const char *prefix)
{
    char line[512];
    bool start = true;
    rewind(from);
    while (fgets(line, sizeof line, from)) {
        printf("%s%s", start ? prefix : "", line);
        start = line[strlen(line) - 1] == '\n';
    }
}

void report_file(void *arg, struct job *job)
{
    struct report *r = arg;
    const struct tally *t = job->tally;
    r->files++;
    add(&r->total, t);
    if (r->tap) {
        printf("%sok %" PRIu32 " - %s # " COUNTS "\n", t->failed ? "not " : "",
               r->files, job->script.label, t->passed, t->failed, t->skipped);
        copy_report(job->report, "# ");
    } else {
        copy_report(job->report, "");
        if (!r->quiet || t->failed)
            printf("%-44s " COUNTS "\n", job->script.label, t->passed,
                   t->failed, t->skipped);
    }
    fflush(stdout);
}

void report_end(const struct report *r)
{
    static const char *const reasons[SKIP_REASONS] = {
        [SKIP_UNSUPPORTED] = "need a module the engine does not execute",
        [SKIP_LISTED] = "in the skip list",
    };
    const char *prefix = r->tap ? "# " : "";
    for (uint32_t i = 0; i < r->suite->left_out.len; i++)
        printf("%s%s left out: %s\n", prefix,
               r->suite->left_out.data[i].label,
               r->suite->left_out.data[i].reason);
    for (int i = 0; i < SKIP_REASONS; i++)
        if (r->total.skips[i])
            printf("%s%" PRIu32 " skipped: %s\n", prefix, r->total.skips[i],
                   reasons[i]);
    printf("%s" COUNTS "\n", prefix, r->total.passed, r->total.failed,
           r->total.skipped);
}

static void json_counts(struct buf *out, const struct tally *t)
{
    wc_buf_printf(out,
                  "\"passed\": %" PRIu32 ", \"failed\": %" PRIu32
                  ", \"skipped\": %" PRIu32,
                  t->passed, t->failed, t->skipped);
}

static void json_string(struct buf *out, const char *s)
{
    wc_buf_byte(out, '"');
    for (; *s; s++) {
        if ((uint8_t)*s < 0x20)
            wc_buf_printf(out, "\\u%04x", (unsigned)*s);
        else if (*s == '"' || *s == '\\')
            wc_buf_printf(out, "\\%c", *s);
        else
            wc_buf_byte(out, (uint8_t)*s);
    }
    wc_buf_byte(out, '"');
}

static void json_left_out(struct buf *out, const struct suite *suite)
{
    wc_buf_string(out, ",\n  \"left_out\": [");
    for (uint32_t i = 0; i < suite->left_out.len; i++) {
        wc_buf_string(out, i ? ",\n    {\"folder\": " : "\n    {\"folder\": ");
        json_string(out, suite->left_out.data[i].label);
        wc_buf_string(out, ", \"reason\": ");
        json_string(out, suite->left_out.data[i].reason);
        wc_buf_byte(out, '}');
    }
    wc_buf_string(out, "]");
}

bool report_json(const struct report *r, const struct job_list *list,
                 const char *path, struct error *e)
{
    struct buf out = {0};
    wc_buf_string(&out, "{\n  ");
    json_counts(&out, &r->total);
    json_left_out(&out, r->suite);
    wc_buf_string(&out, ",\n  \"files\": [");
    for (uint32_t i = 0; i < list->len; i++) {
        wc_buf_string(&out, i ? ",\n    {\"file\": " : "\n    {\"file\": ");
        json_string(&out, list->jobs[i].script.label);
        wc_buf_string(&out, ", ");
        json_counts(&out, list->jobs[i].tally);
        wc_buf_byte(&out, '}');
    }
    wc_buf_string(&out, "\n  ]\n}\n");
    bool ok = out.failed ? wc_error_no_memory(e, "writing JSON")
                         : file_write(path, &out, e);
    wc_buf_free(&out);
    return ok;
}

#define TOTALS_NAME 64

/* LABEL PASSED SKIPPED; `=` in front of PASSED: exactly. */
static bool read_totals(const char *line, char name[TOTALS_NAME],
                        uint32_t *passed, bool *exact, uint32_t *skipped)
{
    int at = 0;
    if (sscanf(line, "%63s %n", name, &at) != 1)
        return false;
    *exact = line[at] == '=';
    return sscanf(line + at + *exact, "%" SCNu32 " %" SCNu32, passed,
                  skipped) == 2;
}

bool report_expected(const struct report *r, const char *path,
                     const char *label, struct error *e)
{
    char name[TOTALS_NAME];
    uint32_t passed, skipped;
    bool found = false, ok = true, exact;
    FILE *f = fopen(path, "r");
    if (!f)
        return wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET, "cannot be read");
    for (char line[256]; ok && fgets(line, sizeof line, f);) {
        if (line[0] == '#' ||
            !read_totals(line, name, &passed, &exact, &skipped) ||
            strcmp(name, label) != 0)
            continue;
        found = true;
        ok = r->total.passed >= passed && r->total.skipped <= skipped &&
             (!exact || r->total.passed == passed);
        if (!ok)
            wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET,
                         "%s: %" PRIu32 " passed and %" PRIu32
                         " skipped are expected",
                         label, passed, skipped);
    }
    fclose(f);
    return found ? ok
                 : wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET,
                                "no totals of '%s'", label);
}
