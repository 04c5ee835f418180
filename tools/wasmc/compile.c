/* wasmc compile: a module with its machine code, for run --precompiled. */
#include "tools/cli/engines.h"
#include "tools/wasmc/wasmc.h"

#include "runtime/saved.h"

#include <stdio.h>
#include <string.h>

struct compile_command {
    const char *output;
    feature_set features;
    uint32_t threads;
    bool checked, interruptible;
};

#define AT(field) offsetof(struct compile_command, field)
static const struct option_row rows[] = {
    {"output", 'o', "FILE", option_string, AT(output),
     "write to FILE (default: that of the module, .cwasm)"},
    {"checked", 0, NULL, option_flag, AT(checked),
     "for run --memory=checked: compare every address"},
    {"interruptible", 0, NULL, option_flag, AT(interruptible),
     "for run --wasi=threads: the code can be stopped"},
    {"compile-threads", 0, "N", option_u32, AT(threads),
     "how many may validate and compile (default: 1)"},
    {"features", 0, "LIST", option_features, AT(features),
     "switch features on, or with - in front off"},
    {0},
};
#undef AT

static const struct option_table table = {
    .command = "wasmc compile",
    .operands = "FILE",
    .summary =
        "Compiles a module to machine code, for this build of wasmc and CPUs "
        "that have all\nfeatures of this one. What runs it trusts it: see "
        "wasmc run --precompiled.",
    .rows = rows,
};

static struct engine *make_engine(const struct compile_command *o)
{
    struct engine_config config;
    if (!engine_config_named("jit", &config)) {
        fprintf(stderr, "wasmc compile: no machine code on this host\n");
        return NULL;
    }
    config.features = o->features;
    config.guarded_memory = !o->checked;
    config.interruptible = o->interruptible;
    if (o->threads != 0)
        config.threads = o->threads;
    struct engine *engine = wc_engine_new(&config);
    if (engine == NULL)
        fprintf(stderr, "wasmc compile: out of memory\n");
    return engine;
}

static bool save(struct engine *engine, const char *path, struct buf *out)
{
    struct error e = ERROR_INIT;
    struct buf bytes = {0};
    struct module *m = NULL;
    bool text;
    if (file_read_module(path, &bytes, &text, &e))
        m = wc_engine_load(engine, bytes.data, bytes.len, false, &e);
    bool ok = m != NULL && wc_saved_write(m, out, &e);
    wc_module_unref(m);
    wc_buf_free(&bytes);
    if (!ok)
        file_print_error(path, &e);
    return ok;
}

/* A new file: others may have the old one mapped. */
static bool write_output(const char *path, const struct buf *out)
{
    struct error e = ERROR_INIT;
    if (strcmp(path, "-") != 0)
        (void)remove(path);
    bool ok = file_write(path, out, &e);
    if (!ok)
        file_print_error(path, &e);
    return ok;
}

/* x.wasm and x.wat: x.cwasm, here. */
static void usual_output(const char *path, struct buf *out)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    wc_buf_append(out, name, dot ? (size_t)(dot - name) : strlen(name));
    wc_buf_append(out, ".cwasm", sizeof ".cwasm");
}

int command_compile(int argc, char **argv)
{
    struct compile_command o = {.features = wc_features_default()};
    const char *path;
    int code;
    if (!command_file(&table, argc, argv, &o, &path, &code))
        return code;
    struct engine *engine = make_engine(&o);
    if (engine == NULL)
        return EXIT_CODE_HOST;
    struct buf out = {0}, usual = {0};
    usual_output(path, &usual);
    const char *output = o.output ? o.output : (const char *)usual.data;
    bool ok = output != NULL && save(engine, path, &out) &&
              write_output(output, &out);
    wc_buf_free(&usual);
    wc_buf_free(&out);
    wc_engine_unref(engine);
    return ok ? EXIT_CODE_OK : EXIT_CODE_HOST;
}
