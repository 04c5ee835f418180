/* wasmc run: a command (its _start), or one function with --invoke.
 *
 * Options behind FILE belong to the guest.
 */
#include "tools/cli/engines.h"
#include "tools/wasmc/literal.h"
#include "tools/wasmc/program.h"
#include "tools/wasmc/wasmc.h"
#include "wasi/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool one_of(void *target, const char *value, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(*words, value) == 0) {
            *(const char **)target = value;
            return true;
        }
    }
    return false;
}

static bool option_engine(void *target, const char *value, const char **why)
{
    *why = "no such engine here (" ENGINE_NAMES ")";
    *(const char **)target = value;
    struct engine_config unused;
    return engine_config_named(value, &unused);
}

static bool option_cache(void *target, const char *value, const char **why)
{
    struct run_options *o = target;
    *why = "a directory, please";
    o->cached = true;
    o->cache.dir = value;
    return value == NULL || *value != '\0';
}

static bool option_observers(void *target, const char *value, const char **why)
{
    static const struct {
        const char *name;
        unsigned bit;
    } names[] = {{"perf-map", OBSERVER_PERF_MAP},
                 {"jitdump", OBSERVER_JITDUMP},
                 {"gdb", OBSERVER_GDB}};
    *why = "perf-map, jitdump, gdb, with commas between";
    while (*value != '\0') {
        size_t len = strcspn(value, ","), i = 0;
        while (i < ARRAY_LEN(names) && (strlen(names[i].name) != len ||
                                        memcmp(names[i].name, value, len) != 0))
            i++;
        if (i == ARRAY_LEN(names))
            return false;
        *(unsigned *)target |= names[i].bit;
        value += len + (value[len] == ',');
    }
    return true;
}

static bool option_memory(void *target, const char *value, const char **why)
{
    static const char *const words[] = {"guarded", "checked", NULL};
    *why = "guarded or checked, please";
    return one_of(target, value, words);
}

static bool option_wasi(void *target, const char *value, const char **why)
{
    *why = "threads is all there is";
    *(bool *)target = strcmp(value, "threads") == 0;
    return *(bool *)target;
}

#define AT(field) offsetof(struct run_options, field)
static const struct option_row rows[] = {
    {"invoke", 'i', "NAME", option_string, AT(invoke),
     "call this export with the arguments, print what it\nreturns"},
    {"dir", 0, "HOST[::GUEST][::ro]", option_dir, AT(dirs),
     "let the guest use a directory (as GUEST, read-only)"},
    {"mapdir", 0, "GUEST::HOST", option_mapdir, AT(dirs),
     "the same, the other way round"},
    {"mount", 0, "HOST:GUEST[:ro]", option_mount, AT(dirs),
     "the same, with single colons"},
    {"memdir", 0, "GUEST[::BYTES]", option_memdir, AT(dirs),
     "let the guest use an empty directory in memory\n"
     "(default: up to 1g)"},
    {"tcplisten", 0, "HOST:PORT", option_list, AT(listeners),
     "let the guest accept TCP connections there"},
    {"env", 0, "NAME[=VALUE]", option_list, AT(envs),
     "set an environment variable, or pass it on"},
    {"wasi", 0, "threads", option_wasi, AT(wasi_threads),
     "let the guest start threads"},
    {"argv0", 0, "NAME", option_string, AT(argv0),
     "what the guest is told it is called (default: FILE)"},
    {"filter-escapes", 0, NULL, option_flag, AT(filter_escapes),
     "show escape sequences that the guest writes to a\n"
     "terminal instead of letting it obey them"},
    {"max-host-memory", 0, "BYTES", option_size, AT(host_memory),
     "for descriptors and listings of the guest\n(default: 64m)"},
    {"max-fds", 0, "N", option_u32, AT(max_fds),
     "descriptors of the guest (default: 65536)"},
    {"max-threads", 0, "N", option_u32, AT(max_threads),
     "threads of the guest (default: 4096)"},
    {"engine", 0, "NAME", option_engine, AT(engine),
     "interp (default), jit: machine code, auto: jit where\nthere is one "
     "(default with --cache and --precompiled)"},
    {"eager", 0, NULL, option_flag, AT(eager),
     "compile all functions first, not each when it is called"},
    {"cache", 0, "[DIR]", option_cache, 0,
     "keep machine code in DIR (default:\n"
     "$XDG_CACHE_HOME/wasmc or ~/.cache/wasmc)"},
    {"cache-size", 0, "BYTES", option_size, AT(cache.bytes),
     "what it may grow to (default: 1g)"},
    {"precompiled", 0, NULL, option_flag, AT(precompiled),
     "run the machine code in FILE, of wasmc compile; it can\n"
     "do whatever you can: only for files that you trust"},
    {"compile-threads", 0, "N", option_u32, AT(threads),
     "how many may validate and compile (default: 1)"},
    {"stack-size", 0, "BYTES", option_size, AT(stack_bytes),
     "of the guest's stack; suffixes k, m, g (default: 8m)"},
    {"memory", 0, "KIND", option_memory, AT(memory),
     "guarded: reserve address space where possible\n"
     "(default); checked: compare every address"},
    {"gc-limit", 0, "BYTES", option_size, AT(gc_limit_bytes),
     "of the heap of objects (default: none)"},
    {"gc-torture", 0, NULL, option_flag, AT(gc_torture),
     "collect garbage at each allocation"},
    {"features", 0, "LIST", option_features, AT(features),
     "switch features on, or with - in front off; see\n"
     "wasmc --features"},
    {"show-code", 0, "LIST", option_observers, AT(observers),
     "to perf-map, jitdump (of perf), gdb"},
    {"verbose", 'v', NULL, option_flag, AT(verbose),
     "say what was loaded, and how memories are kept"},
    {0},
};
#undef AT

