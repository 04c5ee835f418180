/* The translator's state, shared by its files; not for others.
 *
 * One pass over the validated body, with a symbolic operand stack: local.get
 * and constants emit nothing, they wait there until something wants them. An
 * operand is
 *
 *   TEMP    in its home slot, which its height alone decides. While nothing has
 *           happened since the instruction that produced it, that instruction
 *           can still be changed: to leave the value in the accumulator
 *           (operand_use), to write it to a local (local.set), to be a branch
 *           (a comparison).
 *   LOCAL   still in the local; must be copied home before the local changes.
 *           The aliases of a local are a list, topmost first.
 *   CONST   nowhere yet
 *   SUM     an i32 local plus a constant, nowhere yet; an alias like LOCAL.
 *           Loads and stores take it as an address
 *
 * Where paths meet all operands are TEMP and sealed, so that every path agrees.
 * Unreachable code is skipped.
 */
#ifndef INTERP_TRANSLATE_H
#define INTERP_TRANSLATE_H

#include "base/arena.h"
#include "base/vec.h"
#include "binary/instr.h"
#include "binary/locals.h"
#include "interp/code.h"
#include "interp/handlers.h"
#include "interp/unwind.h"
#include "syntax/homes.h"

#define NOWHERE UINT32_MAX
#define SLOT_MAX 0xffffu /* what a slot field holds */

enum operand_kind { OPERAND_TEMP, OPERAND_LOCAL, OPERAND_CONST,
                    OPERAND_SUM };

struct operand {
    uint8_t kind;
    uint8_t type;     /* enum optype */
    bool accable;     /* the handler after its producer's leaves it in acc */
    uint16_t op;      /* TEMP: a row of wc_families, or 0 */
    uint16_t handler; /* TEMP: of the producer */
    uint32_t home;
    uint32_t pos;     /* TEMP: of the producer; NOWHERE: it is sealed */
    uint32_t local, below; /* LOCAL, SUM: index; next alias, 1 + stack index */
    uint64_t bits;         /* CONST, SUM */
};

enum control_kind {
    CONTROL_FUNC,
    CONTROL_BLOCK,
    CONTROL_LOOP,
    CONTROL_IF,
    CONTROL_CATCH, /* an arm of a legacy try; the exception is at `height` */
};

struct control {
    uint8_t kind;
    uint32_t stack_len; /* operands below its parameters */
    uint32_t height;    /* home of its first parameter or result */
    const struct deftype *type; /* or NULL: */
    valtype result;             /* the one result, or VT_BOT for none */
    uint32_t start;       /* CONTROL_LOOP: position */
    uint32_t patches;     /* of branches to its end, 1 + index */
    uint32_t else_patches;
    uint32_t table, table_patches; /* see br_table */
    uint32_t region;   /* that code in it belongs to, 1 + index, or 0 */
    uint32_t opened;   /* a try: its region while that lasts, or 0 */
    uint32_t attempt;  /* a legacy try: its region */
    uint32_t handlers; /* those that lead to its end, 1 + index */
    uint32_t last_handler; /* a legacy try: its own last one */
};

/* A distance to be filled in, at a 32-bit half of the code. */
struct patch {
    uint32_t half, from, next;
};

struct translator {
    struct module *module;
    struct arena arena;
    struct reader reader;
    struct instr in;
    const handler_word *handlers;

    VEC(uint64_t) code;
    VEC(struct operand) stack;
    struct homes homes; /* those on it that are not written */
    VEC(struct control) controls;
    VEC(struct patch) patches;
    VEC(struct code_region) regions;
    VEC(struct code_handler) exn_handlers;
    bool failed; /* out of memory */
    bool wide;   /* some slots are beyond SLOT_MAX; there are windows */
    bool too_wide; /* ... and it should have been */

    /* Locals have numbers, see translate_local.c. */
    uint32_t locals_len, locals_ahead;
    uint32_t *local_slots;
    uint8_t *local_types;
    uint32_t *aliases; /* of each local, 1 + stack index */
    struct local_runs runs;
    uint32_t **names; /* by index: pages of numbers, 0 for none yet */

