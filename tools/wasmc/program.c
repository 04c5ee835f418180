/* Load, link, instantiate, call; and say what went wrong. */
#include "tools/wasmc/program.h"

#include "binary/names.h"
#include "runtime/saved.h"
#include "tools/cli/engines.h"
#include "tools/wasmc/wasmc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* -------------------------------------------------------- reports */

static void print_frame(const struct program *p, uint32_t n,
                        const struct trap_frame *f)
{
    const struct module *m = f->instance->module;
    struct span module = wc_names_module(m), func = wc_names_func(m, f->func);
    const char *slash = strrchr(p->path, '/');
    const char *file = slash ? slash + 1 : file_name(p->path);
    fprintf(stderr, "  %2" PRIu32 ": ", n);
    if (module.data)
        fprintf(stderr, "%.*s", (int)module.len, (const char *)module.data);
    else
        fprintf(stderr, "%s", file);
    if (func.data)
        fprintf(stderr, "!%.*s (func %" PRIu32 ")", (int)func.len,
                (const char *)func.data, f->func);
    else
        fprintf(stderr, "!func %" PRIu32, f->func);
    fprintf(stderr, " at offset 0x%" PRIx32 "\n", f->module_offset);
}

void program_print_trap(const struct program *p, const struct trap *t)
{
    fprintf(stderr, "wasmc: trap: %s\n", t->message);
    for (uint32_t i = 0; i < t->frames_len; i++)
        print_frame(p, i, &t->frames[i]);
    if (t->frames_all > t->frames_len)
        fprintf(stderr, "      ... and %" PRIu32 " more\n",
                t->frames_all - t->frames_len);
}

static void complain(const struct error *e)
{
    char text[512];
    wc_error_format(e, text, sizeof text);
    fprintf(stderr, "wasmc: %s\n", text);
}

static bool fail(struct error *e, int *code)
{
    complain(e);
    *code = EXIT_CODE_HOST;
    return false;
}

static int end_with_trap(struct program *p, struct trap *t)
{
    if (t)
        program_print_trap(p, t);
    wc_trap_unref(t);
    return EXIT_CODE_TRAP;
}

/* -------------------------------------------------------- steps */

static bool make_engine(struct program *p, struct error *e)
{
    struct engine_config config;
    (void)engine_config_named(p->options->engine, &config);
    config.features = p->options->features;
    config.lazy_validation = false;
    if (p->options->stack_bytes)
        config.stack_bytes = p->options->stack_bytes;
    /* Only another thread could want the guest to stop. */
    config.interruptible = p->options->wasi_threads;
    config.eager = p->options->eager;
    config.observers = p->options->observers;
    if (p->options->threads != 0)
        config.threads = p->options->threads;
    config.gc_limit_bytes = p->options->gc_limit_bytes;
    config.gc_torture = p->options->gc_torture;
    if (p->options->memory && strcmp(p->options->memory, "checked") == 0)
        config.guarded_memory = false;
    p->engine = wc_engine_new(&config);
    if (!p->engine)
        return wc_error_no_memory(e, "making an engine");
    p->store = wc_store_new(p->engine, e);
    if (!p->store)
        return false;
    p->linker = wc_linker_new(p->store);
    return p->linker || wc_error_no_memory(e, "making a linker");
}

static bool is_binary(const struct wc_os_file *file)
{
    struct buf content = {.data = (uint8_t *)(uintptr_t)file->data,
                          .len = file->len};
    return file_is_binary(&content);
}

/* What is not read first but looked at: what wasmc compile has made, and for
 * the cache, binaries. *done is set for these two. */
static struct module *load_mapped(struct program *p, bool *done,
                                  struct error *e)
{
    const struct run_options *o = p->options;
    struct module *m = NULL;
    struct wc_os_file file;
    if (strcmp(p->path, "-") == 0 || wc_os_file_map(p->path, &file) != 0)
        return NULL;
    *done = true;
    if (wc_saved_is(file.data, file.len))
        return wc_saved_load_file(p->engine, &file, o->precompiled, NULL, e);
    if (o->cached && is_binary(&file))
        m = cache_load(&o->cache, p->engine, (struct span){file.data, file.len},
                       &p->cache, e);
    else
        *done = false;
    wc_os_file_unmap(&file);
    return m;
}

static bool load(struct program *p)
{
    struct error e = ERROR_INIT;
    bool text, done = false;
    p->module = load_mapped(p, &done, &e);
    if (!done && file_read_module(p->path, &p->bytes, &text, &e))
        p->module = wc_engine_load(p->engine, p->bytes.data, p->bytes.len,
                                   false, &e);
    if (!p->module)
        file_print_error(p->path, &e);
    return p->module != NULL;
}

/* What WASI has for an import: with threads, the memory too. */
static struct entity *wasi_entity(struct program *p, uint32_t n,
                                  struct error *e)
{
    const struct module *m = p->module;
    struct span module = module_span(m, m->imports[n].module);
    struct span name = module_span(m, m->imports[n].name);
    if (p->threads)
        return wc_wasi_threads_import(p->threads, p->store, n, e);
    if (!wc_wasi_module(module))
        return NULL;
    struct func *f = wc_wasi_import(p->wasi, p->store, module, name, e);
    return f ? &f->entity : NULL;
}

