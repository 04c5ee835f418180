#include "decode.h"

#include <Zydis/Zydis.h>
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct codebuf code;
struct codebuf *const b = &code;
unsigned long decoded;

const struct x64_mem mems[] = {
    {RAX, X64_NO_INDEX, 0, 0},         {RBX, X64_NO_INDEX, 0, 8},
    {RSP, X64_NO_INDEX, 0, 16},        {RBP, X64_NO_INDEX, 0, 0},
    {R12, X64_NO_INDEX, 0, 0},         {R13, X64_NO_INDEX, 0, 0},
    {R14, X64_NO_INDEX, 0, 0x1000},    {RAX, RCX, 0, 0},
    {R14, R12, 3, -128},           {R13, R13, 2, 0},
    {RSP, RBP, 1, 0x7fffffff},     {X64_NO_BASE, R9, 3, 64},
    {X64_NO_BASE, X64_NO_INDEX, 0, 4096},
};
const unsigned mems_len = ARRAY_LEN(mems);

static const struct {
    ZydisFormatterProperty property;
    ZyanUPointer value;
} style[] = {
    {ZYDIS_FORMATTER_PROP_FORCE_SIZE, true},
    {ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, false},
    {ZYDIS_FORMATTER_PROP_IMM_SIGNEDNESS, ZYDIS_SIGNEDNESS_UNSIGNED},
    {ZYDIS_FORMATTER_PROP_IMM_PADDING, ZYDIS_PADDING_DISABLED},
    {ZYDIS_FORMATTER_PROP_DISP_PADDING, ZYDIS_PADDING_DISABLED},
    {ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE, ZYDIS_PADDING_DISABLED},
    {ZYDIS_FORMATTER_PROP_ADDR_PADDING_RELATIVE, ZYDIS_PADDING_DISABLED},
};

struct insn {
    ZydisDecodedInstruction head;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

static bool decode(struct insn *i, const uint8_t *bytes, size_t len)
{
    static ZydisDecoder decoder;
    static bool ready;
    if (!ready)
        ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64,
                         ZYDIS_STACK_WIDTH_64);
    ready = true;
    decoded++;
    return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, len, &i->head,
                                               i->operands));
}

static void format(const struct insn *i, char *text, size_t size)
{
    static ZydisFormatter formatter;
    static bool ready;
    if (!ready) {
        ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
        for (size_t k = 0; k < ARRAY_LEN(style); k++)
            ZydisFormatterSetProperty(&formatter, style[k].property,
                                      style[k].value);
    }
    ready = true;
    if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(
            &formatter, &i->head, i->operands, i->head.operand_count_visible,
            text, size, 0, NULL)))
        snprintf(text, size, "(no text)");
}

/* Of the same instruction in the same encoding by an encoder not ours. That one
 * knows of loads into al to rax from an address alone, which code that moves
 * has no use for. */
static size_t shortest(const struct insn *i)
{
    for (unsigned k = 0; k < i->head.operand_count_visible; k++) {
        if (i->operands[k].type == ZYDIS_OPERAND_TYPE_MEMORY &&
            i->operands[k].mem.base == ZYDIS_REGISTER_NONE &&
            i->operands[k].mem.index == ZYDIS_REGISTER_NONE)
            return ZYDIS_MAX_INSTRUCTION_LENGTH;
    }
    ZydisEncoderRequest request;
    uint8_t bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
    ZyanUSize len = sizeof bytes;
    if (!ZYAN_SUCCESS(ZydisEncoderDecodedInstructionToEncoderRequest(
            &i->head, i->operands, i->head.operand_count_visible, &request)) ||
        !ZYAN_SUCCESS(ZydisEncoderEncodeInstruction(&request, bytes, &len)))
        return ZYDIS_MAX_INSTRUCTION_LENGTH;
    return len;
}

static void fail(const char *want, const char *got)
{
    char hex[3 * 32 + 1] = "";
    for (uint32_t i = 0; i < code.len && i < 32; i++)
        snprintf(hex + 3 * i, 4, "%02x ", code.bytes[i]);
    cr_assert_fail("wanted \"%s\", got \"%s\" from %s", want, got, hex);
}