    uint32_t params_slots, window, record;
    uint32_t height, peak; /* in slots, from fp */
    uint32_t flushed;      /* so many operands from the bottom are TEMP */
    bool dead;             /* in unreachable code, `skipped` blocks deep */
    uint32_t skipped;

    uint32_t last;        /* position of the last instruction, unless control
                             can come between it and what follows */
    uint32_t prev;        /* likewise of the one before */
    uint16_t last_handler, prev_handler;
    uint32_t last_offset; /* in the module */
    uint32_t acc_from[3]; /* accumulators are free from here on */

    uint32_t find;  /* a position ... */
    uint32_t found; /* ... and the offset of the instruction it is for */
};

WC_INLINE enum optype optype_of(valtype t)
{
    switch (t) {
    case VT_I32:
        return T_i32;
    case VT_F32:
        return T_f32;
    case VT_F64:
        return T_f64;
    case VT_V128:
        return T_v128;
    default:
        return T_i64;
    }
}

WC_INLINE uint32_t optype_slots(enum optype t)
{
    return t == T_v128 ? 2 : 1;
}

/* translate_emit.c: instructions */

/* Appends an instruction with `extra` words behind it; returns its position. */
uint32_t wc_emit(struct translator *t, uint32_t handler, uint32_t d,
                 uint32_t a, uint32_t u);
void wc_emit_word(struct translator *t, uint64_t word);
/* Copies `slots` slots; any distance. */
void wc_emit_copy(struct translator *t, uint32_t to, uint32_t from,
                  uint32_t slots);
void wc_emit_const(struct translator *t, uint32_t to, uint64_t bits);
/* Takes the last instruction away. */
void wc_emit_undo(struct translator *t, uint32_t pos);
/* Gives the instruction at `pos` another handler of the same layout. */
void wc_emit_rewrite(struct translator *t, uint32_t pos, uint32_t handler);
/* Paths meet here: nothing before can be changed any more. */
void wc_emit_seal(struct translator *t);
/* A distance in half `half`, from position `from` to a place not known yet. */
void wc_emit_patch(struct translator *t, uint32_t *list, uint32_t half,
                   uint32_t from);
/* The place is here. */
void wc_emit_bind(struct translator *t, uint32_t *list);

WC_INLINE uint64_t insn_word(uint32_t d, uint32_t a, uint32_t u)
{
    return (uint64_t)d | (uint64_t)a << 16 | (uint64_t)u << 32;
}

WC_INLINE uint32_t pair_low(uint64_t w)
{
    return (uint32_t)w;
}

WC_INLINE uint32_t pair_high(uint64_t w)
{
    return (uint32_t)(w >> 32);
}

WC_INLINE uint64_t pair(uint32_t low, uint32_t high)
{
    return (uint64_t)low | (uint64_t)high << 32;
}

/* translate_local.c: locals */

/* Lays out the frame up to the operands, the reader being where the body
 * begins; it is at the first instruction then. False: memory has run out. */
bool wc_local_layout(struct translator *t, const struct deftype *type);
/* Zeroes what has to be zero at entry. */
void wc_local_zero(struct translator *t);
/* The number of a local that was not laid out ahead. */
uint32_t wc_local_name(struct translator *t, uint32_t local);

WC_INLINE uint32_t local_number(struct translator *t, uint32_t local)
{
    return WC_LIKELY(local < t->locals_ahead) ? local : wc_local_name(t, local);
}

/* translate_operand.c: the symbolic stack */

enum where { IN_SLOT = 1, IN_CONST = 2, IN_ACC = 4 };

struct source {
    enum where where;
    uint32_t slot;
    uint64_t bits;
};

WC_INLINE bool operand_is_alias(const struct operand *o)
{
    return o->kind == OPERAND_LOCAL || o->kind == OPERAND_SUM;
}

