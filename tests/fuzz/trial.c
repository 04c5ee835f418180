/* What the host does must be the same in v8.js, line by line. */
#include "fuzz/trial.h"

#include "base/span.h"
#include "binary/decode.h"
#include "fuzz/adapter.h"
#include "host/linker.h"
#include "runtime/instance.h"
#include "text/parse.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 3u
#define EXPORT_NAME_MAX 16u

/* --- Making --------------------------------------------------------------- */

static bool assemble(bool (*adapter)(const struct module *, struct buf *),
                     const struct module *m, struct buf *out, struct error *e)
{
    struct buf text = {0};
    bool ok = adapter(m, &text)
                  ? wc_wat_parse((const char *)text.data, text.len, out, e)
                  : wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                                 "too much for an adapter");
    wc_buf_free(&text);
    return ok;
}

static bool put_values(const valtype *types, uint32_t len, uint64_t seed,
                       struct buf *out)
{
    struct choice c = choice_of_seed(seed);
    for (uint32_t i = 0; i < len; i++) {
        if (!adapter_value(&c, types[i], out))
            return false;
    }
    return !out->failed;
}

/* With arguments, if there are any to call it with. */
static bool add_func(struct trial *t, const struct module *m, uint32_t index)
{
    const struct comptype *c = &m->types[m->funcs[index].type].comp;
    struct trial_func f = {.index = index};
    bool ok = true;
    for (uint32_t n = 0; n < TRIAL_SETS; n++)
        ok &= put_values(c->params, c->params_len, (uint64_t)index << 32 | n,
                         &f.args[n]);
    if (ok)
        return vec_push(&t->funcs, f);
    for (uint32_t n = 0; n < TRIAL_SETS; n++)
        wc_buf_free(&f.args[n]);
    return true;
}

static bool add_host(struct trial *t, const struct module *m, uint32_t index)
{
    const struct comptype *c = &m->types[m->funcs[index].type].comp;
    if (!vec_push(&t->hosts, (struct trial_host){0}))
        return false;
    for (uint32_t n = 0; n < TRIAL_RESULTS; n++) {
        uint64_t seed = ~((uint64_t)index << 32 | n);
        if (!put_values(c->results, c->results_len, seed,
                        &vec_top(&t->hosts).results[n]))
            return false;
    }
    return true;
}

static bool make_from(struct trial *t, const struct module *m, struct error *e)
{
    bool ok = true;
    for (uint32_t i = 0; i < m->funcs_len; i++)
        ok &= i < m->funcs_imported ? add_host(t, m, i) : add_func(t, m, i);
    t->memories = m->mems_len;
    if (!ok)
        return wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                            "a host cannot make what it returns");
    return assemble(adapter_host, m, &t->host, e) &&
           assemble(adapter_caller, m, &t->caller, e);
}

bool trial_make(struct trial *t, const char *name, struct span wasm,
                struct error *e)
{
    *t = (struct trial){0};
    snprintf(t->name, sizeof t->name, "%s", name);
    wc_buf_append(&t->main, wasm.data, wasm.len);
    struct module *m =
        wc_module_new(t->main.data, (uint32_t)t->main.len, false);
    if (m == NULL)
        return wc_error_no_memory(e, "making a trial");
    m->features = ((feature_set)1 << FEATURE_COUNT) - 1;
    bool ok = wc_decode(m, e) && make_from(t, m, e);
    wc_module_unref(m);
    return ok;
}

void trial_free(struct trial *t)
{
    for (uint32_t i = 0; i < t->funcs.len; i++) {
        for (uint32_t n = 0; n < TRIAL_SETS; n++)
            wc_buf_free(&t->funcs.data[i].args[n]);
    }
    for (uint32_t i = 0; i < t->hosts.len; i++) {
        for (uint32_t n = 0; n < TRIAL_RESULTS; n++)
            wc_buf_free(&t->hosts.data[i].results[n]);
    }
    vec_free(&t->funcs);
    vec_free(&t->hosts);
    wc_buf_free(&t->host);
    wc_buf_free(&t->main);
    wc_buf_free(&t->caller);
}

