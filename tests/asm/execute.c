#include "tests/asm/execute.h"

#include <Zydis/Zydis.h>
#include <criterion/criterion.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

struct masm m;
unsigned long snippets, instructions;
uint64_t cpus[8];
unsigned cpus_len;

static uint8_t *page;
static ZydisDecoder decoder;
static const reg saved[] = {RBX, RBP, R12, R13, R14};

const char *name_of(enum opcode op)
{
    return wc_opcodes[op].text;
}

/* Legacy vector code after VEX code costs a switch each time. */
static void check_encoding(const ZydisDecodedInstruction *i,
                           const ZydisDecodedOperand *operands)
{
    bool vector = false;
    for (unsigned k = 0; k < i->operand_count; k++)
        if (operands[k].type == ZYDIS_OPERAND_TYPE_REGISTER)
            vector |= ZydisRegisterGetClass(operands[k].reg.value) ==
                      ZYDIS_REGCLASS_XMM;
    if (vector && i->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY)
        cr_assert(!(m.cpu & CPU_AVX), "legacy encoding with AVX");
    if (i->encoding == ZYDIS_INSTRUCTION_ENCODING_VEX)
        cr_assert(m.cpu & CPU_AVX, "VEX without AVX");
    if (i->encoding == ZYDIS_INSTRUCTION_ENCODING_EVEX)
        cr_assert(m.cpu & CPU_AVX512, "EVEX without AVX-512");
    if (i->meta.isa_set == ZYDIS_ISA_SET_AVX2)
        cr_assert(m.cpu & CPU_AVX2, "AVX2 missing");
}

static void decode(enum opcode op, uint32_t len)
{
    ZydisDecodedInstruction i;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    for (uint32_t at = 0; at < len; at += i.length) {
        ZyanStatus s = ZydisDecoderDecodeFull(&decoder, m.code.bytes + at,
                                              len - at, &i, operands);
        cr_assert(ZYAN_SUCCESS(s), "%s: no instruction at %u", name_of(op),
                  at);
        check_encoding(&i, operands);
        instructions++;
    }
}

void begin(uint64_t cpu)
{
    static const struct frame frame;
    if (page == NULL) {
        /* Behind another: -fsanitize=function looks in front of a function
         * before it calls. */
        page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert(page != MAP_FAILED);
        page += PAGE;
        ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64,
                         ZYDIS_STACK_WIDTH_64);
    }
    wc_masm_begin(&m, &frame);
    m.cpu = cpu;
    for (size_t i = 0; i < ARRAY_LEN(saved); i++)
        x64_push_r(&m.code, saved[i]);
}

code_fn *finish(enum opcode op)
{
    for (size_t i = ARRAY_LEN(saved); i-- > 0;)
        x64_pop_r(&m.code, saved[i]);
    x64_ret(&m.code);
    decode(op, m.code.len);
    wc_masm_finish(&m);
    cr_assert(!m.code.failed && m.code.len <= PAGE);
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    memcpy(page, m.code.bytes, m.code.len);
    mprotect(page, PAGE, PROT_READ | PROT_EXEC);
    snippets++;
    code_fn *fn;
    memcpy(&fn, &page, sizeof fn);
    return fn;
}

static int32_t in_at(unsigned i)
{
    return (int32_t)(offsetof(struct state, in) + 16 * i);
}

void load_operand(char type, reg r, unsigned i)
{
    if (r >= REG_FP)
        wc_masm_get_fp(&m, W_V128, r, STATE, in_at(i));
    else
        wc_masm_get(&m, type == 'i' ? 4 : 8, r, STATE, in_at(i));
}

void store_result(char type, reg d)
{
    if (d >= REG_FP)
        wc_masm_put_fp(&m, type == 'f'   ? W_F32
                           : type == 'd' ? W_F64
                                         : W_V128,
                       STATE, (int32_t)offsetof(struct state, out), d);
    else
        wc_masm_put(&m, 8, STATE,
                    (int32_t)offsetof(struct state, general_out), d);
}

void store_kept(reg r, unsigned i)
{
    int32_t at = (int32_t)(offsetof(struct state, kept) + 16 * i);
    if (r >= REG_FP)
        wc_masm_put_fp(&m, W_V128, STATE, at, r);
    else
        wc_masm_put(&m, 8, STATE, at, r);
}

void find_cpus(void)
{
    static const uint64_t want[] = {
        0,
        CPU_AVX,
        CPU_AVX | CPU_AVX2,
        CPU_AVX | CPU_AVX2 | CPU_GFNI,
        CPU_AVX | CPU_AVX2 | CPU_AVX512,
    };
    uint64_t host = wc_masm_host_cpu();
    cpus_len = 0;
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if ((want[i] & host) == want[i])
            cpus[cpus_len++] = want[i];
    cpus[cpus_len++] = host;
}

uint8_t *edge(void)
{
    static uint8_t *two;
    if (two == NULL) {
        two = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert(two != MAP_FAILED);
        mprotect(two + PAGE, PAGE, PROT_NONE);
    }
    return two + PAGE;
}

struct mem operand(unsigned how, struct state *st, uint8_t *at)
{
    st->in[2].u64[0] = (uint64_t)(uintptr_t)at;
    if (how == 0)
        return (struct mem){.base = BASE, .index = REG_NONE};
    if (how == 1) {
        st->in[2].u64[0] -= 0x12345;
        return (struct mem){.base = BASE, .index = REG_NONE,
                            .offset = 0x12345};
    }
    st->in[2].u64[0] -= 0x80000000 + 40;
    st->in[3].u64[0] = 0x80000000;
    return (struct mem){.base = BASE, .index = INDEX, .offset = 40};
}

void load_address(void)
{
    load_operand('l', BASE, 2);
    load_operand('l', INDEX, 3);
}

