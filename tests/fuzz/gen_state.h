/* What the files of the generator share: the module as planned so far, the
 * function that is being written, and who generates what.
 *
 * gen.c        plans a module and writes its sections
 * gen_type.c   types, subtyping
 * gen_random.c numbers
 * gen_emit.c   the operand stack, regular instructions
 * gen_value.c  expressions that leave one value of a type
 * gen_ref.c    the same for references; objects
 * gen_stmt.c   what a body is made of; variables, calls
 * gen_flow.c   blocks, branches, exceptions
 * gen_mem.c    addresses, memories, tables
 *
 * Bodies are generated before sections are written, so that they may add
 * function types and locals as they need them. Running out of memory ends the
 * program: this is a test.
 */
#ifndef FUZZ_GEN_STATE_H
#define FUZZ_GEN_STATE_H

#include "base/arena.h"
#include "binary/encode.h"
#include "fuzz/gen.h"
#include "fuzz/gen_random.h"

#define NONE UINT32_MAX
#define SEG_LEN_MAX 64u

struct gen_type {
    struct comptype comp;
    uint32_t super; /* or NO_TYPE */
    bool final;
    bool starts_group; /* a recursion group of `group_len` begins */
    uint32_t group_len;
};

struct gen_func {
    uint32_t type;
    bool imported;
    bool leaf; /* calls nothing but imports, so needs no fuel */
};

struct gen_table {
    struct tabletype type;
    bool imported;
    uint32_t funcs[SEG_LEN_MAX]; /* in it at first, or NONE */
};

struct gen_global {
    struct globaltype type;
    bool imported;
    bool exact; /* no NaN in it whose bits are open */
    struct buf init;
};

struct gen_mem {
    struct memtype type;
    bool imported;
};

struct gen_data {
    uint32_t memory; /* NONE: passive */
    uint32_t offset, len;
};

struct gen_elem {
    valtype type;
    uint32_t table; /* NONE: passive */
    uint32_t offset, len;
    uint32_t funcs[SEG_LEN_MAX]; /* NONE: null */
};

struct gen_local {
    valtype type;
    bool exact;    /* as in struct gen_global */
    bool reserved; /* counts a loop: not to be written */
    bool unset;    /* not defaultable and not set yet */
};

/* An operand. A float is open when its NaN bits are up to the engine. */
struct gen_val {
    valtype type;
    bool open;
};

struct gen_label {
    enum opcode kind; /* OP_BLOCK ..., OP_CATCH, OP_END for the function */
    uint32_t height;  /* of the operand stack below it */
    const valtype *branch; /* what a branch to it takes */
    uint32_t branch_len;
    const valtype *results;
    uint32_t results_len;
    bool dead;   /* the rest of it cannot be reached */
    bool closed; /* a counted loop: no branches to it */
};

struct gen {
    struct choice *c;
    feature_set features; /* of this module */
    uint32_t size;
    uint32_t trap_percent; /* how often to leave a trap possible */
    bool linked;
    bool legacy_only; /* of instructions that catch exceptions */
    struct arena arena;

    VEC(struct gen_type) types;
    VEC(struct gen_func) funcs;
    uint32_t funcs_imported;
    VEC(struct gen_table) tables;
    VEC(struct gen_mem) mems;
    VEC(struct gen_global) globals;
    VEC(uint32_t) tags; /* types */
    VEC(struct gen_data) datas;
    VEC(struct gen_elem) elems;
    uint32_t tags_imported;
    uint32_t fuel; /* global */

    /* The function that is being written. */
    struct buf code;
    const struct comptype *type;
    bool leaf;
    VEC(struct gen_local) locals;
    VEC(struct gen_val) stack;
    VEC(struct gen_label) labels;
    uint32_t floor; /* operands below are not to be touched */
    uint32_t depth; /* of expressions */
    uint32_t stack_max;
    int32_t budget;
    uint32_t scratch[3]; /* locals for NaNs: f32, f64, v128 */
};

/* --- gen_type.c ---------------------------------------------------------- */

WC_INLINE feature_set gen_bit(enum feature f)
{
    return (feature_set)1 << f;
}

WC_INLINE bool gen_has(const struct gen *g, enum feature f)
{
    return (g->features & gen_bit(f)) != 0;
}

/* Are there references to exceptions? */
WC_INLINE bool gen_has_exnref(const struct gen *g)
{
    return gen_has(g, FEATURE_EXCEPTIONS) && !g->legacy_only;
}

WC_INLINE bool chance(struct gen *g, uint32_t percent)
{
    return choice_chance(g->c, percent);
}

WC_INLINE uint32_t below(struct gen *g, uint32_t n)
{
    return choice_below(g->c, n);
}

WC_INLINE uint32_t range(struct gen *g, uint32_t lo, uint32_t hi)
{
    return choice_range(g->c, lo, hi);
}

void gen_check(bool ok); /* ends the program without memory */
#define gen_push(v, x) gen_check(vec_push(v, x))

valtype *gen_valtypes(struct gen *g, uint32_t len);
/* The index of this function type, which is added if there is none. */
uint32_t gen_functype(struct gen *g, const valtype *params,
                      uint32_t params_len, const valtype *results,
                      uint32_t results_len);
void gen_types_plan(struct gen *g);

