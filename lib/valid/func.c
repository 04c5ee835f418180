/* Operands, frames and errors of the validation algorithm. */
#include "valid/func.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- Failing -------------------------------------------------------------- */

static bool fail_kind(struct validator *v, enum error_kind kind,
                      const char *message)
{
    if (v->error->kind != ERROR_NONE)
        return false;
    wc_error_set(v->error, kind, v->offset, "%s", message);
    v->error->func = v->func;
    return false;
}

bool wc_func_fail(struct validator *v, const char *fmt, ...)
{
    char message[sizeof v->error->message];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    return fail_kind(v, ERROR_INVALID, message);
}

bool wc_func_unknown(struct validator *v, const char *what, uint32_t index)
{
    return wc_func_fail(v, "unknown %s %u", what, index);
}

/* A type as the module spells it: ids become type indices again. */
static void put_type(const struct validator *v, valtype t, char *out,
                     size_t size)
{
    if (valtype_is_ref(t) && heaptype_is_index(valtype_heap(t))) {
        uint32_t first = 0;
        for (uint32_t i = v->m->types_len; i-- > 0;)
            if (v->m->deftypes[i]->id == valtype_heap(t))
                first = i;
        t = VALTYPE_REF(valtype_nullable(t), first);
    }
    wc_valtype_format(t, out, size);
}

/* "...4294967295 more " and the longest type, "(ref null 4294967295)", as often
 * as types are shown. */
#define SHOWN_TYPES 4
#define TYPES_TEXT (20 + SHOWN_TYPES * 22)

static void put_types(const struct validator *v, struct types t,
                      char out[TYPES_TEXT])
{
    size_t at = 0;
    uint32_t skip = t.len > SHOWN_TYPES ? t.len - SHOWN_TYPES : 0;
    if (skip != 0)
        at += (size_t)snprintf(out, TYPES_TEXT, "...%u more ", skip);
    out[at] = '\0';
    for (uint32_t i = skip; i < t.len; i++) {
        if (i != skip)
            out[at++] = ' ';
        put_type(v, t.data[i], out + at, TYPES_TEXT - at);
        at += strlen(out + at);
    }
}

static bool ends_block(enum opcode op)
{
    return op == OP_END || op == OP_ELSE || op == OP_CATCH ||
           op == OP_CATCH_ALL || op == OP_DELEGATE;
}

bool wc_func_mismatch(struct validator *v, const char *who, struct types t)
{
    char want[TYPES_TEXT], have[TYPES_TEXT];
    uint32_t height = (uint32_t)(v->sp - v->base);
    /* At the end of a block nothing else may be on the stack: show it all. */
    uint32_t shown = ends_block(v->op) || height < t.len ? height : t.len;
    put_types(v, t, want);
    put_types(v, (struct types){.data = v->sp - shown, .len = shown}, have);
    return wc_func_fail(v,
                        "type mismatch: %s requires [%s] but stack has [%s]",
                        who, want, have);
}

static bool mismatch(struct validator *v, struct types t)
{
    return wc_func_mismatch(v, "instruction", t);
}

void wc_func_note_feature(struct validator *v, enum feature f,
                          const char *what)
{
    if (v->executable == 0 || (v->executable >> f & 1) ||
        v->unsupported.kind != ERROR_NONE)
        return;
    wc_error_set(&v->unsupported, ERROR_UNSUPPORTED, v->offset,
                 "%s (feature %s) is not executable by this engine", what,
                 wc_features[f].text);
    v->unsupported.func = v->func;
}

/* --- Types ---------------------------------------------------------------- */

static enum feature feature_of(valtype t)
{
    if (t == VT_V128)
        return FEATURE_SIMD;
    if (!valtype_is_ref(t))
        return FEATURE_MVP;
    heaptype h = valtype_heap(t);
    if (t == VT_FUNCREF || t == VT_EXTERNREF)
        return FEATURE_REFERENCE_TYPES;
    if (h == HEAP_EXN || h == HEAP_NOEXN)
        return FEATURE_EXCEPTIONS;
    if (heaptype_is_index(h) || h == HEAP_FUNC || h == HEAP_EXTERN)
        return FEATURE_FUNCTION_REFERENCES;
    return FEATURE_GC;
}

bool wc_func_canon(struct validator *v, valtype *t)
{
    if (valtype_is_ref(*t) && heaptype_is_index(valtype_heap(*t))) {
        if (valtype_heap(*t) >= v->m->types_len)
            return wc_func_unknown(v, "type", valtype_heap(*t));
        *t = valtype_canon(*t, v->m->deftypes);
    }
    if (v->executable != 0)
        wc_func_note_feature(v, feature_of(*t), "a value type");
    return true;
}