static void write_blob(struct buf *out, const void *data, size_t len)
{
    wc_buf_le(out, len, 4);
    wc_buf_append(out, data, len);
}

static void write_buf(struct buf *out, const struct buf *b)
{
    write_blob(out, b->data, b->len);
}

void trial_write(const struct trial *t, struct buf *batch)
{
    write_blob(batch, t->name, strlen(t->name));
    write_buf(batch, &t->host);
    write_buf(batch, &t->main);
    write_buf(batch, &t->caller);
    wc_buf_le(batch, t->memories, 4);
    wc_buf_le(batch, t->funcs.len, 4);
    for (uint32_t i = 0; i < t->funcs.len; i++) {
        wc_buf_le(batch, t->funcs.data[i].index, 4);
        for (uint32_t n = 0; n < TRIAL_SETS; n++)
            write_buf(batch, &t->funcs.data[i].args[n]);
    }
    wc_buf_le(batch, t->hosts.len, 4);
    for (uint32_t i = 0; i < t->hosts.len; i++) {
        for (uint32_t n = 0; n < TRIAL_RESULTS; n++)
            write_buf(batch, &t->hosts.data[i].results[n]);
    }
}

/* --- Running -------------------------------------------------------------- */

struct runner {
    const struct trial *trial;
    struct buf *out;
    bool verbose, cut;
    struct store *store;
    struct linker *linker;
    VEC(struct module *) modules;
    struct instance *host, *main, *caller;
    uint8_t *io;
    uint32_t calls, depth;
};

static uint32_t hash_bytes(uint32_t h, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 0x01000193u;
    return h;
}

static uint32_t hash_words(const uint8_t *p, uint64_t len)
{
    uint32_t h = (uint32_t)len, w;
    for (uint64_t i = 0; i + 4 <= len; i += 4) {
        memcpy(&w, p + i, 4);
        h = (h ^ w) * 0x9e3779b1u;
        h ^= h >> 15;
    }
    return h;
}

static void put_hex(struct buf *out, const uint8_t *p, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        wc_buf_byte(out, (uint8_t)digits[p[i] >> 4]);
        wc_buf_byte(out, (uint8_t)digits[p[i] & 15]);
    }
}

/* In the words of v8.js: some are one where V8 says the same of both. */
static const char *trap_kind(enum trap_code code)
{
    static const char *const kinds[TRAP_COUNT] = {
        [TRAP_UNREACHABLE] = "unreachable",
        [TRAP_MEMORY_OUT_OF_BOUNDS] = "memory",
        [TRAP_TABLE_OUT_OF_BOUNDS] = "table",
        [TRAP_ARRAY_OUT_OF_BOUNDS] = "array",
        [TRAP_DIVIDE_BY_ZERO] = "divide by zero",
        [TRAP_INTEGER_OVERFLOW] = "overflow",
        [TRAP_INVALID_CONVERSION] = "overflow",
        [TRAP_UNDEFINED_ELEMENT] = "table",
        [TRAP_UNINITIALIZED_ELEMENT] = "signature",
        [TRAP_INDIRECT_CALL_TYPE] = "signature",
        [TRAP_NULL_REFERENCE] = "null",
        [TRAP_NULL_FUNCTION] = "null",
        [TRAP_NULL_STRUCTURE] = "null",
        [TRAP_NULL_ARRAY] = "null",
        [TRAP_NULL_I31] = "null",
        [TRAP_NULL_EXCEPTION] = "null",
        [TRAP_CAST_FAILURE] = "cast",
        [TRAP_UNALIGNED_ATOMIC] = "unaligned",
        [TRAP_EXPECTED_SHARED_MEMORY] = "not shared",
        [TRAP_STACK_EXHAUSTED] = "cut: stack",
        [TRAP_OUT_OF_MEMORY] = "cut: memory",
        [TRAP_ALLOCATION_SIZE] = "cut: array too large",
        [TRAP_UNCAUGHT_EXCEPTION] = "exception",
    };
    return kinds[code] != NULL ? kinds[code] : wc_trap_text(code);
}