/* Where operand number i is pending (syntax/homes.h), it and some beside it get
 * written. */
void wc_operand_write(struct translator *t, uint32_t i);

/* It stays on the stack, which is not empty. */
WC_INLINE struct operand *operand_top(struct translator *t)
{
    if (WC_UNLIKELY(t->stack.len - 1 < t->homes.end))
        wc_operand_write(t, t->stack.len - 1);
    return &vec_top(&t->stack);
}

void wc_operand_push(struct translator *t, struct operand o);
struct operand wc_operand_pop(struct translator *t);
/* Forgets all operands from index `first` on. */
void wc_operand_drop(struct translator *t, uint32_t first);
/* What a popped operand is for the next instruction: one of `allowed`, which
 * includes IN_SLOT. Wide slots come through window number `window`. */
struct source wc_operand_use(struct translator *t, struct operand *o,
                             unsigned allowed, unsigned window);
/* Sends all operands from index `first` on home. */
void wc_operand_flush(struct translator *t, uint32_t first);
/* Field d of an instruction whose result goes on the stack. */
uint32_t wc_operand_result(const struct translator *t);
/* ... and the operand, after the instruction at `pos`. */
void wc_operand_push_result(struct translator *t, enum optype type,
                            uint32_t pos, uint32_t handler, bool accable,
                            uint32_t op);
/* A value that is home. */
void wc_operand_push_home(struct translator *t, enum optype type);
void wc_operand_push_const(struct translator *t, enum optype type,
                           uint64_t bits);
/* Of the local with this number. */
void wc_local_get(struct translator *t, uint32_t local);
void wc_local_set(struct translator *t, uint32_t local);

/* What a branch depends on: a comparison and where its operands are, in fields
 * as the forms of binary operators have them. */
struct condition {
    uint32_t op; /* a row of FAMILY_COMPARE */
    uint8_t form;
    uint32_t a, b;
    uint64_t bits; /* the constant */
};

/* Pops the condition of a branch, or its opposite. */
struct condition wc_take_condition(struct translator *t, bool negate);
/* A branch forward, the values being where they should be. */
void wc_emit_conditional(struct translator *t, const struct condition *c,
                         uint32_t *list);
/* Branches to label `depth`, values and all. */
void wc_branch(struct translator *t, uint32_t depth);
void wc_branch_if(struct translator *t, struct condition *c, uint32_t depth);

/* One file per group of instructions. Each takes t->in. */
void wc_translate_control(struct translator *t);
void wc_translate_branch(struct translator *t);
void wc_translate_call(struct translator *t);
void wc_translate_numeric(struct translator *t);
void wc_translate_access(struct translator *t);
void wc_translate_vector(struct translator *t);
void wc_translate_object(struct translator *t);
void wc_translate_gc(struct translator *t);
void wc_translate_atomic(struct translator *t);
void wc_translate_exception(struct translator *t);

/* translate_control.c: enters a block. */
void wc_control_begin(struct translator *t, enum control_kind kind,
                      const struct blocktype *b);
/* The stack as it was when the block began, without its parameters. */
void wc_control_unwind(struct translator *t, const struct control *c);

/* translate_exception.c: what the innermost block tries ends here, if it is
 * still at it. */
void wc_close_region(struct translator *t);
/* The handlers that lead to the end of a block lead here. */
void wc_bind_handlers(struct translator *t, struct control *c);

/* Pushes the results of a function type, or its parameters; all are home. */
void wc_push_results(struct translator *t, const struct deftype *type);
void wc_push_params(struct translator *t, const struct deftype *type);

/* Returns from the function with what is on the stack; with `peek`, on one of
 * two paths: the operands stay as they are. */
void wc_emit_return(struct translator *t, bool peek);

/* Computes a popped SUM into its home slot. */
void wc_operand_compute(struct translator *t, struct operand *o);

/* Translates comparison `op` of the two topmost operands. */
void wc_translate_binary(struct translator *t, uint32_t op);

#endif