static const struct option_table table = {
    .command = "wasmc run",
    .operands = "FILE [ARG...]",
    .summary =
        "Runs a WebAssembly program, binary or text, with WASI preview 1. It "
        "can use no\ndirectory and sees no environment variable but those "
        "given here. What stands\nbehind FILE is passed to it.\n\n"
        "Exit codes: the program's own; 134 after a trap; 1 when it cannot be "
        "run; 2 when\nit was called wrongly.",
    .rows = rows,
    .stop_at_operand = true,
};

static void print_type(const struct comptype *type)
{
    char text[64];
    for (uint32_t i = 0; i < type->params_len; i++) {
        wc_valtype_format(type->params[i], text, sizeof text);
        fprintf(stderr, "%s%s", i ? ", " : "", text);
    }
}

static bool parse_arguments(const char *name, const struct comptype *type,
                            int argc, char **argv, slot *io)
{
    if ((uint32_t)argc != type->params_len) {
        fprintf(stderr, "wasmc run: %s takes %" PRIu32 " arguments (", name,
                type->params_len);
        print_type(type);
        fprintf(stderr, "), not %d\n", argc);
        return false;
    }
    for (uint32_t i = 0; i < type->params_len; i++) {
        if (!literal_parse(argv[i], type->params[i], io)) {
            char text[64];
            wc_valtype_format(type->params[i], text, sizeof text);
            fprintf(stderr, "wasmc run: '%s' is no value of type %s\n",
                    argv[i], text);
            return false;
        }
        io += valtype_slots(type->params[i]);
    }
    return true;
}

static bool print_results(const struct comptype *type, const slot *io)
{
    struct buf out = {0};
    for (uint32_t i = 0; i < type->results_len; i++) {
        literal_print(&out, type->results[i], io);
        wc_buf_byte(&out, '\n');
        io += valtype_slots(type->results[i]);
    }
    bool ok = out.len == 0 || fwrite(out.data, out.len, 1, stdout) == 1;
    wc_buf_free(&out);
    return fflush(stdout) == 0 && ok;
}

static int call_printing(struct program *p, struct func *f, const char *name,
                         int argc, char **argv)
{
    const struct deftype *type = f->entity.object.type;
    slot *io = calloc(func_io_slots(type) + 1, sizeof *io);
    int code = EXIT_CODE_HOST;
    if (!io) {
        fprintf(stderr, "wasmc run: out of memory\n");
    } else if (!parse_arguments(name, &type->comp, argc, argv, io)) {
        code = EXIT_CODE_USAGE;
    } else {
        code = program_call(p, f, io);
        if (code == EXIT_CODE_OK && !print_results(&type->comp, io))
            code = EXIT_CODE_HOST;
    }
    free(io);
    return code;
}

static int call_plain(struct program *p, struct func *f)
{
    const struct deftype *type = f->entity.object.type;
    if (type->comp.params_len + type->comp.results_len > 0) {
        fprintf(stderr, "%s: its entry point has a type of its own\n",
                file_name(p->path));
        return EXIT_CODE_HOST;
    }
    slot none = 0;
    return program_call(p, f, &none);
}

/* A reactor is set up first. */
static int run_invoke(struct program *p, const char *name, int argc,
                      char **argv)
{
    struct func *initialize = program_find(p, "_initialize");
    struct func *f = program_find(p, name);
    if (!f) {
        fprintf(stderr, "%s: there is no exported function '%s'\n",
                file_name(p->path), name);
        return EXIT_CODE_HOST;
    }
    int code = initialize && f != initialize ? call_plain(p, initialize)
                                             : EXIT_CODE_OK;
    return code == EXIT_CODE_OK ? call_printing(p, f, name, argc, argv) : code;
}

static int run_start(struct program *p)
{
    struct func *f = program_find(p, "_start");
    if (!f)
        f = program_find(p, "_initialize");
    if (f)
        return call_plain(p, f);
    if (p->module->has_start)
        return EXIT_CODE_OK;
    fprintf(stderr,
            "%s: no function _start is exported; --invoke calls others\n",
            file_name(p->path));
    return EXIT_CODE_HOST;
}

static int run(const struct run_options *o, const char *path, int argc,
               char **argv)
{
    struct program p = {0};
    int code;
    if (program_begin(&p, o, path, argc, argv, &code))
        code = o->invoke ? run_invoke(&p, o->invoke, argc, argv)
                         : run_start(&p);
    program_end(&p);
    return code;
}

int command_run(int argc, char **argv)
{
    struct run_options o = {.features = wc_features_default(),
                            .host_memory = WASI_MEMORY_BYTES,
                            .max_fds = WASI_FDS_MAX,
                            .max_threads = WASI_THREADS_MAX,
                            .cache.bytes = (size_t)1 << 30};
    int operands = 0;
    int code = EXIT_CODE_USAGE;
    switch (options_parse(&table, argc, argv, &o, &operands)) {
    case OPTIONS_HELP:
        code = EXIT_CODE_OK;
        break;
    case OPTIONS_WRONG:
        break;
    case OPTIONS_OK:
        if (o.engine == NULL)
            o.engine = o.cached || o.precompiled ? "auto" : "interp";
        if (operands == 0)
            options_complain(&table, "FILE is missing");
        else
            code = run(&o, argv[0], operands - 1, argv + 1);
        break;
    }
    dirs_free(&o.dirs);
    vec_free(&o.envs);
    vec_free(&o.listeners);
    return code;
}