static void put_trap(struct runner *r, enum trap_code code)
{
    const char *kind = trap_kind(code);
    r->cut = strncmp(kind, "cut", 3) == 0;
    wc_buf_printf(r->out, r->cut ? "%s" : "trap %s", kind);
    wc_buf_byte(r->out, '\n');
}

static struct func *find(struct instance *i, const char *name)
{
    uint32_t n = wc_module_find_export(i->module, span_text(name));
    struct entity *e = n != UINT32_MAX ? wc_instance_export(i, n) : NULL;
    return e != NULL ? (struct func *)(void *)e : NULL;
}

/* A function of the calling module, which need not be there. */
static enum status do_call(struct runner *r, const char *name, uint32_t arg,
                           uint32_t *result)
{
    slot io[4] = {arg};
    struct func *f = find(r->caller, name);
    if (f == NULL)
        return STATUS_OK;
    enum status status = wc_invoke(r->store, f, io);
    if (status == STATUS_OK && result != NULL)
        *result = (uint32_t)io[0];
    return status;
}

static enum status call(struct runner *r, const struct trial_func *f,
                        uint32_t set)
{
    char name[EXPORT_NAME_MAX];
    uint32_t ended = 0;
    snprintf(name, sizeof name, "c%u", f->index);
    if (f->args[set].len != 0)
        memcpy(r->io, f->args[set].data, f->args[set].len);
    enum status status = do_call(r, name, 0, &ended);
    if (status != STATUS_OK)
        return status;
    wc_buf_printf(r->out, "call %u %u: %u ", f->index, set, ended >> 16);
    put_hex(r->out, r->io, ended & 0xffff);
    wc_buf_byte(r->out, '\n');
    return STATUS_OK;
}

/* What a host may do besides computing. */
static enum status act(struct runner *r, uint32_t hash)
{
    const struct trial *t = r->trial;
    enum status status = STATUS_OK;
    switch (hash % 16) {
    case 0:
        return do_call(r, "trap", 0, NULL);
    case 1:
        return do_call(r, "throw", 0, NULL);
    case 2:
    case 3:
        return do_call(r, "poke", hash >> 8, NULL);
    case 4:
        return do_call(r, "grow", 0, NULL);
    case 5:
    case 6:
        if (t->funcs.len == 0 || r->depth >= DEPTH_MAX)
            return STATUS_OK;
        r->depth++;
        status = call(r, &t->funcs.data[(hash >> 8) % t->funcs.len],
                      (hash >> 28) % TRIAL_SETS);
        r->depth--;
        return status;
    default:
        return STATUS_OK;
    }
}

static enum status host(struct caller *caller, void *env, slot *io)
{
    struct runner *r = env;
    uint32_t index = (uint32_t)io[0], bytes = (uint32_t)io[1];
    const uint8_t zero = 0;
    (void)caller;
    wc_buf_printf(r->out, "host %u ", index);
    put_hex(r->out, r->io, bytes);
    wc_buf_byte(r->out, '\n');
    uint32_t hash = hash_bytes(index ^ r->calls++, r->io, bytes);
    hash = hash_bytes(hash, &zero, 1);
    enum status status = r->caller != NULL ? act(r, hash) : STATUS_OK;
    const struct buf *result =
        &r->trial->hosts.data[index].results[(hash >> 4) % TRIAL_RESULTS];
    if (status == STATUS_OK && result->len != 0)
        memcpy(r->io, result->data, result->len);
    return status;
}

static void put_state(struct runner *r)
{
    uint32_t bytes = 0;
    if (do_call(r, "state", 0, &bytes) != STATUS_OK)
        put_trap(r, TRAP_INTERRUPTED);
    const uint8_t *at = r->io + ADAPTER_STATE;
    wc_buf_string(r->out, "state ");
    if (r->verbose)
        put_hex(r->out, at, bytes);
    else
        wc_buf_printf(r->out, "%08x", hash_bytes(0, at, bytes));
    for (uint32_t n = 0; n < r->main->module->mems_len; n++) {
        const struct memory *m = r->main->mems[n];
        wc_buf_printf(r->out, " %08x", hash_words(m->base, memory_size(m)));
    }
    wc_buf_byte(r->out, '\n');
}

