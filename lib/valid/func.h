/* The state of the validation algorithm (core/appendix/algorithm) while it
 * reads one body or one constant expression; private to valid/.
 *
 * Value types in here are canonical: equal types are equal words. Room on the
 * operand stack is kept ahead: behind `sp` there is always space for as many
 * values as bytes are left to read, since no instruction pushes more values
 * than it has bytes; the exceptions push through wc_func_push_list.
 */
#ifndef VALID_FUNC_H
#define VALID_FUNC_H

#include "base/vec.h"
#include "binary/instr.h"
#include "syntax/limits.h"
#include "syntax/typereg.h"
#include "valid/plan.h"

struct types {
    const valtype *data;
    uint32_t len, slots; /* slots: of values of these types */
};

WC_INLINE struct types types_one(const valtype *t)
{
    return (struct types){t, 1, valtype_slots(*t)};
}

WC_INLINE struct types types_params(const struct deftype *t)
{
    return (struct types){t->comp.params, t->comp.params_len, t->param_slots};
}

WC_INLINE struct types types_results(const struct deftype *t)
{
    return (struct types){t->comp.results, t->comp.results_len,
                          t->result_slots};
}

WC_INLINE struct types types_but_last(struct types t)
{
    t.slots -= valtype_slots(t.data[--t.len]);
    return t;
}

/* A control frame. */
struct label {
    uint32_t height; /* of the operands below its parameters */
    uint32_t type;   /* type index of its function type, or NO_TYPE ... */
    valtype value;   /* ... then its one result, VT_BOT for none */
    uint32_t inits;  /* locals set before it */
    uint32_t epoch;  /* of the br_table that checked it last */
    struct plan_label plan;
    uint8_t op; /* OP_BLOCK ...; the function's own is a block */
    bool unreachable;
};

/* A local that must be set before it is read has this bit in its type. */
#define LOCAL_UNSET 0x20u

struct local_group {
    uint32_t end; /* index behind the last local of the group */
    valtype type;
};

struct validator {
    /* Of the module, set once. */
    const struct module *m;
    const struct typereg *reg;
    feature_set executable; /* 0: everything */

    /* Of the body being read. */
    struct reader r;
    struct error *error;
    struct error unsupported; /* first use of what cannot be executed */
    uint32_t func;
    uint32_t offset; /* of the current instruction */
    enum opcode op;
    valtype *sp, *base; /* of the current frame */
    bool unreachable;
    valtype *stack, *stack_end;
    uint64_t budget; /* of comparisons beyond equality, see wc_func_check */
    VEC(struct label) labels;
    uint32_t epoch;
    uint32_t *epochs; /* two a type, of the br_table that checked it last */

    /* The first `locals_ready` entries of local_types are filled in; others
     * are on first use, when local_stamps does not have this body's stamp. */
    uint32_t locals_len, locals_ready, locals_cap, stamp;
    valtype *local_types;
    uint32_t *local_stamps;
    VEC(struct local_group) groups;
    VEC(uint32_t) inits; /* locals set, to be unset at the end of blocks */

    struct plan *plan; /* NULL when no side table is wanted */

    /* Of a constant expression. */
    bool is_const;
    uint32_t globals_visible;
};

/* --- Failing -------------------------------------------------------------- */

/* "MESSAGE" as ERROR_INVALID at the current instruction. Returns false. */
bool wc_func_fail(struct validator *v, const char *fmt, ...) WC_PRINTF(2, 3)
    WC_COLD;

/* "unknown WHAT INDEX". */
bool wc_func_unknown(struct validator *v, const char *what, uint32_t index)
    WC_COLD;

/* "type mismatch: WHO requires [t*] but stack has [...]". */
bool wc_func_mismatch(struct validator *v, const char *who, struct types t)
    WC_COLD;

/* Notes that the feature is not executable; `what` uses it. */
void wc_func_note_feature(struct validator *v, enum feature f,
                          const char *what);

/* --- Types ---------------------------------------------------------------- */

/* Checks the type index and makes the type canonical. */
bool wc_func_canon(struct validator *v, valtype *t);

/* The type with this index, which must be of `kind`; NULL on failure. */
const struct deftype *wc_func_type(struct validator *v, uint32_t index,
                                   enum comptype_kind kind);

