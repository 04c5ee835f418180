/* The contract between the front of the compiler and a target. The front knows
 * WebAssembly and no machine; a target (jit/x64, jit/a64) knows its machine and
 * as little WebAssembly as possible. Nothing here runs the code it makes.
 *
 * Registers have one numbering: general ones 0-31, those of floating point and
 * vectors 32-63. Values in them:
 *   i32    zero-extended to 64 bits, always; producers see to it
 *   f32, f64, v128   in the low bits; what is above means nothing
 *   references, i64  64 bits
 *
 * Rules for every operation:
 *   - the result register may be any of the source registers
 *   - sources keep their values, unless one is the result
 *   - wc_masm_target.scratch belongs to the target: no value ever lives there,
 *     and an operation may change it, except those marked "keeps the scratch"
 *   - condition flags live from wc_masm_compare/test to the one user that
 *     follows; operations marked "keeps flags" may come between
 */
#ifndef JIT_MASM_H
#define JIT_MASM_H

#include "jit/codebuf.h"
#include "jit/frame.h"
#include "syntax/opcodes.h"
#include "syntax/value.h"

typedef uint8_t reg;
typedef uint64_t regset;

#define REG_NONE ((reg)0xff)
#define REG_FP 32u /* the first of floating point */
#define REGS 64u
#define REG_BIT(r) ((regset)1 << (r))
#define REGS_GENERAL ((regset)0xffffffff)
#define REGS_FP (~REGS_GENERAL)

/* Types of values in registers and slots; references are W_I64. */
enum wtype { W_I32, W_I64, W_F32, W_F64, W_V128 };

WC_INLINE bool wtype_is_fp(enum wtype t)
{
    return t >= W_F32;
}

/* What the front asks about the machine. */
struct masm_target {
    const char *name;
    uint16_t elf_machine; /* as in ELF files, for debuggers */
    regset allocatable;
    regset pinnable;     /* a subset: locals may live there for long */
    regset callee_saved; /* by our own convention */
    reg scratch[2];      /* [wtype_is_fp] the target's own; usable between
                            operations to break cycles of moves */
    reg instance;        /* holds the instance, always */
    reg memory;          /* holds the base of memory 0 */
    /* Arguments and results in registers, by class, in order. */
    reg args[2][8];
    uint8_t args_len[2];
    reg results[2][4]; /* allocatable, not pinnable, caller-saved */
    uint8_t results_len[2];
    uint8_t transients_min[2]; /* so many unpinned ones any operation needs */
    uint8_t stack_align; /* bytes of stack arguments are a multiple of it */
    bool frame_first;    /* the frame is made when the stack is checked */
    bool probes; /* a store to where mem.guarded is true costs more */
};

extern const struct masm_target wc_masm_target;

/* --- The assembler's state ------------------------------------------------ */

/* A constant behind the code; the target's own. */
struct masm_literal {
    uint64_t bits[2];
    struct label label;
    uint32_t bytes; /* 4, 8 or 16 */
};

/* Code that reaches a word of the module's data. */
struct masm_reloc {
    uint32_t at; /* offset of the field, or of the instruction */
    uint32_t word;
};

struct masm_relocs {
    struct masm_reloc *data;
    uint32_t len, cap;
};

/* A zeroed struct is an empty one for a CPU without features. */
struct masm {
    struct codebuf code; /* first */
    uint64_t cpu;        /* features of the target's CPU, its own bits */
    struct frame frame;
    VEC(struct masm_literal) literals;
    struct masm_relocs relocs;
    bool far; /* labels may be out of reach of a conditional branch; set it
                 when code.too_far says so, or when that is likely */
    uint32_t recent[64]; /* literals by hash; may be stale */
    struct label lost;   /* of a literal, when memory has run out */
    bool flags_live;     /* a condition waits for its use */
    /* The target's own: until where the flags tell of a result, which, and how
     * many of its bits. */
    uint32_t result_at;
    reg result;
    uint8_t result_size;
};

/* "rbx", "v8": for people. */
void wc_masm_reg_name(reg r, char name[8]);

/* Features of the CPU that this runs on, for masm.cpu; 0 when it cannot run
 * code of this target at all. */
uint64_t wc_masm_host_cpu(void);
/* Empties it for the next function, whose frame is known; keeps memory. */
void wc_masm_begin(struct masm *m, const struct frame *frame);
void wc_masm_free(struct masm *m);
/* Gives the finished code, a copy at `code`, the distances to the module's
 * data: `data` is the offset of word 0 from `code`, negative. Code starts at
 * multiples of 16 bytes. */
void wc_masm_relocate(uint8_t *code, const struct masm_reloc *relocs,
                      uint32_t len, int64_t data);

