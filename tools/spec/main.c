/* wasmc-spec: runs the scripts of the official tests, and others like them. */
#include "tools/cli/engines.h"
#include "tools/cli/file.h"
#include "tools/cli/options.h"
#include "tools/spec/report.h"
#include "tools/spec/suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

struct spec_options {
    const char *engine, *json, *suite, *skips, *expect, *label;
    bool tap, quiet, prints, checked, gc_torture, print_suite, eager;
    bool jit_hard, jit_poison;
    uint32_t jobs, timeout_seconds, threads, jit_pins;
    feature_set features_on;
};

#define AT(field) offsetof(struct spec_options, field)
static const struct option_row rows[] = {
    {"engine", 0, "NAME", option_string, AT(engine),
     "interp (default), jit or auto; jit+interp, interp+jit:\nmodules of "
     "a script by turns"},
    {"eager", 0, NULL, option_flag, AT(eager),
     "compile all functions when a module is loaded"},
    {"compile-threads", 0, "N", option_u32, AT(threads),
     "how many may validate and compile (default: 1)"},
    {"suite", 0, "DIR", option_string, AT(suite),
     "the suite to run when no FILE is given"},
    {"print-suite", 0, NULL, option_flag, AT(print_suite),
     "only say where the suite is; exit 1 if nowhere"},
    {"skip-list", 0, "FILE", option_string, AT(skips),
     "what not to run, with a reason for each"},
    {"features", 0, "LIST", option_features, AT(features_on),
     "features to switch on in all files"},
    {"checked", 0, NULL, option_flag, AT(checked),
     "memories with explicit bounds checks only"},
    {"gc-torture", 0, NULL, option_flag, AT(gc_torture),
     "collect garbage at each allocation"},
    {"jit-hard", 0, NULL, option_flag, AT(jit_hard),
     "compile with as few registers as there may be"},
    {"jit-poison", 0, NULL, option_flag, AT(jit_poison),
     "enter machine code with garbage in free registers"},
    {"jit-pins", 0, "SEED", option_u32, AT(jit_pins),
     "compile with locals in registers at random"},
    {"json", 0, "FILE", option_string, AT(json), "write the counts as JSON"},
    {"tap", 0, NULL, option_flag, AT(tap),
     "report in the Test Anything Protocol, a test a file"},
    {"expect", 0, "FILE", option_string, AT(expect),
     "fail when fewer pass, or more are skipped, than this\nfile says; or "
     "more pass, where it says so with a ="},
    {"label", 0, "NAME", option_string, AT(label),
     "the line of the --expect file to compare with"},
    {"quiet", 'q', NULL, option_flag, AT(quiet), "only show files that fail"},
    {"prints", 0, NULL, option_flag, AT(prints),
     "show on stderr what tests print"},
    {"jobs", 'j', "N", option_u32, AT(jobs),
     "files at once, each in its process; 0: all in this one"},
    {"timeout", 0, "SECONDS", option_u32, AT(timeout_seconds),
     "how long a file may take (default: 120)"},
    {0},
};
#undef AT

static const struct option_table table = {
    .command = "wasmc-spec",
    .operands = "[FILE|DIR...]",
    .summary =
        "Runs scripts in the format of the official WebAssembly tests. Without "
        "FILE or DIR\nthe official suite is run: --suite, or "
        "$WASMC_TESTSUITE, or spec-tests/testsuite, or\n"
        "../shared/spec-testsuite.",
    .rows = rows,
};

static bool collect(const struct spec_options *o, int operands, char **argv,
                    struct suite *suite, struct error *e)
{
    for (int i = 0; i < operands; i++)
        if (!suite_add(suite, argv[i], e))
            return false;
    if (operands > 0)
        return true;
    if (o->suite)
        return suite_add(suite, o->suite, e);
    char *found = suite_find();
    bool ok = found ? suite_add(suite, found, e)
                    : wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET,
                                   "no test suite here: "
                                   "spec-tests/fetch-testsuite gets it");
    free(found);
    return ok;
}

