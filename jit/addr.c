/* The only place where addresses of linear memory are formed.
 *
 * A guarded memory 0 needs no check: 32 bits of address and 32 of offset stay
 * within its reservation. Everywhere else the first byte behind the access is
 * compared with the size, and the register that was checked is the one that is
 * used.
 */
#include "jit/compiler.h"

#include "runtime/instance.h"
#include "runtime/memory.h"
#include "runtime/shared_memory.h"

/* d = a + bits, whatever they are; `temp` is not a, but may be d. */
static void add_const(struct compiler *c, reg d, reg a, uint64_t bits, reg temp)
{
    struct src b = src_const(bits);
    if (!wc_masm_takes(&c->masm, OP_I64_ADD, bits)) {
        wc_masm_const(&c->masm, W_I64, temp, bits);
        b = src_reg(temp);
    }
    wc_masm_binary(&c->masm, OP_I64_ADD, d, a, b, NULL);
}

static void trap_if(struct compiler *c, cond condition, enum trap_code code)
{
    uint32_t l = wc_trap_label(c, code);
    wc_masm_branch(&c->masm, condition, label_at(c, l));
}

static void load_memory(struct compiler *c, uint32_t memory, reg to)
{
    wc_masm_get(&c->masm, 8, to, wc_masm_target.instance,
                (int32_t)instance_offset_mem(c->module, memory));
}

/* How wide the access of the current instruction is. */
static uint32_t access_bytes(const struct compiler *c)
{
    return wc_imm_access_bytes((enum imm)wc_opcodes[c->in.op].imm);
}

static void check_aligned(struct compiler *c, reg index, uint64_t offset,
                          regset avoid)
{
    uint32_t bytes = access_bytes(c);
    if (bytes < 2)
        return;
    reg sum = index;
    if (offset & (bytes - 1)) {
        sum = wc_reg_take(c, W_I64, avoid);
        wc_masm_binary(&c->masm, OP_I64_ADD, sum, index,
                       src_const(offset & (bytes - 1)), NULL);
    }
    trap_if(c, wc_masm_test(&c->masm, W_I64, sum, src_const(bytes - 1)),
            TRAP_UNALIGNED_ATOMIC);
    if (sum != index)
        c->held &= ~REG_BIT(sum);
}

/* The access about to be emitted is at a local, and one that is always done
 * before it went as far: this one does not meet the end of the memory. */
static bool is_reached(struct compiler *c, uint32_t offset)
{
    const struct value *v = value_top(c, 0);
    if (v->kind != VALUE_LOCAL)
        return false;
    struct local *l = &c->locals[v->local];
    uint32_t end = offset + access_bytes(c);
    if (l->straight == c->straight && end <= l->reach)
        return true;
    l->straight = c->straight;
    l->reach = end;
    return false;
}

static struct mem place(reg base, reg index, uint64_t offset, bool narrow)
{
    return (struct mem){.base = base, .index = index, .narrow = narrow,
                        .offset = (uint32_t)offset};
}

bool wc_addr_is_plain(const struct compiler *c)
{
    return c->options->guarded && !wc_masm_target.probes &&
           c->options->trace == NULL;
}

/* Of a guarded memory 0. */
static struct mem guarded(reg index, uint64_t offset, bool narrow,
                          bool reached)
{
    struct mem at = place(wc_masm_target.memory, index, offset, narrow);
    at.guarded = !reached;
    return at;
}

struct mem wc_addr_plain(struct compiler *c, reg index)
{
    return guarded(index, c->in.memarg.offset, true, false);
}

/* With an offset that is none of the target's. */
static struct mem guarded_far(struct compiler *c, reg index, uint64_t offset,
                              regset avoid)
{
    reg sum = c->dying & REG_BIT(index) ? index : wc_reg_take(c, W_I64, avoid);
    reg temp = sum == index ? wc_reg_take(c, W_I64, avoid) : sum;
    wc_masm_const(&c->masm, W_I64, temp, offset);
    wc_masm_binary(&c->masm, OP_I64_ADD, sum, index, src_reg(temp), NULL);
    if (temp != sum)
        c->held &= ~REG_BIT(temp);
    return guarded(sum, 0, false, false);
}