/* --- Operands ------------------------------------------------------------- */

/* The second source of an operation. A constant or slot is only given where
 * wc_masm_takes says so. */
enum src_kind { SRC_REG, SRC_CONST, SRC_SLOT };
struct src {
    uint8_t kind;
    reg reg;
    uint32_t slot; /* of the frame */
    uint64_t bits; /* as in a slot */
};

WC_INLINE struct src src_reg(reg r)
{
    return (struct src){.kind = SRC_REG, .reg = r};
}

WC_INLINE struct src src_const(uint64_t bits)
{
    return (struct src){.kind = SRC_CONST, .bits = bits};
}

WC_INLINE struct src src_slot(uint32_t index)
{
    return (struct src){.kind = SRC_SLOT, .slot = index};
}

/* A place in memory: *(base + index + offset). */
struct mem {
    reg base;     /* a machine address */
    reg index;    /* zero-extended, or REG_NONE */
    bool narrow;  /* the index is an i32: its upper half may be ignored */
    bool guarded; /* what is out of bounds faults, maybe the end alone: then a
                     store writes nothing, not even what is in bounds */
    uint32_t offset; /* at most INT32_MAX; wc_addr_pop sees to larger ones */
};

/* How an operation wants its operands. Fixed registers are freed by the front
 * before and may be changed unless they hold a source. */
struct masm_rule {
    reg a, b, d;     /* REG_NONE: any of the class */
    regset clobbers; /* changed beside the result; sources may not be there,
                        but for fixed ones */
    uint8_t temps[2]; /* temporaries by class, passed to the operation */
    bool b_slot;      /* b may be a slot */
    bool a_slot;      /* a may be (unary, comparisons: with b not a slot) */
};

/* Rules that are not the default (any registers, no temporaries). For all
 * opcodes of wc_masm_unary, _binary, _compare, _ternary, _lane.... */
const struct masm_rule *wc_masm_rule(const struct masm *m, enum opcode op);

/* May the second source of this operation (or the value of this store) be the
 * constant? */
bool wc_masm_takes(const struct masm *m, enum opcode op, uint64_t bits);

/* --- Moves: all keep flags ------------------------------------------------ */

void wc_masm_move(struct masm *m, enum wtype t, reg to, reg from); /* keeps the
                                                                   scratch */
void wc_masm_const(struct masm *m, enum wtype t, reg to, uint64_t bits); /* to a
                          general one: keeps the scratch; not W_V128 */
void wc_masm_v128_const(struct masm *m, reg to, union v128 v);
/* Slots of the frame; full width whatever the type: an i32 is stored as 64
 * bits, a vector as two slots. Keep the scratch. */
void wc_masm_load_slot(struct masm *m, enum wtype t, reg to, uint32_t slot);
void wc_masm_store_slot(struct masm *m, enum wtype t, uint32_t slot, reg from);
/* Through the scratch. */
void wc_masm_store_slot_const(struct masm *m, uint32_t slot, uint64_t bits);
void wc_masm_copy_slot(struct masm *m, enum wtype t, uint32_t to,
                       uint32_t from);
void wc_masm_zero_slots(struct masm *m, uint32_t first, uint32_t len); /* any
                                       length; may change flags and scratch */
/* Many slots from one place to another, which may overlap: in a loop beyond
 * some, so that the code is as short for a thousand. Changes flags and every
 * scratch. */
struct area {
    reg base; /* REG_NONE: the stack pointer */
    uint32_t offset;
};
void wc_masm_copy(struct masm *m, struct area to, struct area from,
                  uint32_t len);
/* The same for outgoing arguments, `offset` bytes from the stack pointer, and
 * incoming ones, `offset` bytes from the first. */
void wc_masm_store_arg(struct masm *m, enum wtype t, uint32_t offset, reg from);
void wc_masm_load_param(struct masm *m, enum wtype t, reg to, uint32_t offset);
void wc_masm_store_param(struct masm *m, enum wtype t, uint32_t offset,
                         reg from);
/* Addresses, for runtime calls and stack results. */
void wc_masm_slot_address(struct masm *m, reg to, uint32_t slot);

/* --- Pure operations: ids of opcodes.def ---------------------------------- */

/* One and two operands, integer and float, incl. conversions that cannot trap;
 * not comparisons. Division: the divisor is not 0 and nothing overflows, except
 * that rem_s by -1 is 0. temps: as the rule says, else NULL. */
void wc_masm_unary(struct masm *m, enum opcode op, reg d, struct src a,
                   const reg *temps);
void wc_masm_binary(struct masm *m, enum opcode op, reg d, reg a, struct src b,
                    const reg *temps);