/* Defines those functions of WASI that the module imports. */
static bool define_wasi(struct program *p, struct error *e)
{
    const struct module *m = p->module;
    if (p->options->wasi_threads && wc_wasi_threads_wanted(m)) {
        p->threads = wc_wasi_threads_new(p->wasi, p->store, p->module, NULL, e);
        if (!p->threads)
            return false;
    }
    for (uint32_t i = 0; i < m->imports_len; i++) {
        struct span module = module_span(m, m->imports[i].module);
        struct span name = module_span(m, m->imports[i].name);
        if (wc_linker_find(p->linker, module, name) != NULL)
            continue;
        struct entity *found = wasi_entity(p, i, e);
        if (found ? !wc_linker_define(p->linker, module, name, found, e)
                  : e->kind != ERROR_NONE)
            return false;
    }
    return true;
}

static bool resolve(struct program *p, struct entity **imports)
{
    struct error e = ERROR_INIT;
    struct buf report = {0};
    bool ok =
        wc_linker_resolve(p->linker, p->module, imports, &report, &e);
    if (!ok)
        fprintf(stderr, "%s: %s\n%.*s", file_name(p->path), e.message,
                (int)report.len,
                report.data ? (const char *)report.data : "");
    wc_buf_free(&report);
    return ok;
}

static bool instantiate(struct program *p, int *code)
{
    struct error e = ERROR_INIT;
    struct trap *trap = NULL;
    struct entity **imports =
        calloc(p->module->imports_len + 1, sizeof *imports);
    *code = EXIT_CODE_HOST;
    if (!imports) {
        wc_error_no_memory(&e, "linking");
        return fail(&e, code);
    }
    bool ok = resolve(p, imports);
    if (ok)
        p->instance = wc_instance_new(p->store, p->module, imports,
                                      p->module->imports_len, &trap, &e);
    free(imports);
    if (!ok || p->instance)
        return ok;
    if (trap)
        *code = end_with_trap(p, trap);
    else if (e.kind == ERROR_NONE)
        *code = (int)(p->store->exit_code & 0xff);
    else
        fail(&e, code);
    return false;
}

static void print_facts(const struct program *p)
{
    const struct module *m = p->module;
    fprintf(stderr,
            "wasmc: %s: %" PRIu32 " bytes, %" PRIu32 " functions, engine %s\n",
            file_name(p->path), m->bytes_len, m->funcs_len,
            m->ops->name);
    if (p->cache != CACHE_NONE)
        fprintf(stderr, "wasmc: machine code %s the cache\n",
                p->cache == CACHE_HIT ? "from" : "put into");
    for (uint32_t i = 0; i < m->mems_len; i++) {
        const struct memory *memory = p->instance->mems[i];
        fprintf(stderr, "wasmc: memory %" PRIu32 ": %" PRIu64 " bytes, %s\n",
                i, memory->size_bytes,
                memory->strategy == MEMORY_GUARDED ? "guarded" : "checked");
    }
}

bool program_begin(struct program *p, const struct run_options *o,
                   const char *path, int argc, char **argv, int *code)
{
    struct error e = ERROR_INIT;
    p->options = o;
    p->path = path;
    *code = EXIT_CODE_HOST;
    if (!make_engine(p, &e))
        return fail(&e, code);
    if (!load(p))
        return false;
    p->wasi = program_wasi(o, path, argc, argv);
    if (!p->wasi)
        return false;
    if (!define_wasi(p, &e))
        return fail(&e, code);
    if (!instantiate(p, code))
        return false;
    if (o->verbose)
        print_facts(p);
    return true;
}

void program_end(struct program *p)
{
    wc_wasi_threads_delete(p->threads);
    if (p->linker)
        wc_linker_delete(p->linker);
    if (p->store)
        wc_store_delete(p->store);
    if (p->module)
        wc_module_unref(p->module);
    wc_buf_free(&p->bytes);
    wc_wasi_unref(p->wasi);
    if (p->engine)
        wc_engine_unref(p->engine);
}

struct func *program_find(struct program *p, const char *name)
{
    struct span s = {(const uint8_t *)name, strlen(name)};
    uint32_t n = wc_module_find_export(p->module, s);
    if (n == UINT32_MAX || p->module->exports[n].kind != EXTERN_FUNC)
        return NULL;
    return (struct func *)wc_instance_export(p->instance, n);
}

int program_call(struct program *p, struct func *f, slot *io)
{
    struct trap *trap = NULL;
    enum status status = wc_invoke(p->store, f, io);
    if (p->threads)
        status = wc_wasi_threads_end(p->threads, status, &trap);
    switch (status) {
    case STATUS_OK:
        return EXIT_CODE_OK;
    case STATUS_EXIT:
        return (int)(p->store->exit_code & 0xff);
    default:
        return end_with_trap(p, trap ? trap : wc_store_take_trap(p->store));
    }
}
