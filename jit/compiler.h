/* The state of one compilation, shared by the files of the front; not for
 * others. One pass over a validated body, with a lazy operand stack:
 *
 *   CONST   nowhere yet
 *   LOCAL   still in the local; copied before the local changes. The aliases of
 *           a local are a list, topmost first
 *   REG     in a register of its own
 *   SLOT    in its home slot, which its height alone decides
 *
 * Locals are pinned to registers or live in their home slots. Which are pinned
 * is planned ahead (plan.c) for the whole function, and anew for each outermost
 * loop: a region. At every label all pins of its region hold their locals, the
 * operands below it are CONST or SLOT, and its own values are in result
 * registers or at home (label_value), so that branches move little. In between,
 *   - a pin may be invalid: its local was saved before a call and not reloaded
 *   - a pin may be clean: its home slot has the same value
 *   - a register may have a copy of a local that is not pinned (cached)
 *
 * While an instruction is compiled it holds the registers of the operands it
 * popped (c->held) until it is done.
 */
#ifndef JIT_COMPILER_H
#define JIT_COMPILER_H

#include "base/arena.h"
#include "base/bits.h"
#include "binary/instr.h"
#include "jit/abi.h"
#include "jit/compile.h"
#include "jit/masm.h"
#include "jit/plan.h"
#include "syntax/homes.h"
#include "valid/sidetable.h"

#define NOWHERE UINT32_MAX

enum value_kind { VALUE_CONST, VALUE_LOCAL, VALUE_REG, VALUE_SLOT };

struct value {
    uint8_t kind;
    uint8_t type;  /* enum wtype */
    reg reg;       /* REG */
    uint32_t slot; /* home */
    union {
        uint64_t bits; /* CONST */
        struct {
            uint32_t local, below; /* LOCAL: index; next alias, 1 + stack
                                      index */
        };
        uint32_t low; /* SLOT: from this stack index up to it all are */
    };
};

struct local {
    uint8_t type;     /* enum wtype */
    reg pin;          /* of the current region, or REG_NONE */
    reg cache;        /* not pinned: a register that has a copy, or REG_NONE */
    uint32_t slot;    /* home */
    uint32_t aliases; /* 1 + stack index of the topmost */
    uint32_t straight; /* the piece of code (c->straight) that accessed ... */
    uint32_t reach;    /* ... a guarded memory at it, up to here behind it */
};

enum control_kind {
    CONTROL_FUNC,
    CONTROL_BLOCK,
    CONTROL_LOOP,
    CONTROL_IF,
    CONTROL_ELSE,
    CONTROL_TRY, /* try_table, and try and catch arms of the legacy ones */
};

struct control {
    uint8_t kind;
    bool loop_region; /* a loop that began a region of its own */
    bool reached;     /* an aside will branch to its label */
    uint32_t stack_len; /* operands below its parameters */
    uint32_t height;    /* home of its first parameter or result */
    const valtype *params, *results;
    uint32_t params_len, results_len;
    valtype result; /* where `results` is NULL */
    uint32_t table_stamp, table_label; /* see br_table */
    uint32_t label;     /* of its end; of the start for a loop */
    uint32_t otherwise; /* CONTROL_IF: label of the other arm */
    const struct region *region; /* in which its label is */
    /* Exceptions: numbers of regions and handlers in `out`, 1 + index. */
    uint32_t tried;  /* the region its code is in, or 0; as the block around */
    uint32_t opened; /* the region it began, while that is open */
    uint32_t attempt, last_handler; /* legacy try: its region, what it has */
    uint32_t caught; /* handlers that lead to its label, chained by target */
};

/* Code that is emitted behind the function. */
enum aside_kind {
    ASIDE_TRAP,
    ASIDE_EDGE,    /* a branch between regions */
    ASIDE_CROSS,   /* a call that leaves the instance */
    ASIDE_TYPE,    /* is the type of a function a subtype of the wanted one? */
    ASIDE_ELEMENT, /* the trap of an uninitialized element, with its index */
};