const struct deftype *wc_func_type(struct validator *v, uint32_t index,
                                   enum comptype_kind kind)
{
    static const char *const names[] = {[COMP_FUNC] = "function",
                                        [COMP_STRUCT] = "structure",
                                        [COMP_ARRAY] = "array"};
    if (index >= v->m->types_len) {
        wc_func_unknown(v, "type", index);
        return NULL;
    }
    const struct deftype *t = v->m->deftypes[index];
    if (t->comp.kind != kind) {
        wc_func_fail(v, "type mismatch: type %u is not a %s type", index,
                     names[kind]);
        return NULL;
    }
    return t;
}

static struct types params_of(const struct validator *v, const struct label *l)
{
    return l->type != NO_TYPE ? types_params(v->m->deftypes[l->type])
                              : (struct types){0};
}

struct types wc_func_label_types(const struct validator *v,
                                 const struct label *l)
{
    return l->op == OP_LOOP ? params_of(v, l) : func_results(v, l);
}

/* --- Operands ------------------------------------------------------------- */

#define STACK_HEADROOM 16u

static bool grow_stack(struct validator *v, uint64_t need)
{
    uint64_t cap = (uint64_t)(v->stack_end - v->stack) * 2;
    if (cap < need)
        cap = need;
    valtype *stack = realloc(v->stack, cap * sizeof *stack);
    if (stack == NULL)
        return wc_error_no_memory(v->error, "validating a function");
    if (v->stack != NULL) {
        v->sp = stack + (v->sp - v->stack);
        v->base = stack + (v->base - v->stack);
    } else {
        v->sp = v->base = stack;
    }
    v->stack = stack;
    v->stack_end = stack + cap;
    return true;
}

/* One at a time, a body of legal size cannot push more than the limit. */
bool wc_func_reserve(struct validator *v, uint32_t n)
{
    if ((uint64_t)(v->sp - v->stack) + n > LIMIT_OPERANDS) {
        char message[80];
        snprintf(message, sizeof message,
                 "operand stack exceeds the limit of %u values",
                 LIMIT_OPERANDS);
        return fail_kind(v, ERROR_LIMIT, message);
    }
    uint64_t ahead = v->is_const ? 0 : reader_left(&v->r);
    uint64_t need = n + ahead + STACK_HEADROOM;
    if ((uint64_t)(v->stack_end - v->sp) >= need)
        return true;
    return grow_stack(v, (uint64_t)(v->sp - v->stack) + need);
}

bool wc_func_push_list(struct validator *v, struct types t)
{
    if (t.len == 0)
        return true;
    if (!wc_func_reserve(v, t.len))
        return false;
    if (t.len == 1)
        *v->sp = t.data[0];
    else
        memcpy(v->sp, t.data, t.len * sizeof *t.data);
    v->sp += t.len;
    if (v->plan != NULL)
        plan_grow(v->plan, t.slots);
    return true;
}

static void drop_to(struct validator *v, const valtype *sp)
{
    while (v->sp != sp) {
        v->sp--;
        if (v->plan != NULL)
            plan_pop(v->plan, *v->sp);
    }
}

/* Are the top operands these very types? */
static bool on_top(const struct validator *v, struct types t)
{
    return (size_t)(v->sp - v->base) >= t.len &&
           (t.len == 0 || (t.len == 1 && v->sp[-1] == t.data[0]) ||
            memcmp(v->sp - t.len, t.data, t.len * sizeof *t.data) == 0);
}

static bool matches(struct validator *v, valtype sub, valtype super)
{
    if (sub == super)
        return true;
    if (v->budget-- == 0)
        return fail_kind(v, ERROR_LIMIT,
                         "too many subtype checks in a function body");
    return wc_valtype_matches_slow(v->reg, sub, super);
}

bool wc_func_match(struct validator *v, struct types sub, struct types super)
{
    bool ok = sub.len == super.len;
    if (ok && (sub.len == 0 || memcmp(sub.data, super.data,
                                      sub.len * sizeof *sub.data) == 0))
        return true;
    for (uint32_t i = 0; ok && i < sub.len; i++)
        ok = matches(v, sub.data[i], super.data[i]);
    if (ok)
        return true;
    char want[TYPES_TEXT], have[TYPES_TEXT];
    put_types(v, super, want);
    put_types(v, sub, have);
    return wc_func_fail(v, "type mismatch: [%s] does not match [%s]", have,
                        want);
}

