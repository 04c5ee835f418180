/* From a body or a constant expression to the algorithm's initial state and
 * back: locals, the outermost frame, the verdict. */
#include "valid/hot.h"

#include <string.h>

void wc_func_init(struct validator *v, const struct module *m,
                  struct plan *plan)
{
    *v = (struct validator){
        .m = m,
        .reg = m->reg,
        .executable = m->executable,
        .plan = plan,
        .unsupported = ERROR_INIT,
    };
}

void wc_func_free(struct validator *v)
{
    free(v->stack);
    free(v->local_types);
    free(v->local_stamps);
    vec_free(&v->labels);
    free(v->epochs);
    vec_free(&v->groups);
    vec_free(&v->inits);
}

/* --- Locals --------------------------------------------------------------- */

static bool read_group(struct validator *v, uint64_t *total)
{
    v->offset = reader_offset(&v->r);
    uint32_t n = reader_u32(&v->r);
    valtype t = wc_reader_valtype(&v->r, v->m->features);
    if (v->r.failed || !wc_func_canon(v, &t))
        return false;
    *total += n;
    if (n == 0 || *total > LIMIT_LOCALS)
        return true; /* nothing to add, or reported when all are read */
    if (!valtype_defaultable(t))
        t |= LOCAL_UNSET;
    struct local_group g = {(uint32_t)*total, t};
    return vec_push(&v->groups, g) ||
           wc_error_no_memory(v->error, "validating a function");
}

static bool reserve_locals(struct validator *v)
{
    if (v->locals_len <= v->locals_cap)
        return true;
    uint32_t cap = v->locals_len < 256 ? 256 : v->locals_len;
    free(v->local_types);
    free(v->local_stamps);
    v->local_types = malloc(cap * sizeof *v->local_types);
    v->local_stamps = calloc(cap, sizeof *v->local_stamps);
    v->stamp = 1;
    if (v->local_types == NULL || v->local_stamps == NULL) {
        v->locals_cap = 0;
        return wc_error_no_memory(v->error, "validating a function");
    }
    v->locals_cap = cap;
    return true;
}

/* Fills in types ahead for no more locals than the body could mention: a
 * module of many short bodies with many locals each stays linear. */
static void expand_locals(struct validator *v, struct types params,
                          uint32_t most)
{
    uint32_t i = params.len;
    if (i != 0)
        memcpy(v->local_types, params.data, i * sizeof *params.data);
    for (uint32_t g = 0; g < v->groups.len && i < most; g++) {
        uint32_t end = v->groups.data[g].end;
        valtype t = v->groups.data[g].type;
        for (; i < end && i < most; i++)
            v->local_types[i] = t;
    }
    v->locals_ready = i;
}

static bool read_locals(struct validator *v, struct types params)
{
    uint64_t total = params.len;
    v->groups.len = 0;
    v->offset = reader_offset(&v->r);
    uint32_t groups = wc_reader_count(&v->r);
    for (uint32_t i = 0; i < groups; i++)
        if (!read_group(v, &total))
            return false;
    if (v->r.failed)
        return false;
    if (total > LIMIT_LOCALS) {
        wc_error_set(v->error,
                     total - params.len > UINT32_MAX ? ERROR_MALFORMED
                                                     : ERROR_LIMIT,
                     v->offset, "too many locals: %llu exceed the limit %u",
                     (unsigned long long)total, LIMIT_LOCALS);
        return false;
    }
    v->locals_len = (uint32_t)total;
    if (!reserve_locals(v))
        return false;
    v->stamp++;
    expand_locals(v, params, params.len + reader_left(&v->r) + 64);
    return true;
}

static uint32_t slots_of_locals(const struct validator *v,
                                const struct deftype *type)
{
    uint32_t slots = type->param_slots, start = type->comp.params_len;
    for (uint32_t g = 0; g < v->groups.len; g++) {
        uint32_t end = v->groups.data[g].end;
        slots += (end - start) * valtype_slots(v->groups.data[g].type);
        start = end;
    }
    return slots;
}

/* --- The outermost frame -------------------------------------------------- */

static bool open_frame(struct validator *v, struct label l)
{
    v->sp = v->base = v->stack;
    v->unreachable = false;
    v->labels.len = 0;
    v->inits.len = 0;
    v->budget = UINT64_C(64) * reader_left(&v->r) + 16384;
    l.op = OP_BLOCK;
    l.plan = (struct plan_label){0, PLAN_NONE, PLAN_NONE};
    if (!vec_push(&v->labels, l))
        return wc_error_no_memory(v->error, "validating a function");
    return wc_func_reserve(v, 0);
}

static bool no_memory(struct validator *v)
{
    return wc_error_no_memory(v->error, "building a side table");
}

/* Errors of the reader and of memory know no function yet. */
static bool name_func(struct validator *v, bool ok)
{
    if (!ok && v->error->func == ERROR_NO_FUNC)
        v->error->func = v->func;
    return ok;
}

static bool check_body(struct validator *v, const struct deftype *type)
{
    struct types params = types_params(type);
    if (!read_locals(v, params))
        return false;
    if (v->plan != NULL &&
        !wc_plan_begin(v->plan, v->locals_len, reader_offset(&v->r)))
        return no_memory(v);
    struct label l = {.type = v->m->funcs[v->func].type};
    if (!open_frame(v, l) || !wc_func_run(v))
        return false;
    return v->plan == NULL || !v->plan->failed || no_memory(v);
}

bool wc_func_check_body(struct validator *v, uint32_t func, struct error *e)
{
    const struct deftype *type = module_functype(v->m, func);
    v->error = e;
    v->r = reader_make(v->m->bytes, v->m->funcs[func].body, v->error);
    v->func = func;
    v->is_const = false;
    return name_func(v, check_body(v, type));
}

struct sidetable *wc_func_sidetable(struct validator *v)
{
    const struct deftype *type = module_functype(v->m, v->func);
    struct sidetable *t =
        wc_plan_finish(v->plan, v->func, reader_offset(&v->r), v->locals_len,
                       slots_of_locals(v, type));
    if (t == NULL)
        no_memory(v);
    return t;
}

/* One i32.const, as most offsets of segments are; decoding has read it, so its
 * number ends. */
static bool is_i32_const(const struct validator *v, struct range expr)
{
    const uint8_t *p = v->m->bytes + expr.offset;
    uint32_t len = 1;
    if (expr.len == 0 || *p != wc_opcodes[OP_I32_CONST].code)
        return false;
    while (p[len] >= 0x80)
        len++;
    return len + 1 == expr.len;
}

bool wc_func_check_const(struct validator *v, struct range expr, valtype t,
                         uint32_t globals, struct error *e)
{
    struct plan *plan = v->plan;
    if (t == VT_I32 && is_i32_const(v, expr))
        return true;
    /* The end opcode is part of what the algorithm reads. */
    struct range whole = {expr.offset, expr.len + 1};
    struct label l = {.type = NO_TYPE, .value = t};
    v->error = e;
    v->r = reader_make(v->m->bytes, whole, e);
    v->func = ERROR_NO_FUNC;
    v->is_const = true;
    v->globals_visible = globals;
    v->locals_len = v->locals_ready = 0;
    v->plan = NULL;
    bool ok = open_frame(v, l);
    while (ok && v->labels.len != 0)
        ok = wc_func_step(v);
    v->plan = plan;
    return ok;
}