struct aside {
    uint8_t kind; /* enum aside_kind */
    reg reg;      /* CROSS, TYPE: the function; ELEMENT: the index */
    uint32_t label;
    uint32_t offset; /* of the instruction in the module */
    uint32_t tried;  /* the try it is in, as in struct control */
    uint32_t target; /* EDGE, CROSS, TYPE: label to go on at */
    uint32_t x; /* TRAP: enum trap_code; CROSS: bytes of stack arguments; TYPE:
                   type index; ELEMENT: home for the index */
    const struct region *from, *to; /* EDGE */
};

struct call_convention {
    uint64_t epoch;
    struct abi_call *abi;
};

struct compiler {
    /* Emptied between functions, for their memory; all behind is zeroed. */
    struct masm masm; /* first */
    struct arena arena; /* of this function */
    VEC(struct value) stack;
    struct homes homes; /* those on it that are not written */
    VEC(struct control) controls;
    VEC(struct label) labels;
    VEC(struct aside) asides;
    /* Room by local, good for parameters and those that the body names. */
    VEC(struct local) local_room;
    VEC(struct plan_local) plan_room;

    /* Conventions by type index, made when needed, for the functions of one
     * module; those of others have another epoch, so that a module of many
     * types costs nothing here. */
    VEC(struct call_convention) calls;
    struct arena conventions;
    uint64_t epoch, serial;
    const struct compile_options *options;
    struct module *module;
    const struct deftype *type;
    const struct sidetable *table;
    struct compiled *out;

    const uint8_t *at, *end; /* cursor in the body */
    uintptr_t insn;          /* where the current instruction begins */
    struct instr in;         /* what it is; but see instr_offset */
    struct error *error;
    bool failed;     /* out of memory */
    bool dead;       /* in unreachable code, `skipped` blocks deep */
    uint32_t skipped;

    uint32_t height; /* in slots, of the next operand */
    uint32_t settled; /* operands below are CONST or SLOT */
    uint32_t spilled; /* operands below are not in registers; >= settled */

    struct local *locals; /* in local_room */
    uint32_t declared_slot; /* home of the first that is no parameter */
    const struct region *region, *function_region;
    uint32_t next_loop; /* profile of the next outermost loop */
    bool write_through; /* handlers: pins are always clean */

    regset allocatable; /* what the target and the options allow */
    regset pins;    /* of the current region */
    regset invalid, dirty; /* subsets of pins */
    regset values;  /* that REG operands are in */
    regset held;    /* by the current instruction */
    regset dying;   /* held, and nobody's after it: may take the result */
    regset cached;  /* not in use, but have a copy of a local */
    reg last_taken;
    uint32_t owner[REGS]; /* of values: stack index; of pins, cached: local */

    uint32_t sink; /* the local that the result goes to at once, or NOWHERE */
    bool sink_tee;
    const uint8_t *sink_end; /* behind its local.set or local.tee */

    struct abi_call own; /* the function's own convention */
    uint32_t results_slot; /* home of the address of its stack results */
    uint32_t room_slot; /* room for stack results of those it calls that do not
                           come home by themselves */
    struct region *regions; /* by profile; owns function_region */
    bool latent;     /* the condition on top of the stack is in the flags: */
    cond condition;
    uint32_t entry;  /* label */
    uint32_t loops;  /* how many the code is in */
    uint32_t straight; /* the piece of code between labels that it is in */
    uint32_t stamp;  /* of the last br_table */
};

/* NULL is allowed. */
void wc_compiler_free(struct compiler *c);

/* Compiles everything up to the last end of the body. */
void wc_compile_body(struct compiler *c);

/* --- compile.c ------------------------------------------------------------ */

/* Of the current instruction in the module; needed for few of them. */
WC_INLINE uint32_t instr_offset(const struct compiler *c)
{
    return (uint32_t)(c->insn - (uintptr_t)c->module->bytes);
}

/* ... which is another one, or SITE_NO_FRAME. */
WC_INLINE void instr_goto(struct compiler *c, uint32_t offset)
{
    c->insn = (uintptr_t)c->module->bytes + offset;
}

typedef void compile_fn(struct compiler *c);

WC_INLINE enum wtype wtype_of(valtype t)
{
    switch (t) {
    case VT_I32:
        return W_I32;
    case VT_F32:
        return W_F32;
    case VT_F64:
        return W_F64;
    case VT_V128:
        return W_V128;
    default:
        return W_I64;
    }
}

