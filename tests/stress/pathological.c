/* Each of these modules is accepted or refused with the named limit, in a time
 * that is in proportion to its size, on a native stack of 64 KiB: decoded and
 * validated, compiled by every engine, and written as text and read back.
 * Prints a line a module with its times.
 */
#include "stress/modules.h"

#include "binary/decode.h"
#include "binary/names.h"
#include "interp/interp.h"
#include "jit/engine.h"
#include "text/parse.h"
#include "text/print.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

#include <limits.h>
#include <pthread.h>
#include <time.h>

/* What is timed. */
enum stage { VALIDATE, SIDETABLE, INTERP, JIT, PRINT, FOLD, PARSE, STAGES };

struct run {
    struct buf bytes, text;
    struct engine *engines[STAGES];
    enum stage stage;
    size_t len; /* of what the stage reads */
    bool ok;
    double seconds;
    struct error error;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct module *new_module(struct run *r)
{
    struct module *m =
        wc_module_new(r->bytes.data, (uint32_t)r->bytes.len, false);
    if (m != NULL)
        m->features = wc_features_default();
    return m;
}

static bool validate(struct run *r)
{
    struct valid_policy policy = {.sidetables = r->stage == SIDETABLE,
                                  .branches = r->stage == SIDETABLE};
    struct typereg *reg = r->engines[INTERP]->reg;
    struct module *m = new_module(r);
    if (m == NULL)
        return false;
    bool ok = wc_decode(m, &r->error) &&
              wc_validate(m, reg, &policy, &r->error);
    if (ok && m->funcs_len != 0)
        wc_names_func(m, m->funcs_len - 1);
    wc_module_unref(m);
    return ok && wc_typereg_count(reg) == 0;
}

/* Only what the engine does is timed. */
static bool compile(struct run *r)
{
    struct module *m = wc_engine_load(r->engines[r->stage], r->bytes.data,
                                      r->bytes.len, false, &r->error);
    double start = now();
    bool ok = m != NULL && wc_engine_compile(m, &r->error);
    wc_module_unref(m);
    r->seconds = start;
    return ok;
}

static bool print(struct run *r)
{
    struct print_options options = {.fold = r->stage == FOLD};
    struct module *m = new_module(r);
    wc_buf_free(&r->text);
    bool ok = m != NULL && wc_decode(m, &r->error) &&
              wc_wat_print(m, &options, &r->text, &r->error);
    wc_module_unref(m);
    return ok;
}

static bool parse(struct run *r)
{
    struct buf out = {0};
    r->len = r->text.len;
    bool ok = wc_wat_parse((const char *)r->text.data, r->text.len, &out,
                           &r->error);
    wc_buf_free(&out);
    return ok;
}

/* On a thread of its own, with as little stack as promised. */
static void *run(void *arg)
{
    static bool (*const stages[STAGES])(struct run *) = {
        validate, validate, compile, compile, print, print, parse};
    struct run *r = arg;
    r->error = (struct error)ERROR_INIT;
    r->len = r->bytes.len;
    r->seconds = now();
    r->ok = stages[r->stage](r);
    r->seconds = now() - r->seconds;
    return NULL;
}

static bool run_thread(struct run *r)
{
    pthread_attr_t attr;
    pthread_t thread;
    size_t stack = 65536;
#ifdef PTHREAD_STACK_MIN
    if (stack < (size_t)PTHREAD_STACK_MIN)
        stack = (size_t)PTHREAD_STACK_MIN;
#endif
    pthread_attr_init(&attr);
    bool ok = pthread_attr_setstacksize(&attr, stack) == 0 &&
              pthread_create(&thread, &attr, run, r) == 0;
    pthread_attr_destroy(&attr);
    return ok && pthread_join(thread, NULL) == 0;
}

static bool as_expected(const struct run *r, const char *limit)
{
    if (limit == NULL)
        return r->ok;
    return !r->ok && r->error.kind == ERROR_LIMIT &&
           strncmp(r->error.message, limit, strlen(limit)) == 0;
}

static const char *const stage_names[STAGES] = {
    "validate", "side table", "interp", "jit", "print", "fold", "parse"};

/* What one byte of plain code takes: to load it, all in all; or as text. */
static double plain_seconds(enum stage stage, const double *plain)
{
    return stage > JIT ? plain[stage] : plain[SIDETABLE] + plain[INTERP];
}

/* An allocation costs several times as much there, plain code makes few. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 2
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 2
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 1
#endif

/* Seconds of CPU allowed: ten times what the same bytes of plain code take,
 * and what the size of a module cannot account for. */
static double bound(const struct run *r, const struct stress_module *m,
                    const double *plain)
{
    uint32_t more = r->stage > JIT && m->text != 0 ? m->text : 1;
    return 0.1 + 10 * SANITIZED * more * plain_seconds(r->stage, plain) *
                     (double)r->len;
}

/* The first row, plain code, says how fast this build is. */
static bool run_stage(struct run *r, const struct stress_module *m,
                      double *plain)
{
    bool ran = run_thread(r);
    if (plain[r->stage] == 0)
        plain[r->stage] = r->seconds / (double)r->len;
    bool ok = ran && as_expected(r, m->limit) &&
              (plain[INTERP] == 0 || r->seconds <= bound(r, m, plain));
    printf("%s %-32s %-10s %9zu bytes %7.1f ms %5.1f ns/byte %s\n",
           ok ? "ok  " : "FAIL", m->name, stage_names[r->stage], r->len,
           r->seconds * 1e3, r->seconds * 1e9 / (double)r->len,
           r->error.message);
    fflush(stdout);
    return ok;
}

/* Refused modules are only validated. */
static bool wanted(const struct run *r, const struct stress_module *m)
{
    return r->stage <= SIDETABLE ||
           (m->limit == NULL &&
            (r->stage > JIT ? m->text != NO_TEXT
                            : r->engines[r->stage] != NULL));
}

static int run_module(struct run *r, const struct stress_module *m,
                      double *plain)
{
    int failed = 0;
    r->bytes = m->make();
    if (r->bytes.failed)
        return 1;
    for (r->stage = 0; r->stage < STAGES; r->stage++)
        if (wanted(r, m))
            failed += !run_stage(r, m, plain);
    wc_buf_free(&r->bytes);
    return failed;
}

static struct engine *new_engine(const struct engine_ops *ops)
{
    struct engine_config c;
    if (ops == NULL)
        return NULL;
    wc_engine_config_init(&c, ops);
    return wc_engine_new(&c);
}

int main(int argc, char **argv)
{
    const struct stress_module *const sets[] = {stress_bodies, stress_modules};
    struct run r = {.engines = {[INTERP] = new_engine(&wc_interp_ops),
                                [JIT] = new_engine(wc_jit_engine())}};
    double plain[STAGES] = {0};
    int failed = 0, modules = 0;
    for (size_t s = 0; s < ARRAY_LEN(sets); s++)
        for (const struct stress_module *m = sets[s]; m->name; m++) {
            if (modules++ != 0 && argc > 1 && !strstr(m->name, argv[1]))
                continue;
            failed += run_module(&r, m, plain);
        }
    wc_buf_free(&r.text);
    wc_engine_unref(r.engines[INTERP]);
    wc_engine_unref(r.engines[JIT]);
    printf("%d modules, %d failed\n", modules, failed);
    return failed != 0;
}
