/* Instructions of x86-64 as a disassembler not ours writes them. */
#include "golden.h"

#include <Zydis/Zydis.h>
#include <criterion/criterion.h>

static ZydisDecoder decoder;
static ZydisFormatter formatter;

void golden_setup(void)
{
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64,
                     ZYDIS_STACK_WIDTH_64);
    ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE,
                              false);
    ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_IMM_PADDING,
                              ZYDIS_PADDING_DISABLED);
    ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_DISP_PADDING,
                              ZYDIS_PADDING_DISABLED);
    ZydisFormatterSetProperty(&formatter,
                              ZYDIS_FORMATTER_PROP_ADDR_PADDING_RELATIVE,
                              ZYDIS_PADDING_DISABLED);
}

void golden_code(const struct codebuf *code, uint32_t end, struct buf *to)
{
    for (uint32_t at = 0; at < end;) {
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
        char line[128];
        cr_assert(ZYAN_SUCCESS(ZydisDecoderDecodeFull(
            &decoder, code->bytes + at, end - at, &insn, operands)));
        ZydisFormatterFormatInstruction(&formatter, &insn, operands,
                                        insn.operand_count_visible, line,
                                        sizeof line,
                                        ZYDIS_RUNTIME_ADDRESS_NONE, NULL);
        wc_buf_printf(to, "%s%s", at > 0 ? "; " : "", line);
        at += insn.length;
    }
}

const char *golden_name(reg r)
{
    return ZydisRegisterGetString(r < REG_FP ? ZYDIS_REGISTER_RAX + r
                                             : ZYDIS_REGISTER_XMM0 + r - XMM0);
}

size_t golden_strip(const char *line, size_t len, char *to)
{
    memcpy(to, line, len);
    return len;
}