WC_INLINE uint32_t wtype_slots(enum wtype t)
{
    return t == W_V128 ? 2 : 1;
}

WC_INLINE regset class_of(enum wtype t)
{
    return wtype_is_fp(t) ? REGS_FP : REGS_GENERAL;
}

/* A LEB128 number of one or two bytes, and what is behind; NULL: longer. */
WC_INLINE const uint8_t *short_u32(const uint8_t *p, uint32_t *x)
{
    if (WC_LIKELY(p[0] < 0x80)) {
        *x = p[0];
        return p + 1;
    }
    if (p[1] >= 0x80)
        return NULL;
    *x = (p[0] & 0x7fu) | (uint32_t)p[1] << 7;
    return p + 2;
}

/* The type of the result of an opcode with a fixed signature that does not
 * depend on a memory. */
WC_INLINE enum wtype result_type(enum opcode op)
{
    static const uint8_t types[] = {
        ['i'] = W_I32, ['l'] = W_I64, ['f'] = W_F32,
        ['d'] = W_F64, ['v'] = W_V128,
    };
    return types[(unsigned char)wc_sigs[wc_opcodes[op].sig].results[0]];
}

/* --- regs.c --------------------------------------------------------------- */

/* A register of the class that is in nobody's use and not in `avoid`, held from
 * now on; spills an operand where it must. */
reg wc_reg_take(struct compiler *c, enum wtype t, regset avoid);
/* The same, one in particular: what is there moves away. */
void wc_reg_claim(struct compiler *c, reg r, regset avoid);
/* The operand in a register goes to another one or home. */
void wc_reg_evict(struct compiler *c, reg r, regset avoid);
/* These registers have copies of locals, and no more. */
void wc_reg_uncache(struct compiler *c, regset which);
/* No register of them has a copy of a local any more (calls, labels). */
WC_INLINE void reg_forget(struct compiler *c, regset which)
{
    if (c->cached & which)
        wc_reg_uncache(c, c->cached & which);
}
/* The temporaries that a rule asks for. */
void wc_reg_temps(struct compiler *c, const struct masm_rule *rule,
                  regset avoid, reg *temps);
/* Pins: brings all that calls have invalidated back. */
void wc_pins_reload(struct compiler *c);
/* Stores dirty pins that calls change. */
void wc_pins_save(struct compiler *c);
/* Operands in registers with index below `end` go home. */
void wc_spill_below(struct compiler *c, uint32_t end);
/* Before a call: saves what is dirty in registers that it may change, and all
 * operands in registers go home; after it these pins are invalid. */
void wc_regs_call(struct compiler *c);
/* From the pins of the current region to those of another. */
void wc_region_enter(struct compiler *c, const struct region *to);
/* ... nothing emitted: unreachable code ended there. */
void wc_region_set(struct compiler *c, const struct region *to);
/* ... the moves alone, from one's label state to the other's. */
void wc_region_move(struct compiler *c, const struct region *from,
                    const struct region *to);

/* --- slot.c: the operand stack -------------------------------------------- */

void wc_push_const(struct compiler *c, enum wtype t, uint64_t bits);
void wc_push_local(struct compiler *c, uint32_t local);
/* In a register the instruction holds, which becomes the operand's. */
void wc_push_reg(struct compiler *c, enum wtype t, reg r);
/* At home already (results of runtime calls). */
void wc_push_home(struct compiler *c, enum wtype t);
/* Pushes values of these types, at home, which have so many slots. */
void wc_push_homes(struct compiler *c, const valtype *types, uint32_t len,
                   uint32_t slots);
void wc_drop(struct compiler *c);
/* Drops all from stack index `len` on. */
void wc_drop_to(struct compiler *c, uint32_t len);

/* Where the value with stack index `i` is pending (syntax/homes.h), it and some
 * beside it get written. */
void wc_value_write(struct compiler *c, uint32_t i);

WC_INLINE struct value *value_top(struct compiler *c, uint32_t below)
{
    uint32_t i = c->stack.len - 1 - below;
    if (WC_UNLIKELY(i < c->homes.end))
        wc_value_write(c, i);
    return &c->stack.data[i];
}

