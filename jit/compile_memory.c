/* Loads and stores of linear memory. */
#include "jit/compiler.h"

WC_INLINE void load(struct compiler *c, struct mem from)
{
    enum opcode op = c->in.op;
    enum wtype t = result_type(op);
    reg d = wc_result(c, t, 0);
    wc_site_access(c);
    wc_masm_load(&c->masm, op, d, from);
    wc_push_result(c, t, d);
}

void wc_compile_load(struct compiler *c)
{
    load(c, wc_addr_pop(c, false, 0));
}

void wc_compile_load_from(struct compiler *c, reg index)
{
    c->held |= REG_BIT(index);
    load(c, wc_addr_plain(c, index));
}

void wc_compile_store(struct compiler *c)
{
    enum opcode op = c->in.op;
    struct src value = wc_pop_src(c, op, false, 0);
    struct mem to = wc_addr_pop(c, false, 0);
    wc_site_access(c);
    wc_masm_store(&c->masm, op, to, value);
}