bool gen_heap_matches(const struct gen *g, heaptype sub, heaptype super);
bool gen_matches(const struct gen *g, valtype sub, valtype super);
heaptype gen_heap_top(const struct gen *g, heaptype h);
heaptype gen_heap_bottom(const struct gen *g, heaptype h);
enum comptype_kind gen_type_kind(const struct gen *g, uint32_t type);
/* A type of this kind that is `super` (if not NONE) or below; or NONE. */
uint32_t gen_pick_type(struct gen *g, enum comptype_kind kind, uint32_t super);

valtype gen_random_num(struct gen *g);
valtype gen_random_ref(struct gen *g);
valtype gen_random_type(struct gen *g);
/* `len` random types, in the arena. */
const valtype *gen_random_types(struct gen *g, uint32_t len);

/* --- gen_emit.c ---------------------------------------------------------- */

void gen_emit_init(void);
void gen_op(struct gen *g, enum opcode op);
void gen_op_u32(struct gen *g, enum opcode op, uint32_t x);
void gen_op_u32_u32(struct gen *g, enum opcode op, uint32_t x, uint32_t y);
void gen_i32(struct gen *g, uint32_t value);
void gen_i64(struct gen *g, uint64_t value);
/* A constant of an address type. */
void gen_addr_const(struct gen *g, valtype addr, uint64_t value);
void gen_const(struct gen *g, valtype t);

WC_INLINE struct gen_label *gen_label(struct gen *g)
{
    return &vec_top(&g->labels);
}

void gen_stack_push(struct gen *g, valtype t, bool open);
void gen_stack_push_all(struct gen *g, const valtype *types, uint32_t len);
void gen_stack_pop(struct gen *g, uint32_t n);
/* Makes operands: some from the stack, the others anew. Returns how many there
 * are on the stack (fewer than `len` in dead code only). */
uint32_t gen_operands(struct gen *g, const valtype *types, uint32_t len);
/* gen_operands without taking from the stack or from dead code. */
void gen_operands_new(struct gen *g, const valtype *types, uint32_t len);
/* Operands and then they are gone. */
void gen_consume(struct gen *g, const valtype *types, uint32_t len);
/* Puts a canonical NaN in the place of an open one on top of the stack. */
void gen_close_nan(struct gen *g);

bool gen_regular_value(struct gen *g, valtype t);
void gen_regular_void(struct gen *g);
void gen_regular_any(struct gen *g);
void gen_vector_close(struct gen *g, enum opcode op);

/* --- gen_value.c --------------------------------------------------------- */

/* Leaves one value of the type on the stack, touching nothing below. */
void gen_value(struct gen *g, valtype t);
/* The same with few instructions. */
void gen_leaf(struct gen *g, valtype t);
/* A value of type `t` from a variable, if there is one. */
bool gen_variable(struct gen *g, valtype t);

/* --- gen_ref.c ----------------------------------------------------------- */

void gen_ref_value(struct gen *g, valtype t);
void gen_ref_leaf(struct gen *g, valtype t);
bool gen_object_value(struct gen *g, valtype t); /* a number out of objects */
void gen_object_stmt(struct gen *g);
/* Is there a constant expression of the type? */
bool gen_has_const(struct gen *g, valtype t);
/* That expression, without its end. */
void gen_const_expr(struct gen *g, valtype t, uint32_t globals);

/* --- gen_stmt.c ---------------------------------------------------------- */

uint32_t gen_local_new(struct gen *g, valtype t);
/* A local of exactly this type that may be written, or NONE. */
uint32_t gen_local_pick(struct gen *g, valtype t);
void gen_local_get(struct gen *g, uint32_t local);
void gen_local_set(struct gen *g, uint32_t local);
/* Gets rid of the operand on top. */
void gen_dispose(struct gen *g);
void gen_stmts(struct gen *g, uint32_t n);
bool gen_call_value(struct gen *g, valtype t);
void gen_func_body(struct gen *g, uint32_t func);

/* --- gen_flow.c ---------------------------------------------------------- */

void gen_block_stmt(struct gen *g);
void gen_block_value(struct gen *g, valtype t);
void gen_branch_stmt(struct gen *g);
void gen_throw_stmt(struct gen *g);
bool gen_branch_value(struct gen *g, valtype t);
void gen_exnref_value(struct gen *g);
void gen_dead(struct gen *g);
/* What the label's end needs is made to lie on the stack, and nothing else. */
void gen_results(struct gen *g);
/* Ends the run of the function if there is no fuel; takes one if there is. */
void gen_fuel(struct gen *g);

/* --- gen_mem.c ----------------------------------------------------------- */

/* A memory whose addresses have this type (any, for VT_BOT), or NONE. */
uint32_t gen_pick_mem(struct gen *g, valtype addr);
/* Pushes an address for an access of `bytes` bytes; the offset goes with it. */
void gen_address(struct gen *g, uint32_t mem, uint32_t bytes, bool aligned,
                 uint64_t *offset);
/* Pushes an index below `size`, mostly. */
void gen_index(struct gen *g, valtype addr, uint64_t size);
uint64_t gen_mem_bytes(const struct gen *g, uint32_t mem);
/* A data segment to read from, mostly one that has something; or NONE. */
uint32_t gen_pick_data(struct gen *g);
void gen_bulk_stmt(struct gen *g);
bool gen_table_get(struct gen *g, valtype t);
uint32_t gen_pick_table(struct gen *g, valtype element, bool write);

#endif