/* value_home, of one that is on the stack. */
uint32_t wc_value_home_pending(const struct compiler *c, uint32_t i);

/* The home of the value with stack index `i`, or of the next to come. */
WC_INLINE uint32_t value_home(const struct compiler *c, uint32_t i)
{
    if (i == c->stack.len)
        return c->height;
    return WC_LIKELY(i >= c->homes.end) ? c->stack.data[i].slot
                                        : wc_value_home_pending(c, i);
}

/* The register that has a local now, or REG_NONE. */
WC_INLINE reg local_reg(const struct compiler *c, uint32_t local)
{
    const struct local *l = &c->locals[local];
    if (l->pin != REG_NONE && !(c->invalid & REG_BIT(l->pin)))
        return l->pin;
    return l->cache;
}

/* A copy of a value in a register that is held or the target's scratch. */
void wc_value_load(struct compiler *c, const struct value *v, reg to);
/* Pops the top into a register, held. A pinned local's own register may come
 * back: it must not be changed, unless it is in c->dying. */
reg wc_pop_reg(struct compiler *c, regset avoid);
/* The top in a register, held; it stays on the stack, not to be changed. */
reg wc_peek_reg(struct compiler *c);
/* Pops the top into this register. */
void wc_pop_into(struct compiler *c, reg r);
/* Pops the second source of an operation: the constant or slot as it is, where
 * the target takes it. OPCODE_NONE takes no constants. */
struct src wc_pop_src(struct compiler *c, enum opcode op, bool slot_ok,
                      regset avoid);
/* A register for the result, held: that of the local which the next instruction
 * sets, one of a dying operand, or a new one. Not in `avoid`. Emits moves only
 * (flags live on). To be followed by wc_push_result. */
reg wc_result(struct compiler *c, enum wtype t, regset avoid);
/* The result is in the register that wc_result gave. Skips the instruction that
 * was done on the way. */
void wc_push_result(struct compiler *c, enum wtype t, reg r);
/* All operands with index `from` and up go home; constants if `consts`. */
void wc_settle(struct compiler *c, uint32_t from, bool consts);
/* All below index `to`, those from there on being home; constants stay. */
void wc_settle_below(struct compiler *c, uint32_t to);
/* Pops into the register of a pinned local / stores to the home of another. */
void wc_pop_pin(struct compiler *c, reg pin);
void wc_pop_store(struct compiler *c, uint32_t local);
/* The register, nobody's, has a copy of a local that is not pinned. */
void wc_local_cache(struct compiler *c, uint32_t local, reg r);
/* A pinned local's register was written. */
void wc_local_changed(struct compiler *c, uint32_t local);
/* A local is about to change: saves its copies, forgets what it reached. */
void wc_unalias(struct compiler *c, uint32_t local);
/* Runtime calls: the top `len` operands go home, the builtin gets the address
 * of the first; they are popped. The caller pushes results with wc_push_home.
 * With len 0 `io` is where the next operand's home is. */
void wc_call_builtin(struct compiler *c, enum data_word builtin, uint32_t len,
                     uint64_t x);

/* --- meta.c --------------------------------------------------------------- */

/* The instruction just emitted (a call: its return address) belongs to the
 * current instruction. */
void wc_site_call(struct compiler *c);
/* The access about to be emitted may fault. */
void wc_site_access(struct compiler *c);
/* ... a call with stack arguments. */
void wc_site_args(struct compiler *c, uint32_t bytes);
/* Labels to branch to: when the current instruction traps, or for any other
 * aside. */
uint32_t wc_trap_label(struct compiler *c, enum trap_code code);
uint32_t wc_aside_label(struct compiler *c, struct aside a);
uint32_t wc_label_new(struct compiler *c);
WC_INLINE struct label *label_at(struct compiler *c, uint32_t label)
{
    return &c->labels.data[label];
}
void wc_emit_asides(struct compiler *c);

/* --- addr.c: the only place where addresses of linear memory are formed --- */

/* Pops the address operand of the current memory instruction and makes it good:
 * checked where it must be. Registers stay held. `align`: also traps unless it
 * is a multiple of the access. */
struct mem wc_addr_pop(struct compiler *c, bool align, regset avoid);
/* May an address in memory 0 be in a register alone, with nothing to be done
 * about it but for offsets above INT32_MAX? Then that is one. */
