/* syntax: the table of opcodes, types of values, modules without bytes. */
#include "support.h"

/* What the fast path takes regular opcodes of one byte for. */
Test(syntax, short_opcodes_are_unary_or_binary)
{
    for (unsigned op = 0; op < OPCODE_COUNT; op++) {
        const struct opcode_info *info = &wc_opcodes[op];
        const struct sig_info *sig = &wc_sigs[info->sig];
        if (info->prefix != 0 || info->imm != IMM_NONE ||
            info->sig == SIG_CUSTOM || info->sig == SIG__)
            continue;
        size_t operands = strlen(sig->operands);
        cr_expect((operands == 1 || operands == 2) &&
                      strlen(sig->results) == 1,
                  "%s", info->text);
    }
}

Test(syntax, opcodes_that_are_none)
{
    cr_expect_eq(wc_opcode_find(0, 0x100), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0x0b, 0), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfa, 0), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xff, 0), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfc, 0x100), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfd, 0x200), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfc, 0), OP_I32_TRUNC_SAT_F32_S);
}

Test(syntax, types_that_are_numbers)
{
    cr_expect(valtype_is_num(VT_I32) && valtype_is_num(VT_F64));
    cr_expect_not(valtype_is_num(VT_BOT));
    cr_expect_not(valtype_is_num(VT_V128));
}

/* Operands have it in unreachable code, and errors print it. */
Test(syntax, bottom_has_a_text)
{
    char text[40];
    wc_valtype_format(VALTYPE_REF(true, HEAP_BOT), text, sizeof text);
    cr_expect_str_eq(text, "(ref null bot)");
}

Test(syntax, modules_without_bytes_have_a_place_for_them)
{
    struct module *m = wc_module_new(NULL, 0, true);
    cr_assert(m != NULL && m->bytes != NULL);
    wc_module_unref(m);
}
