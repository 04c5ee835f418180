#include "tools/wasmc/disasm.h"

const char *disasm_missing(void)
{
    return "there was no disassembler (zydis) when wasmc was built";
}

size_t disasm_one(const uint8_t *code, size_t len, uint64_t address,
                  char *text, size_t size)
{
    (void)code, (void)len, (void)address, (void)text, (void)size;
    return 0;
}