bool wc_addr_is_plain(const struct compiler *c);
struct mem wc_addr_plain(struct compiler *c, reg index);

/* --- compile_*.c ---------------------------------------------------------- */

/* compile_control.c */
compile_fn wc_compile_block, wc_compile_loop, wc_compile_if, wc_compile_else,
    wc_compile_end, wc_compile_br, wc_compile_br_if, wc_compile_br_table,
    wc_compile_return, wc_compile_unreachable, wc_compile_br_on_null,
    wc_compile_br_on_non_null;
/* Begins a block of this type whose parameters are on the stack; `tried` is
 * that of the block around. */
struct control *wc_block_begin(struct compiler *c, enum control_kind kind,
                                 const struct blocktype *b);
/* Branches to label `depth` with the values on top of the stack, when the
 * condition holds; with `always`, in any case. */
void wc_go_if(struct compiler *c, cond condition, uint32_t depth);
void wc_go(struct compiler *c, uint32_t depth);
/* Traps if somebody wants that. */
void wc_poll(struct compiler *c);
/* Code behind is unreachable until the block ends. */
void wc_make_dead(struct compiler *c);
/* Pops a condition; latent comparisons come as flags. */
cond wc_pop_condition(struct compiler *c);
/* Moves results that are home, operands from index `first`, to where the caller
 * expects them. */
void wc_store_results(struct compiler *c, uint32_t first);

/* compile_call.c */
/* The convention of a type of the module, by index; when memory has run out,
 * that of none. */
const struct abi_call *wc_call_abi(struct compiler *c, uint32_t type);
compile_fn wc_compile_call, wc_compile_call_indirect, wc_compile_call_ref,
    wc_compile_return_call, wc_compile_return_call_indirect,
    wc_compile_return_call_ref;

/* The ends of calls that ASIDE_CROSS and ASIDE_TYPE stand for. */
void wc_call_cross(struct compiler *c, const struct aside *a);
void wc_call_subtype(struct compiler *c, const struct aside *a);

/* compile_local.c */
compile_fn wc_compile_local_get, wc_compile_local_set, wc_compile_local_tee,
    wc_compile_global_get, wc_compile_global_set, wc_compile_drop,
    wc_compile_select;

/* compile_numeric.c */
compile_fn wc_compile_unary, wc_compile_binary, wc_compile_compare,
    wc_compile_trunc, wc_compile_wide;
/* A result that is a condition: stays in the flags if the next instruction
 * wants it there. */
void wc_push_condition(struct compiler *c, cond condition);
/* A comparison with a constant, whatever it is. */
cond wc_compare_const(struct compiler *c, enum opcode op, reg a,
                      uint64_t bits);
/* a b -> r where a and b need what the rule of the opcode says. */
struct operands {
    struct src a, b;
    reg temps[4];
    regset avoid; /* where the result must not be */
};
void wc_pop_operands(struct compiler *c, enum opcode op, unsigned len,
                     struct operands *out);

/* compile_divide.c */
compile_fn wc_compile_divide;

/* compile_memory.c */
compile_fn wc_compile_load, wc_compile_store;
/* The address is in this register, not on the stack. */
void wc_compile_load_from(struct compiler *c, reg index);

/* compile_object.c: tables, bulk operations, memory.size/grow, references */
compile_fn wc_compile_table_get, wc_compile_table_set, wc_compile_object;

/* compile_vector.c, compile_atomic.c */
compile_fn wc_compile_vector, wc_compile_vector_load, wc_compile_vector_store,
    wc_compile_atomic;

/* compile_gc.c */
compile_fn wc_compile_gc, wc_compile_br_on_cast;

/* compile_exception.c */
compile_fn wc_compile_try_table, wc_compile_try, wc_compile_catch,
    wc_compile_catch_all, wc_compile_delegate, wc_compile_throw,
    wc_compile_throw_ref, wc_compile_rethrow;
/* To be called first at the `end` of any block that is a CONTROL_TRY or has
 * something caught: ends its region, and brings what its handlers caught to
 * its label; then code is dead until that is bound. */
void wc_exception_end(struct compiler *c, struct control *control);

#endif