/* High half of a product, for division by constants. W_I32 or W_I64; any
 * registers. */
void wc_masm_mul_high(struct masm *m, enum wtype t, bool sign, reg d, reg a,
                      reg b);
/* d = a + (b << shift), shift 0..3, modulo the width; keeps flags. With
 * b REG_NONE: a + bits. */
void wc_masm_add_shifted(struct masm *m, enum wtype t, reg d, reg a, reg b,
                         unsigned shift, int32_t bits);
/* trunc of a float that may trap: jumps to the labels when it is no number or
 * does not fit. */
void wc_masm_trunc(struct masm *m, enum opcode op, reg d, reg a,
                   struct label *nan, struct label *overflow,
                   const reg *temps);
/* Wide arithmetic: add128, sub128, mul_wide_s/u; d[2] and a[4] (or a[2]) are
 * all different registers but d may be among a. */
void wc_masm_wide(struct masm *m, enum opcode op, const reg d[2],
                  const reg *a, const reg *temps);

/* --- Conditions ----------------------------------------------------------- */

typedef uint8_t cond; /* the target's own, floats included */

/* A comparison (or eqz: b is not looked at), for the one use that follows. */
cond wc_masm_compare(struct masm *m, enum opcode op, struct src a,
                     struct src b);
/* Is a & b (W_I32, W_I64) not zero? */
cond wc_masm_test(struct masm *m, enum wtype t, reg a, struct src b);
cond wc_masm_negate(cond c);
void wc_masm_branch(struct masm *m, cond c, struct label *to);
void wc_masm_set(struct masm *m, cond c, reg d); /* 0 or 1 */
/* d = c ? a : b, any type; keeps flags only until the end. */
void wc_masm_select(struct masm *m, enum wtype t, cond c, reg d, reg a, reg b);

void wc_masm_jump(struct masm *m, struct label *to);
void wc_masm_bind(struct masm *m, struct label *l);
void wc_masm_align_loop(struct masm *m);
/* Jumps to targets[index], index < len; a table goes into the code. Through the
 * temporary; index is lost. */
void wc_masm_jump_table(struct masm *m, reg index, reg temp,
                        struct label *const *targets, uint32_t len);

/* --- Memory --------------------------------------------------------------- */

/* Wasm loads and stores, by opcode; incl. v128.load*, _splat, _zero, and lanes
 * (d or value is a vector; for load_lane d starts as a). */
void wc_masm_load(struct masm *m, enum opcode op, reg d, struct mem from);
void wc_masm_store(struct masm *m, enum opcode op, struct mem to,
                   struct src value);
void wc_masm_load_lane(struct masm *m, enum opcode op, reg d, reg a,
                       struct mem from, unsigned lane);
void wc_masm_store_lane(struct masm *m, enum opcode op, struct mem to, reg a,
                        unsigned lane);
/* Atomics, by opcode. The address is aligned. */
void wc_masm_atomic_load(struct masm *m, enum opcode op, reg d,
                         struct mem from);
void wc_masm_atomic_store(struct masm *m, enum opcode op, struct mem to,
                          reg value);
void wc_masm_atomic_rmw(struct masm *m, enum opcode op, reg d, struct mem at,
                        reg value, const reg *temps);
void wc_masm_atomic_cmpxchg(struct masm *m, enum opcode op, reg d,
                            struct mem at, reg expected, reg replacement,
                            const reg *temps);
void wc_masm_fence(struct masm *m);

/* Fields of the runtime's structures: width 1, 2, 4 or 8 bytes, zero-extended
 * (sign: extended to `t`); keep the scratch; loads keep flags. */
void wc_masm_get(struct masm *m, unsigned width, reg d, reg base,
                 int32_t offset);
void wc_masm_get_signed(struct masm *m, enum wtype t, unsigned width, reg d,
                        reg base, int32_t offset);
void wc_masm_put(struct masm *m, unsigned width, reg base, int32_t offset,
                 reg from);
/* base[index << shift] + offset */
void wc_masm_get_indexed(struct masm *m, unsigned width, reg d, reg base,
                         reg index, unsigned shift, int32_t offset);
void wc_masm_put_indexed(struct masm *m, unsigned width, reg base, reg index,
                         unsigned shift, int32_t offset, reg from);
/* Floats and vectors likewise. */
void wc_masm_get_fp(struct masm *m, enum wtype t, reg d, reg base,
                    int32_t offset);
void wc_masm_put_fp(struct masm *m, enum wtype t, reg base, int32_t offset,
                    reg from);
/* Compares a register with a field of 4 or 8 bytes, both unsigned: the
 * condition is register < field, or register == field. Keep the scratch. */
