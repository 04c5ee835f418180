/* Loads and stores of linear memory. */
#include "jit/compiler.h"

void wc_compile_load(struct compiler *c)
{
    enum opcode op = c->in.op;
    enum wtype t = result_type(op);
    struct mem from = wc_addr_pop(c, false, 0);
    reg d = wc_result(c, t, 0);
    wc_site_access(c);
    wc_masm_load(&c->masm, op, d, from);
    wc_push_result(c, t, d);
}

void wc_compile_store(struct compiler *c)
{
    enum opcode op = c->in.op;
    struct src value = wc_pop_src(c, op, false, 0);
    struct mem to = wc_addr_pop(c, false, 0);
    wc_site_access(c);
    wc_masm_store(&c->masm, op, to, value);
}