/* And for what configuration it stands. */
static bool has_engine(const char *name, struct engine_config *c)
{
    return engine_config_both(name, c) || engine_config_named(name, c);
}

static void fill_jobs(struct job_list *list, const struct spec_options *o,
                      const struct suite *suite, const struct skip_list *skips)
{
    for (uint32_t i = 0; i < suite->files.len; i++) {
        struct script_job *job = &list->jobs[i].script;
        job->path = suite->files.data[i].path;
        job->label = suite->files.data[i].label;
        job->skips = skips;
        job->show_prints = o->prints;
        job->jit_hard = o->jit_hard;
        job->jit_poison = o->jit_poison;
        job->jit_pins = o->jit_pins;
        (void)has_engine(o->engine, &job->config);
        job->config.features = suite->files.data[i].features | o->features_on;
        job->config.gc_torture = o->gc_torture;
        job->config.eager = o->eager;
        if (o->threads != 0)
            job->config.threads = o->threads;
        if (o->checked)
            job->config.guarded_memory = false;
    }
    list->parallel = o->jobs;
    list->timeout_seconds = o->timeout_seconds;
}

/* Runs everything. *failed says whether any test did; false, with the error
 * set, when running was not possible. */
static bool run_all(const struct spec_options *o, const struct suite *suite,
                    const struct skip_list *skips, bool *failed,
                    struct error *e)
{
    struct job_list list = {0};
    struct report report = {.tap = o->tap, .quiet = o->quiet, .suite = suite};
    bool ok = jobs_init(&list, suite->files.len, e);
    if (ok) {
        fill_jobs(&list, o, suite, skips);
        report_begin(&report, &list);
        ok = jobs_run(&list, report_file, &report, e);
    }
    if (ok) {
        report_end(&report);
        *failed = report.total.failed > 0;
    }
    if (ok && o->json)
        ok = report_json(&report, &list, o->json, e);
    if (ok && o->expect)
        ok = report_expected(&report, o->expect, o->label, e);
    jobs_free(&list);
    return ok;
}

static int print_suite(const struct spec_options *o)
{
    char *found = o->suite ? strdup(o->suite) : suite_find();
    if (found)
        puts(found);
    free(found);
    return found ? EXIT_PASSED : EXIT_FAILED;
}

static bool load_skips(const char *path, struct skip_list *skips)
{
    struct error e = ERROR_INIT;
    if (!path || skip_load(skips, path, &e))
        return true;
    file_print_error(path, &e);
    return false;
}

int main(int argc, char **argv)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct spec_options o = {.engine = "interp",
                             .label = "suite",
                             .jobs = cores > 0 ? (uint32_t)cores : 1,
                             .timeout_seconds = 120};
    int operands;
    enum options_result parsed =
        options_parse(&table, argc - 1, argv + 1, &o, &operands);
    if (parsed == OPTIONS_HELP)
        return EXIT_PASSED;
    struct engine_config unused;
    if (parsed == OPTIONS_OK && !has_engine(o.engine, &unused)) {
        options_complain(&table, "unknown engine '%s'", o.engine);
        parsed = OPTIONS_WRONG;
    }
    if (parsed == OPTIONS_OK && o.print_suite)
        return print_suite(&o);
    struct skip_list skips = {0};
    if (parsed == OPTIONS_WRONG || !load_skips(o.skips, &skips)) {
        skip_free(&skips);
        return EXIT_WRONG_USE;
    }
    struct error e = ERROR_INIT;
    struct suite suite = {0};
    bool failed = false;
    bool ok = collect(&o, operands, argv + 1, &suite, &e) &&
              run_all(&o, &suite, &skips, &failed, &e);
    if (!ok)
        fprintf(stderr, "wasmc-spec: %s\n", e.message);
    suite_free(&suite);
    skip_free(&skips);
    return ok && !failed ? EXIT_PASSED : EXIT_FAILED;
}
