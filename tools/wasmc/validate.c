/* wasmc validate: is it a module, and how fast do we know? */
#include "tools/wasmc/load.h"
#include "tools/wasmc/wasmc.h"
#include "valid/customs.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

struct validate_options {
    uint32_t threads;
    bool verbose, customs;
    feature_set features;
};

#define AT(field) offsetof(struct validate_options, field)
static const struct option_row rows[] = {
    {"threads", 0, "N", option_u32, AT(threads),
     "check function bodies on N threads"},
    {"features", 0, "LIST", option_features, AT(features),
     "switch features on, or with - in front off"},
    {"customs", 0, NULL, option_flag, AT(customs),
     "look into the sections of names and branch hints too"},
    {"verbose", 'v', NULL, option_flag, AT(verbose),
     "say how large the module is and how long it took"},
    {0},
};
#undef AT

static const struct option_table table = {
    .command = "wasmc validate",
    .operands = "FILE",
    .summary = "Checks a module, binary or text. No news is good news.",
    .rows = rows,
};

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void report(const struct module *m, double seconds)
{
    printf("%" PRIu32 " bytes, %" PRIu32 " functions, %" PRIu32
           " bytes of code, validated in %.3f ms (%.1f MB/s)\n",
           m->bytes_len, m->funcs_len - m->funcs_imported, m->code.len,
           seconds * 1e3, m->code.len / (seconds > 0 ? seconds : 1) / 1e6);
}

int command_validate(int argc, char **argv)
{
    struct validate_options o = {.threads = 1,
                                 .features = wc_features_default()};
    const char *path;
    int code;
    if (!command_file(&table, argc, argv, &o, &path, &code))
        return code;
    struct module *m = load_decoded(path, o.features);
    if (!m)
        return EXIT_CODE_HOST;
    struct valid_policy policy = {.threads = o.threads, .sidetables = true};
    struct error e = ERROR_INIT;
    double start = seconds_now();
    bool ok = load_validate(m, &policy, &e) &&
              (!o.customs || wc_customs_check(m, &e));
    if (!ok)
        file_print_error(path, &e);
    else if (o.verbose)
        report(m, seconds_now() - start);
    load_delete(m);
    return ok ? EXIT_CODE_OK : EXIT_CODE_HOST;
}
