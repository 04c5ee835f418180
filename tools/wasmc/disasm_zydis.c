/* By zydis, which is loaded when it is first asked: programs start without. */
#include "tools/wasmc/disasm.h"

#include <Zydis/Zydis.h>
#include <dlfcn.h>
#include <stdio.h>

static struct {
    bool tried, there;
    __typeof__(&ZydisDecoderInit) decoder_init;
    __typeof__(&ZydisDecoderDecodeFull) decode;
    __typeof__(&ZydisFormatterInit) formatter_init;
    __typeof__(&ZydisFormatterSetProperty) set_property;
    __typeof__(&ZydisFormatterFormatInstruction) format;
    ZydisDecoder decoder;
    ZydisFormatter formatter;
} zydis;

static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    *(void **)function = found;
    return found != NULL;
}

/* Of the version that the headers are of: structures are the caller's. */
static bool load(void)
{
    char name[64];
    snprintf(name, sizeof name, "libZydis.so.%u.%u",
             (unsigned)ZYDIS_VERSION_MAJOR(ZYDIS_VERSION),
             (unsigned)ZYDIS_VERSION_MINOR(ZYDIS_VERSION));
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    return library != NULL &&
           find(library, "ZydisDecoderInit", &zydis.decoder_init) &&
           find(library, "ZydisDecoderDecodeFull", &zydis.decode) &&
           find(library, "ZydisFormatterInit", &zydis.formatter_init) &&
           find(library, "ZydisFormatterSetProperty", &zydis.set_property) &&
           find(library, "ZydisFormatterFormatInstruction", &zydis.format);
}

static void set_up(void)
{
    static const ZydisFormatterProperty plain[] = {
        ZYDIS_FORMATTER_PROP_IMM_PADDING, ZYDIS_FORMATTER_PROP_DISP_PADDING,
        ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE,
        ZYDIS_FORMATTER_PROP_ADDR_PADDING_RELATIVE};
    zydis.decoder_init(&zydis.decoder, ZYDIS_MACHINE_MODE_LONG_64,
                       ZYDIS_STACK_WIDTH_64);
    zydis.formatter_init(&zydis.formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    zydis.set_property(&zydis.formatter, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE,
                       false);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        zydis.set_property(&zydis.formatter, plain[i], ZYDIS_PADDING_DISABLED);
}

const char *disasm_missing(void)
{
    if (!zydis.tried) {
        zydis.tried = true;
        zydis.there = load();
        if (zydis.there)
            set_up();
    }
    return zydis.there ? NULL : "the disassembler (zydis) cannot be loaded";
}

size_t disasm_one(const uint8_t *code, size_t len, uint64_t address,
                  char *text, size_t size)
{
    ZydisDecodedInstruction insn;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    if (disasm_missing() != NULL ||
        !ZYAN_SUCCESS(zydis.decode(&zydis.decoder, code, len, &insn,
                                   operands)) ||
        !ZYAN_SUCCESS(zydis.format(&zydis.formatter, &insn, operands,
                                   insn.operand_count_visible, text, size,
                                   address, NULL)))
        return 0;
    return insn.length;
}