/* --- A run ---------------------------------------------------------------- */

/* NULL: what happened is written down. */
static struct instance *instantiate(struct runner *r, struct engine *engine,
                                    const struct buf *wasm, const char *name)
{
    struct error e = ERROR_INIT;
    struct trap *trap = NULL;
    struct instance *i = NULL;
    struct module *m =
        wc_engine_load(engine, wasm->data, wasm->len, false, &e);
    struct entity **imports =
        m != NULL ? calloc(m->imports_len + 1u, sizeof *imports) : NULL;
    if (imports != NULL && vec_push(&r->modules, m) &&
        wc_linker_resolve(r->linker, m, imports, NULL, &e))
        i = wc_instance_new(r->store, m, imports, m->imports_len, &trap, &e);
    if (i != NULL && !wc_linker_define_instance(r->linker, span_text(name), i,
                                                &e))
        i = NULL;
    if (trap != NULL) {
        wc_buf_string(r->out, "start: ");
        put_trap(r, trap->code);
        wc_trap_unref(trap);
    } else if (i == NULL) {
        wc_buf_printf(r->out, "%s: %s\n", name, e.message);
    }
    free(imports);
    return i;
}

static bool define_host(struct runner *r, struct engine *engine)
{
    static const valtype params[] = {VT_I32, VT_I32};
    struct error e = ERROR_INIT;
    const struct deftype *type =
        wc_typereg_functype(engine->reg, params, 2, NULL, 0, &e);
    struct func *f =
        type != NULL ? wc_func_new_host(r->store, type, host, r, NULL) : NULL;
    if (type != NULL)
        wc_typereg_release(engine->reg, &type, 1);
    return f != NULL && wc_linker_define(r->linker, span_text("js"),
                                         span_text("host"), &f->entity, &e);
}

static void call_all(struct runner *r)
{
    const struct trial *t = r->trial;
    for (uint32_t set = 0; set < TRIAL_SETS; set++) {
        for (uint32_t i = 0; i < t->funcs.len; i++) {
            const struct trial_func *f = &t->funcs.data[i];
            do_call(r, "refuel", 0, NULL);
            r->depth = 0;
            if (call(r, f, set) != STATUS_OK) {
                struct trap *trap = wc_store_take_trap(r->store);
                enum trap_code code =
                    trap != NULL ? trap->code : TRAP_OUT_OF_MEMORY;
                wc_trap_unref(trap);
                if (strncmp(trap_kind(code), "cut", 3) != 0)
                    wc_buf_printf(r->out, "call %u %u: ", f->index, set);
                put_trap(r, code);
                if (r->cut)
                    return;
            }
            put_state(r);
        }
    }
}

static void run(struct runner *r, struct engine *e)
{
    const struct trial *t = r->trial;
    if (!define_host(r, e) ||
        (r->host = instantiate(r, e, &t->host, "host0")) == NULL)
        return;
    r->io = r->host->mems[0]->base;
    r->main = instantiate(r, e, &t->main, "main");
    if (r->main == NULL)
        return;
    wc_buf_string(r->out, "loaded\n");
    r->caller = instantiate(r, e, &t->caller, "caller");
    if (r->caller != NULL)
        call_all(r);
}

void trial_run(const struct trial *t, const struct run_config *c, bool verbose,
               struct buf *out)
{
    struct error e = ERROR_INIT;
    struct runner r = {.trial = t, .out = out, .verbose = verbose};
    r.store = wc_store_new(c->engine, &e);
    r.linker = r.store != NULL ? wc_linker_new(r.store) : NULL;
    if (r.linker != NULL)
        run(&r, c->engine);
    else
        wc_buf_string(out, "cut: memory\n");
    wc_linker_delete(r.linker);
    wc_store_delete(r.store);
    for (uint32_t i = 0; i < r.modules.len; i++)
        wc_module_unref(r.modules.data[i]);
    vec_free(&r.modules);
}