cond wc_masm_below_field(struct masm *m, unsigned width, reg a, reg base,
                         int32_t offset);
cond wc_masm_equals_field(struct masm *m, unsigned width, reg a, reg base,
                          int32_t offset);

/* --- Vectors -------------------------------------------------------------- */

/* Vector operations by opcode: all of sig v_v, vv_v, vvv_v, splats, shifts
 * (b general or constant), bitmasks; wc_masm_rule applies. */
void wc_masm_simd(struct masm *m, enum opcode op, reg d, const reg *sources,
                  const reg *temps);
/* Has an operation on two vectors a form with the second one a constant? */
bool wc_masm_simd_takes(const struct masm *m, enum opcode op);
void wc_masm_simd_const(struct masm *m, enum opcode op, reg d, reg a,
                        union v128 b);
/* ... or with it in memory, not aligned? The access is the first byte. */
bool wc_masm_simd_takes_mem(const struct masm *m, enum opcode op);
void wc_masm_simd_mem(struct masm *m, enum opcode op, reg d, reg a,
                      struct mem b);
/* any_true, all_true as a condition, for the one use that follows. */
cond wc_masm_simd_test(struct masm *m, enum opcode op, reg a);
void wc_masm_simd_shift(struct masm *m, enum opcode op, reg d, reg a,
                        struct src b, const reg *temps);
void wc_masm_extract_lane(struct masm *m, enum opcode op, reg d, reg a,
                          unsigned lane);
void wc_masm_replace_lane(struct masm *m, enum opcode op, reg d, reg a, reg b,
                          unsigned lane);
void wc_masm_shuffle(struct masm *m, reg d, reg a, reg b, union v128 lanes,
                     const reg *temps);

/* --- Frames, calls, traps ------------------------------------------------- */

/* From entry to body: checks the stack (unless the frame says it need not; the
 * label is where to go when it is exhausted, with the frame not yet made unless
 * the target is frame_first), saves what the frame says. Arguments are
 * untouched. */
void wc_masm_prologue(struct masm *m, struct label *exhausted);
/* From the stack pointer to the return address, in the body. */
uint32_t wc_masm_frame_bytes(const struct frame *frame);
/* Restores everything and returns, dropping stack arguments; results are in
 * their registers already. */
void wc_masm_return(struct masm *m);
/* Reloads the instance and, if the frame says so, memory base. */
void wc_masm_reload_memory(struct masm *m);

/* A call to code in this module or at the address in a field of the runtime.
 * The return address is what masm_here gives next. */
void wc_masm_call_label(struct masm *m, struct label *to);
/* Through word `index` of the module's data (jit/frame.h). */
void wc_masm_call_data(struct masm *m, uint32_t word);
void wc_masm_call_field(struct masm *m, reg base, int32_t offset);
void wc_masm_load_data(struct masm *m, reg d, uint32_t word); /* keeps flags */
/* Is the register equal to that word? */
cond wc_masm_equals_data(struct masm *m, reg a, uint32_t word);
/* After a call with stack arguments: makes their room again. */
void wc_masm_restore_args(struct masm *m, uint32_t bytes);
/* Leaves the frame for a tail call: stack arguments were stored as outgoing
 * ones; moves `bytes` of them to where ours were, restores everything but keeps
 * argument registers, and jumps. tail_data keeps the scratch of general ones;
 * the base of tail_field may be a register that is restored. */
void wc_masm_tail_label(struct masm *m, struct label *to, uint32_t bytes);
void wc_masm_tail_data(struct masm *m, uint32_t word, uint32_t bytes);
void wc_masm_tail_field(struct masm *m, reg base, int32_t offset,
                        uint32_t bytes);
/* An undefined instruction, where control never comes. */
void wc_masm_unreachable(struct masm *m);

WC_INLINE struct area area_slot(const struct masm *m, uint32_t home)
{
    return (struct area){REG_NONE, m->frame.out_bytes + 8 * home};
}

/* `offset` as for wc_masm_store_arg and wc_masm_load_param. */
WC_INLINE struct area area_arg(uint32_t offset)
{
    return (struct area){REG_NONE, offset};
}

WC_INLINE struct area area_param(const struct masm *m, uint32_t offset)
{
    return (struct area){REG_NONE, wc_masm_frame_bytes(&m->frame) + 8 + offset};
}

WC_INLINE struct area area_at(reg base, uint32_t offset)
{
    return (struct area){base, offset};
}

WC_INLINE uint32_t masm_here(const struct masm *m)
{
    return m->code.len;
}

/* Called once when all is emitted: constants go behind the code, labels are
 * resolved. */
void wc_masm_finish(struct masm *m);

#endif