/* A row for check-x64, bytes and text, of one case in SAMPLE. */
static void write_row(const char *text)
{
    enum { SAMPLE = 101 };
    static FILE *rows;
    static unsigned turn;
    const char *path = getenv("ASM_ROWS");
    if (path == NULL || turn++ % SAMPLE != 0)
        return;
    if (rows == NULL)
        rows = fopen(path, "a");
    cr_assert(rows != NULL, "%s", path);
    for (uint32_t i = 0; i < code.len; i++)
        fprintf(rows, "%s0x%02x", i > 0 ? "," : "", code.bytes[i]);
    fprintf(rows, " %s\n", text);
    fflush(rows);
}

static void compare(const char *want, bool length_too)
{
    struct insn i;
    char got[256];
    write_row(want);
    if (!decode(&i, code.bytes, code.len)) {
        fail(want, "(undefined)");
        return;
    }
    format(&i, got, sizeof got);
    if (strcmp(want, got) != 0)
        fail(want, got);
    if (i.head.length != code.len)
        fail(want, "another length");
    if (length_too && shortest(&i) < code.len)
        fail(want, "a longer encoding than needed");
    code.len = 0;
}

void expect(const char *fmt, ...)
{
    char want[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(want, sizeof want, fmt, args);
    va_end(args);
    compare(want, true);
}

void expect_long(const char *fmt, ...)
{
    char want[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(want, sizeof want, fmt, args);
    va_end(args);
    compare(want, false);
}

const char *gpr(enum x64_size size, unsigned r)
{
    static const char *const names[][8] = {
        {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"},
        {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"},
        {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"},
        {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"},
    };
    static const char *const high[][8] = {
        {"r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"},
        {"r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"},
        {"r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"},
        {"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"},
    };
    return r < 8 ? names[size][r] : high[size][r - 8];
}

const char *xmm(unsigned r)
{
    static const char *const names[] = {
        "xmm0",  "xmm1",  "xmm2",  "xmm3",  "xmm4",  "xmm5",  "xmm6",  "xmm7",
        "xmm8",  "xmm9",  "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
    };
    return names[r - XMM0];
}

static const char *size_name(unsigned bytes)
{
    switch (bytes) {
    case 1:
        return "byte ptr ";
    case 2:
        return "word ptr ";
    case 4:
        return "dword ptr ";
    case 8:
        return "qword ptr ";
    case 16:
        return "xmmword ptr ";
    default:
        return "";
    }
}

const char *mem(unsigned bytes, struct x64_mem m)
{
    static char texts[4][96];
    static unsigned turn;
    char base[8] = "", index[16] = "", disp[32] = "";
    if (m.base != X64_NO_BASE)
        snprintf(base, sizeof base, "%s", gpr(SIZE64, m.base));
    if (m.index != X64_NO_INDEX)
        snprintf(index, sizeof index, "%s%s*%d",
                 m.base != X64_NO_BASE ? "+" : "", gpr(SIZE64, m.index),
                 1 << m.scale_log2);
    long long d = m.disp;
    if (m.base == X64_NO_BASE && m.index == X64_NO_INDEX)
        snprintf(disp, sizeof disp, "0x%llx", (unsigned long long)d);
    else if (d != 0)
        snprintf(disp, sizeof disp, "%c0x%llx", d < 0 ? '-' : '+',
                 d < 0 ? -d : d);
    char *text = texts[turn++ % 4];
    snprintf(text, sizeof texts[0], "%s[%s%s%s]", size_name(bytes), base, index,
             disp);
    return text;
}

unsigned long long imm_of(enum x64_size size, int64_t imm)
{
    uint64_t u = (uint64_t)imm;
    return size == SIZE64 ? u : u & ((1ull << (8 << size)) - 1);
}

uint64_t branch_target(uint32_t at, uint32_t *len)
{
    struct insn i;
    ZyanU64 target = UINT64_MAX;
    *len = 0;
    if (!decode(&i, code.bytes + at, code.len - at))
        return target;
    *len = i.head.length;
    for (unsigned k = 0; k < i.head.operand_count_visible; k++) {
        if (ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(
                &i.head, &i.operands[k], at, &target)))
            return target;
    }
    return target;
}