/* What the end of a block leaves. */
WC_INLINE struct types func_results(const struct validator *v,
                                    const struct label *l)
{
    if (l->type != NO_TYPE)
        return types_results(v->m->deftypes[l->type]);
    return l->value != VT_BOT ? types_one(&l->value) : (struct types){0};
}

/* What a branch to the label carries. */
struct types wc_func_label_types(const struct validator *v,
                                 const struct label *l);

/* --- Operands ------------------------------------------------------------- */

WC_INLINE struct label *func_frame(struct validator *v)
{
    return &vec_top(&v->labels);
}

WC_INLINE void func_push(struct validator *v, valtype t)
{
    *v->sp++ = t;
    if (v->plan != NULL)
        plan_push(v->plan, t);
}

bool wc_func_reserve(struct validator *v, uint32_t n);
bool wc_func_push_list(struct validator *v, struct types t);
bool wc_func_pop_list(struct validator *v, struct types t);

/* Do the operands on top match `t`? Nothing changes. Equality is one memcmp;
 * subtyping, value by value, is paid from a budget in proportion to the body,
 * since long lists of supertypes are no use but to slow us down. */
bool wc_func_check(struct validator *v, struct types t);

/* Gives the operands on top, which match `t`, these types. */
bool wc_func_retype(struct validator *v, struct types t);

/* Does one list match another, value by value? Fails if not. */
bool wc_func_match(struct validator *v, struct types sub, struct types super);

/* One operand; VT_BOT where unreachable code lacks it. */
bool wc_func_pop_any(struct validator *v, valtype *t);
bool wc_func_pop_slow(struct validator *v, valtype t);

WC_INLINE bool func_pop(struct validator *v, valtype t)
{
    if (WC_UNLIKELY(v->sp == v->base || v->sp[-1] != t))
        return wc_func_pop_slow(v, t);
    v->sp--;
    if (v->plan != NULL)
        plan_pop(v->plan, t);
    return true;
}

/* A reference of any type, or VT_BOT. */
bool wc_func_pop_ref(struct validator *v, valtype *t);

/* Drops all operands of the innermost frame. */
void wc_func_empty(struct validator *v);

/* The same, and what follows cannot be reached. */
void wc_func_set_unreachable(struct validator *v);

/* --- Frames --------------------------------------------------------------- */

/* Opens a block whose parameters are on the stack, below the condition where it
 * is an `if`. */
bool wc_func_begin(struct validator *v, enum opcode op, struct blocktype b);

/* Checks the label index; NULL on failure. */
struct label *wc_func_label(struct validator *v, uint32_t index);

/* The type of a local, with LOCAL_UNSET; NULL if there is no such local. */
valtype *wc_func_local(struct validator *v, uint32_t index);

/* --- Rules ---------------------------------------------------------------- */

/* One per CUSTOM row of opcodes.def: the typing rule of core/valid/instructions
 * for an instruction that was just read. */
typedef bool rule_fn(struct validator *v, const struct instr *in);
#define OP(id, prefix, code, text, imm, sig, feature) rule_fn wc_valid_##id;
#include "syntax/opcodes.def"

/* Reads one instruction and applies its rule. */
bool wc_func_step(struct validator *v);

/* The whole body, opcode by opcode until the last end (hot.c). */
bool wc_func_run(struct validator *v);

/* --- Use ------------------------------------------------------------------ */

/* A validator for `m`, whose fast_ops are set; `plan` may be NULL. */
void wc_func_init(struct validator *v, const struct module *m,
                  struct plan *plan);
void wc_func_free(struct validator *v);

/* Checks the body of a defined function; `e` is not NULL. */
bool wc_func_check_body(struct validator *v, uint32_t func, struct error *e);

/* The side table of the body checked last, with v->plan; NULL on failure. */
struct sidetable *wc_func_sidetable(struct validator *v);

/* Checks the constant expression at the start of a range, whose own end opcode
 * is the byte behind it or inside, to have type `t` where the first `globals`
 * globals are visible. v->r is behind it then. */
bool wc_func_check_const(struct validator *v, struct range expr, valtype t,
                         uint32_t globals, struct error *e);

#endif