/* The field with the size of a memory, which a shared one has elsewhere. */
static int32_t size_field(struct compiler *c, uint32_t memory, reg mem)
{
    if (!c->module->mems[memory].type.limits.shared)
        return (int32_t)offsetof(struct memory, size_bytes);
    wc_masm_get(&c->masm, 8, mem, mem,
                (int32_t)offsetof(struct memory, shared));
    return (int32_t)offsetof(struct shared_memory, size_bytes);
}

/* Any other: the last byte is compared with the size. */
static struct mem checked(struct compiler *c, reg index, uint64_t offset,
                          regset avoid)
{
    struct masm *m = &c->masm;
    uint32_t memory = c->in.memarg.memory;
    bool addr64 =
        limits_addrtype(&c->module->mems[memory].type.limits) == VT_I64;
    uint64_t reach = offset + access_bytes(c) - 1;
    reg mem = wc_reg_take(c, W_I64, avoid);
    reg last = wc_reg_take(c, W_I64, avoid);
    add_const(c, last, index, reach, mem);
    if (reach < offset) /* no address is in bounds */
        wc_masm_jump(m, label_at(c, wc_trap_label(c,
                                                  TRAP_MEMORY_OUT_OF_BOUNDS)));
    if (addr64 && reach != 0)
        trap_if(c, wc_masm_compare(m, OP_I64_LT_U, src_reg(last),
                                   src_reg(index)),
                TRAP_MEMORY_OUT_OF_BOUNDS);
    load_memory(c, memory, mem);
    trap_if(c, wc_masm_negate(wc_masm_below_field(
                   m, 8, last, mem, size_field(c, memory, mem))),
            TRAP_MEMORY_OUT_OF_BOUNDS);
    reg base = wc_masm_target.memory;
    if (memory != 0) {
        load_memory(c, memory, mem);
        wc_masm_get(m, 8, mem, mem, (int32_t)offsetof(struct memory, base));
        base = mem;
    } else {
        c->held &= ~REG_BIT(mem);
    }
    if (offset > INT32_MAX) {
        add_const(c, last, index, offset, last);
        return place(base, last, 0, false);
    }
    c->held &= ~REG_BIT(last);
    return place(base, index, offset, !addr64);
}

/* A constant address in a guarded memory 0 needs no register, and no guard in
 * the middle when it is aligned. */
static bool pop_const(struct compiler *c, struct mem *out)
{
    uint64_t sum = (uint32_t)value_top(c, 0)->bits + c->in.memarg.offset;
    if (sum > INT32_MAX)
        return false;
    wc_drop(c);
    *out = place(wc_masm_target.memory, REG_NONE, sum, false);
    out->guarded = sum % access_bytes(c) != 0;
    return true;
}

static WC_NOINLINE struct mem pop_other(struct compiler *c, bool fast,
                                        bool align, regset avoid)
{
    uint64_t offset = c->in.memarg.offset;
    struct mem at;
    if (fast && !align && value_top(c, 0)->kind == VALUE_CONST &&
        pop_const(c, &at))
        return at;
    reg index = wc_pop_reg(c, avoid);
    if (align)
        check_aligned(c, index, offset, avoid);
    if (!fast)
        return checked(c, index, offset, avoid);
    return offset <= INT32_MAX ? guarded(index, offset, true, false)
                               : guarded_far(c, index, offset, avoid);
}

/* For targets to which it makes a difference. */
static WC_NOINLINE struct mem pop_near(struct compiler *c, regset avoid)
{
    uint32_t offset = (uint32_t)c->in.memarg.offset;
    bool reached = is_reached(c, offset);
    return guarded(wc_pop_reg(c, avoid), offset, true, reached);
}

struct mem wc_addr_pop(struct compiler *c, bool align, regset avoid)
{
    uint64_t offset = c->in.memarg.offset;
    bool fast = c->in.memarg.memory == 0 && c->options->guarded;
    if (WC_UNLIKELY(!fast || align || offset > INT32_MAX ||
                    value_top(c, 0)->kind == VALUE_CONST))
        return pop_other(c, fast, align, avoid);
    if (wc_masm_target.probes)
        return pop_near(c, avoid);
    return guarded(wc_pop_reg(c, avoid), offset, true, false);
}