bool wc_func_check(struct validator *v, struct types t)
{
    if (WC_LIKELY(on_top(v, t)))
        return true;
    const valtype *p = v->sp;
    for (uint32_t i = t.len; i-- > 0;) {
        if (p == v->base)
            return v->unreachable || mismatch(v, t);
        if (!matches(v, *--p, t.data[i]))
            return mismatch(v, t);
    }
    return true;
}

bool wc_func_pop_list(struct validator *v, struct types t)
{
    if (t.len == 0)
        return true;
    if (WC_LIKELY(on_top(v, t))) {
        v->sp -= t.len;
        if (v->plan != NULL)
            v->plan->slots -= t.slots;
        return true;
    }
    if (!wc_func_check(v, t))
        return false;
    size_t height = (size_t)(v->sp - v->base);
    drop_to(v, height < t.len ? v->base : v->sp - t.len);
    return true;
}

bool wc_func_retype(struct validator *v, struct types t)
{
    return on_top(v, t) || (wc_func_pop_list(v, t) && wc_func_push_list(v, t));
}

bool wc_func_pop_any(struct validator *v, valtype *t)
{
    if (v->sp == v->base) {
        *t = VT_BOT;
        if (v->unreachable)
            return true;
        return wc_func_fail(v, "type mismatch: instruction requires a value "
                               "but stack has []");
    }
    *t = v->sp[-1];
    drop_to(v, v->sp - 1);
    return true;
}

bool wc_func_pop_slow(struct validator *v, valtype t)
{
    return wc_func_pop_list(v, types_one(&t));
}

bool wc_func_pop_ref(struct validator *v, valtype *t)
{
    valtype *sp = v->sp;
    if (!wc_func_pop_any(v, t))
        return false;
    if (*t == VT_BOT || valtype_is_ref(*t))
        return true;
    v->sp = sp;
    char have[40];
    wc_valtype_format(*t, have, sizeof have);
    return wc_func_fail(v, "type mismatch: instruction requires a reference "
                           "but stack has [%s]",
                        have);
}

void wc_func_empty(struct validator *v)
{
    v->sp = v->base;
    if (v->plan != NULL)
        v->plan->slots = func_frame(v)->plan.slots;
}

void wc_func_set_unreachable(struct validator *v)
{
    wc_func_empty(v);
    v->unreachable = true;
    func_frame(v)->unreachable = true;
}

/* --- Frames --------------------------------------------------------------- */

static bool resolve_blocktype(struct validator *v, struct blocktype b,
                              struct label *l)
{
    l->type = NO_TYPE;
    l->value = VT_BOT;
    if (b.kind == BLOCK_VALUE) {
        l->value = b.type;
        return wc_func_canon(v, &l->value);
    }
    if (b.kind == BLOCK_INDEX) {
        l->type = b.index;
        return wc_func_type(v, b.index, COMP_FUNC) != NULL;
    }
    return true;
}

bool wc_func_begin(struct validator *v, enum opcode op, struct blocktype b)
{
    struct label l = {
        .inits = v->inits.len,
        .op = (uint8_t)op,
        .plan = {.exits = PLAN_NONE, .if_not = PLAN_NONE},
    };
    if (!resolve_blocktype(v, b, &l))
        return false;
    struct types params = params_of(v, &l);
    if ((op == OP_IF && !func_pop(v, VT_I32)) || !wc_func_retype(v, params))
        return false;
    v->base = v->sp - params.len;
    v->unreachable = false;
    l.height = (uint32_t)(v->base - v->stack);
    if (v->plan != NULL)
        l.plan.slots = v->plan->slots - params.slots;
    return vec_push(&v->labels, l) ||
           wc_error_no_memory(v->error, "validating a function");
}

struct label *wc_func_label(struct validator *v, uint32_t index)
{
    if (index >= v->labels.len) {
        wc_func_unknown(v, "label", index);
        return NULL;
    }
    return &v->labels.data[v->labels.len - 1 - index];
}

static valtype type_of_local(const struct validator *v, uint32_t index)
{
    uint32_t low = 0, high = v->groups.len - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (index < v->groups.data[middle].end)
            high = middle;
        else
            low = middle + 1;
    }
    return v->groups.data[low].type;
}

valtype *wc_func_local(struct validator *v, uint32_t index)
{
    if (index >= v->locals_len) {
        wc_func_unknown(v, "local", index);
        return NULL;
    }
    if (index >= v->locals_ready && v->local_stamps[index] != v->stamp) {
        v->local_stamps[index] = v->stamp;
        v->local_types[index] = type_of_local(v, index);
    }
    return &v->local_types[index];
}
