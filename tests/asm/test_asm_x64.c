/* Encodings of the integer instructions: single rows where the text is the
 * test, then sweeps of all registers, sizes, addresses and boundary immediates
 * per family.
 */
#include "decode.h"

#include <criterion/criterion.h>

#define ROW(call, ...)     \
    do {                   \
        call;              \
        expect(__VA_ARGS__); \
    } while (0)

/* Loops over the registers of either class, and over `mems`. */
#define EACH_GPR(r) for (unsigned r = RAX; r <= R15; r++)
#define EACH_MEM(i) for (unsigned i = 0; i < mems_len; i++)
#define EACH_SIZE(s, from) for (enum x64_size s = from; s <= SIZE64; s++)

static const int32_t immediates[] = {
    0,   1,      -1,      127,    128,        -128,            -129, 255,
    256, 0x7fff, -0x8000, 0x8000, 0x7fffffff, -0x7fffffff - 1,
};

static const char *const alu[] = {
    [X64_ADD] = "add", [X64_OR] = "or",   [X64_ADC] = "adc", [X64_SBB] = "sbb",
    [X64_AND] = "and", [X64_SUB] = "sub", [X64_XOR] = "xor", [X64_CMP] = "cmp",
};
static const char *const cc[] = {
    [CC_O] = "o",   [CC_NO] = "no", [CC_B] = "b",   [CC_AE] = "nb",
    [CC_E] = "z",   [CC_NE] = "nz", [CC_BE] = "be", [CC_A] = "nbe",
    [CC_S] = "s",   [CC_NS] = "ns", [CC_P] = "p",   [CC_NP] = "np",
    [CC_L] = "l",   [CC_GE] = "nl", [CC_LE] = "le", [CC_G] = "nle",
};

/* The immediates of a smaller size are those of it. */
static bool fits(enum x64_size size, int32_t imm)
{
    return size >= SIZE32 || (size == SIZE8 ? imm == (int8_t)imm
                                            : imm == (int16_t)imm);
}

Test(asm_x64, rows)
{
    ROW(x64_ret(b), "ret");
    ROW(x64_ret_i(b, 0xfff0), "ret 0xfff0");
    ROW(x64_int3(b), "int3");
    ROW(x64_ud2(b), "ud2");
    ROW(x64_pause(b), "pause");
    ROW(x64_mfence(b), "mfence");
    ROW(x64_cdq(b, SIZE32), "cdq");
    ROW(x64_cdq(b, SIZE64), "cqo");
    ROW(x64_mov_ri(b, SIZE32, RCX, 5), "mov ecx, 0x5");
    ROW(x64_mov_ri(b, SIZE64, R9, 0xffffffff), "mov r9d, 0xffffffff");
    ROW(x64_mov_ri(b, SIZE64, R9, -2), "mov r9, 0xfffffffffffffffe");
    ROW(x64_mov_ri(b, SIZE64, RSI, 0x123456789abcdef0),
        "mov rsi, 0x123456789abcdef0");
    ROW(x64_mov_ri(b, SIZE64, R15, INT64_MIN), "mov r15, 0x8000000000000000");
    ROW(x64_mov_ri(b, SIZE64, RAX, INT32_MIN), "mov rax, 0xffffffff80000000");
    ROW(x64_mov_ri(b, SIZE64, RAX, (int64_t)INT32_MIN - 1),
        "mov rax, 0xffffffff7fffffff");
    ROW(x64_alu_ri(b, X64_AND, SIZE16, RCX, 0xffff), "and cx, 0xffff");
    ROW(x64_lea(b, SIZE32, RAX, x64_at_index(RAX, RAX, 2, 0)),
        "lea eax, [rax+rax*4]");
}

/* Bytes that are the whole point: known without a disassembler. */
Test(asm_x64, bytes)
{
    static const uint8_t want[] = {
        0x01, 0xc8,                                     /* add eax, ecx */
        0x40, 0x88, 0x37,                               /* mov [rdi], sil */
        0x88, 0x0f,                                     /* mov [rdi], cl */
        0x49, 0x83, 0x45, 0x00, 0x01,                   /* add [r13], 1 */
        0x41, 0x8b, 0x04, 0x24,                         /* mov eax, [r12] */
        0xc5, 0xf0, 0x58, 0xc2,                         /* vaddps 0, 1, 2 */
        0xf2, 0x44, 0x0f, 0x58, 0xc9,                   /* addsd 9, 1 */
        0x62, 0xf3, 0x75, 0x08, 0x25, 0xc2, 0x55,       /* vpternlogd */
        0xf0, 0x48, 0x0f, 0xb1, 0x0b,                   /* lock cmpxchg */
    };
    b->len = 0;
    x64_alu_rr(b, X64_ADD, SIZE32, RAX, RCX);
    x64_mov_mr(b, SIZE8, x64_at(RDI, 0), RSI);
    x64_mov_mr(b, SIZE8, x64_at(RDI, 0), RCX);
    x64_alu_mi(b, X64_ADD, SIZE64, x64_at(R13, 0), 1);
    x64_mov_rm(b, SIZE32, RAX, x64_at(R12, 0));
    x64_vec_rrr(b, X64_VEX, X64_ADDPS, XMM0, XMM1, XMM2);
    x64_vec_rrr(b, X64_LEGACY, X64_ADDSD, XMM9, XMM9, XMM1);
    x64_vec_rrri(b, X64_VEX, X64_VPTERNLOGD, XMM0, XMM1, XMM2, 0x55);
    x64_lock_cmpxchg_mr(b, SIZE64, x64_at(RBX, 0), RCX);
    cr_assert_eq(b->len, sizeof want);
    cr_assert_eq(memcmp(b->bytes, want, sizeof want), 0);
    b->len = 0;
}

Test(asm_x64, alu_registers)
{
    for (unsigned op = X64_ADD; op <= X64_CMP; op++)
        EACH_SIZE (s, SIZE8)
            EACH_GPR (d)
                EACH_GPR (r)
                    ROW(x64_alu_rr(b, op, s, d, r), "%s %s, %s", alu[op],
                        gpr(s, d), gpr(s, r));
}

Test(asm_x64, alu_memory)
{
    for (unsigned op = X64_ADD; op <= X64_CMP; op++)
        EACH_SIZE (s, SIZE8)
            EACH_GPR (r)
                EACH_MEM (i) {
                    const char *m = mem(1u << s, mems[i]);
                    ROW(x64_alu_rm(b, op, s, r, mems[i]), "%s %s, %s", alu[op],
                        gpr(s, r), m);
                    ROW(x64_alu_mr(b, op, s, mems[i], r), "%s %s, %s", alu[op],
                        m, gpr(s, r));
                    if (op != X64_CMP)
                        ROW(x64_lock_alu_mr(b, op, s, mems[i], r),
                            "lock %s %s, %s", alu[op], m, gpr(s, r));
                }
}

Test(asm_x64, alu_immediates)
{
    for (unsigned op = X64_ADD; op <= X64_CMP; op++)
        EACH_SIZE (s, SIZE8)
            for (size_t k = 0; k < ARRAY_LEN(immediates); k++) {
                int32_t imm = immediates[k];
                if (!fits(s, imm))
                    continue;
                EACH_GPR (r)
                    ROW(x64_alu_ri(b, op, s, r, imm), "%s %s, 0x%llx", alu[op],
                        gpr(s, r), imm_of(s, imm));
                EACH_MEM (i) {
                    const char *m = mem(1u << s, mems[i]);
                    ROW(x64_alu_mi(b, op, s, mems[i], imm), "%s %s, 0x%llx",
                        alu[op], m, imm_of(s, imm));
                    if (op != X64_CMP)
                        ROW(x64_lock_alu_mi(b, op, s, mems[i], imm),
                            "lock %s %s, 0x%llx", alu[op], m, imm_of(s, imm));
                }
            }
}

/* In every size and register the immediates of mov, test, imul, push. */
Test(asm_x64, other_immediates)
{
    for (size_t k = 0; k < ARRAY_LEN(immediates); k++) {
        int32_t imm = immediates[k];
        ROW(x64_push_i(b, imm), "push 0x%llx", imm_of(SIZE64, imm));
        EACH_GPR (r) {
            ROW(x64_mov_ri(b, SIZE32, r, imm), "mov %s, 0x%llx", gpr(SIZE32, r),
                imm_of(SIZE32, imm));
            ROW(x64_mov_ri(b, SIZE64, r, imm), "mov %s, 0x%llx",
                gpr(imm < 0 ? SIZE64 : SIZE32, r), imm_of(SIZE64, imm));
            int64_t wide = (int64_t)((uint64_t)imm * 0x100000003);
            if (!x64_is_imm32(wide) && wide != (uint32_t)wide)
                ROW(x64_mov_ri(b, SIZE64, r, wide), "mov %s, 0x%llx",
                    gpr(SIZE64, r), imm_of(SIZE64, wide));
        }
        EACH_SIZE (s, SIZE8) {
            if (!fits(s, imm))
                continue;
            EACH_GPR (r) {
                ROW(x64_test_ri(b, s, r, imm), "test %s, 0x%llx", gpr(s, r),
                    imm_of(s, imm));
                if (s != SIZE8)
                    ROW(x64_imul_rri(b, s, r, 15 - r, imm),
                        "imul %s, %s, 0x%llx", gpr(s, r), gpr(s, 15 - r),
                        imm_of(s, imm));
            }
            EACH_MEM (i) {
                const char *m = mem(1u << s, mems[i]);
                ROW(x64_mov_mi(b, s, mems[i], imm), "mov %s, 0x%llx", m,
                    imm_of(s, imm));
                ROW(x64_test_mi(b, s, mems[i], imm), "test %s, 0x%llx", m,
                    imm_of(s, imm));
                if (s != SIZE8)
                    ROW(x64_imul_rmi(b, s, R9, mems[i], imm),
                        "imul %s, %s, 0x%llx", gpr(s, R9), m, imm_of(s, imm));
            }
        }
    }
}

/* One load, one store, one VEX and one EVEX instruction at every base, index,
 * scale and boundary displacement. */
static void every_address(const char *want_format,
                          void (*emit)(struct x64_mem m, unsigned reg),
                          unsigned bytes, bool vector, bool scaled_disp8)
{
    static const int32_t disps[] = {
        0, 1, -1, 127, 128, -128, -129, 0x7fffffff, -0x7fffffff - 1,
    };
    unsigned turn = 0;
    for (unsigned base = RAX; base <= R15 + 1; base++)
        for (unsigned index = RAX; index <= R15 + 1; index++) {
            if (index == RSP)
                continue;
            for (unsigned k = 0; k < 4 * ARRAY_LEN(disps); k++) {
                if (index > R15 && k / ARRAY_LEN(disps) > 0)
                    break;
                struct x64_mem m = x64_at_index(
                    base > R15 ? X64_NO_BASE : base,
                    index > R15 ? X64_NO_INDEX : index,
                    (unsigned)(k / ARRAY_LEN(disps)),
                    disps[k % ARRAY_LEN(disps)]);
                unsigned r = turn++ % 16;
                emit(m, r);
                if (scaled_disp8)
                    expect_long(want_format, vector ? xmm(XMM0 + r) : "",
                                mem(bytes, m));
                else
                    expect(want_format, vector ? xmm(XMM0 + r) : gpr(SIZE64, r),
                           mem(bytes, m));
            }
        }
}

static void emit_load(struct x64_mem m, unsigned r)
{
    x64_mov_rm(b, SIZE64, r, m);
}

static void emit_lea(struct x64_mem m, unsigned r)
{
    x64_lea(b, SIZE64, r, m);
}

static void emit_legacy(struct x64_mem m, unsigned r)
{
    x64_vec_rrm(b, X64_LEGACY, X64_ADDSD, XMM0 + r, XMM0 + r, m);
}

static void emit_vex(struct x64_mem m, unsigned r)
{
    x64_vec_rm(b, X64_VEX, X64_MOVUPS, XMM0 + r, m);
}

static void emit_evex(struct x64_mem m, unsigned r)
{
    x64_vec_rm(b, X64_VEX, X64_VPABSQ, XMM0 + r, m);
}

Test(asm_x64, addresses)
{
    every_address("mov %s, %s", emit_load, 8, false, false);
    every_address("lea %s, %s", emit_lea, 0, false, false);
    every_address("addsd %s, %s", emit_legacy, 8, true, false);
    every_address("vmovups %s, %s", emit_vex, 16, true, false);
    every_address("vpabsq %s, %s", emit_evex, 16, true, true);
}

Test(asm_x64, moves)
{
    static const enum x64_size from[] = {SIZE8, SIZE16, SIZE32, SIZE64};
    static const char *const zx[] = {"movzx", "movzx", "mov", "mov"};
    static const char *const sx[] = {"movsx", "movsx", "movsxd"};
    EACH_GPR (d) {
        EACH_GPR (r) {
            EACH_SIZE (s, SIZE8) {
                ROW(x64_mov_rr(b, s, d, r), "mov %s, %s", gpr(s, d), gpr(s, r));
                ROW(x64_test_rr(b, s, d, r), "test %s, %s", gpr(s, d),
                    gpr(s, r));
            }
            for (unsigned k = 0; k < 4; k++)
                ROW(x64_movzx_rr(b, from[k], d, r), "%s %s, %s", zx[k],
                    gpr(k == 3 ? SIZE64 : SIZE32, d), gpr(from[k], r));
            for (unsigned k = 0; k < 3; k++) {
                ROW(x64_movsx_rr(b, SIZE64, from[k], d, r), "%s %s, %s", sx[k],
                    gpr(SIZE64, d), gpr(from[k], r));
                if (k < 2)
                    ROW(x64_movsx_rr(b, SIZE32, from[k], d, r), "%s %s, %s",
                        sx[k], gpr(SIZE32, d), gpr(from[k], r));
            }
        }
        EACH_MEM (i) {
            EACH_SIZE (s, SIZE8) {
                const char *m = mem(1u << s, mems[i]);
                ROW(x64_mov_rm(b, s, d, mems[i]), "mov %s, %s", gpr(s, d), m);
                ROW(x64_mov_mr(b, s, mems[i], d), "mov %s, %s", m, gpr(s, d));
                ROW(x64_test_mr(b, s, mems[i], d), "test %s, %s", m,
                    gpr(s, d));
                ROW(x64_movzx_rm(b, s, d, mems[i]), "%s %s, %s", zx[s],
                    gpr(s == SIZE64 ? s : SIZE32, d), m);
                if (s != SIZE64)
                    ROW(x64_movsx_rm(b, SIZE64, s, d, mems[i]), "%s %s, %s",
                        sx[s], gpr(SIZE64, d), m);
                if (s < SIZE32)
                    ROW(x64_movsx_rm(b, SIZE32, s, d, mems[i]), "%s %s, %s",
                        sx[s], gpr(SIZE32, d), m);
            }
        }
    }
}

Test(asm_x64, conditions)
{
    for (unsigned c = CC_O; c <= CC_G; c++) {
        EACH_GPR (d) {
            ROW(x64_setcc_r(b, c, d), "set%s %s", cc[c], gpr(SIZE8, d));
            EACH_GPR (r)
                EACH_SIZE (s, SIZE16)
                    ROW(x64_cmov_rr(b, c, s, d, r), "cmov%s %s, %s", cc[c],
                        gpr(s, d), gpr(s, r));
        }
        EACH_MEM (i) {
            ROW(x64_setcc_m(b, c, mems[i]), "set%s %s", cc[c],
                mem(1, mems[i]));
            EACH_SIZE (s, SIZE16)
                ROW(x64_cmov_rm(b, c, s, R10, mems[i]), "cmov%s %s, %s", cc[c],
                    gpr(s, R10), mem(1u << s, mems[i]));
        }
    }
}

Test(asm_x64, unary)
{
    static const char *const names[] = {
        [X64_NOT] = "not",   [X64_NEG] = "neg", [X64_MUL] = "mul",
        [X64_IMUL] = "imul", [X64_DIV] = "div", [X64_IDIV] = "idiv",
    };
    for (unsigned op = X64_NOT; op <= X64_IDIV; op++)
        EACH_SIZE (s, SIZE8) {
            EACH_GPR (r)
                ROW(x64_unary_r(b, op, s, r), "%s %s", names[op], gpr(s, r));
            EACH_MEM (i)
                ROW(x64_unary_m(b, op, s, mems[i]), "%s %s", names[op],
                    mem(1u << s, mems[i]));
        }
    EACH_GPR (r) {
        ROW(x64_bswap_r(b, SIZE32, r), "bswap %s", gpr(SIZE32, r));
        ROW(x64_bswap_r(b, SIZE64, r), "bswap %s", gpr(SIZE64, r));
        ROW(x64_push_r(b, r), "push %s", gpr(SIZE64, r));
        ROW(x64_pop_r(b, r), "pop %s", gpr(SIZE64, r));
        ROW(x64_call_r(b, r), "call %s", gpr(SIZE64, r));
        ROW(x64_jmp_r(b, r), "jmp %s", gpr(SIZE64, r));
    }
    EACH_MEM (i) {
        ROW(x64_push_m(b, mems[i]), "push %s", mem(8, mems[i]));
        ROW(x64_call_m(b, mems[i]), "call %s", mem(8, mems[i]));
        ROW(x64_jmp_m(b, mems[i]), "jmp %s", mem(8, mems[i]));
        ROW(x64_lock_cmpxchg16b_m(b, mems[i]), "lock cmpxchg16b %s",
            mem(16, mems[i]));
    }
}

Test(asm_x64, shifts)
{
    static const struct {
        enum x64_shift op;
        const char *text;
    } ops[] = {{X64_ROL, "rol"},
               {X64_ROR, "ror"},
               {X64_SHL, "shl"},
               {X64_SHR, "shr"},
               {X64_SAR, "sar"}};
    static const uint8_t counts[] = {1, 2, 7, 31, 63};
    for (size_t o = 0; o < ARRAY_LEN(ops); o++)
        EACH_SIZE (s, SIZE8) {
            EACH_GPR (r) {
                for (size_t k = 0; k < ARRAY_LEN(counts); k++)
                    ROW(x64_shift_ri(b, ops[o].op, s, r, counts[k]),
                        "%s %s, 0x%x", ops[o].text, gpr(s, r), counts[k]);
                ROW(x64_shift_rcl(b, ops[o].op, s, r), "%s %s, cl", ops[o].text,
                    gpr(s, r));
            }
            EACH_MEM (i) {
                const char *m = mem(1u << s, mems[i]);
                ROW(x64_shift_mi(b, ops[o].op, s, mems[i], 1), "%s %s, 0x1",
                    ops[o].text, m);
                ROW(x64_shift_mi(b, ops[o].op, s, mems[i], 5), "%s %s, 0x5",
                    ops[o].text, m);
                ROW(x64_shift_mcl(b, ops[o].op, s, mems[i]), "%s %s, cl",
                    ops[o].text, m);
            }
        }
}

/* Two registers in 32 and 64 bits. */
Test(asm_x64, bits)
{
    static const struct {
        enum x64_bit op;
        const char *text;
    } ops[] = {{X64_BSF, "bsf"},
               {X64_BSR, "bsr"},
               {X64_POPCNT, "popcnt"},
               {X64_TZCNT, "tzcnt"},
               {X64_LZCNT, "lzcnt"}};
    static const char *const bt[] = {
        [X64_BT] = "bt",
        [X64_BTS] = "bts",
        [X64_BTR] = "btr",
        [X64_BTC] = "btc",
    };
    static const char *const bls[] = {
        [X64_BLSR] = "blsr",
        [X64_BLSMSK] = "blsmsk",
        [X64_BLSI] = "blsi",
    };
    EACH_SIZE (s, SIZE32)
        EACH_GPR (d) {
            EACH_GPR (r) {
                const char *dn = gpr(s, d), *rn = gpr(s, r);
                for (size_t k = 0; k < ARRAY_LEN(ops); k++)
                    ROW(x64_bit_rr(b, ops[k].op, s, d, r), "%s %s, %s",
                        ops[k].text, dn, rn);
                for (unsigned k = 0; k < 4; k++)
                    ROW(x64_bt_rr(b, k, s, d, r), "%s %s, %s", bt[k], dn, rn);
                for (unsigned k = X64_BLSR; k <= X64_BLSI; k++)
                    ROW(x64_bls_rr(b, k, s, d, r), "%s %s, %s", bls[k], dn,
                        rn);
                ROW(x64_shld_rri(b, s, d, r, 9), "shld %s, %s, 0x9", dn, rn);
                ROW(x64_shrd_rri(b, s, d, r, 9), "shrd %s, %s, 0x9", dn, rn);
                ROW(x64_rorx_rri(b, s, d, r, 31), "rorx %s, %s, 0x1f", dn, rn);
                ROW(x64_imul_rr(b, s, d, r), "imul %s, %s", dn, rn);
                x64_xchg_rr(b, s, d, r); /* rax has a shorter form */
                expect_long("xchg %s, %s", dn, rn);
            }
            for (unsigned k = 0; k < 4; k++)
                ROW(x64_bt_ri(b, k, s, d, 31), "%s %s, 0x1f", bt[k],
                    gpr(s, d));
            EACH_MEM (i) {
                const char *dn = gpr(s, d), *m = mem(1u << s, mems[i]);
                for (size_t k = 0; k < ARRAY_LEN(ops); k++)
                    ROW(x64_bit_rm(b, ops[k].op, s, d, mems[i]), "%s %s, %s",
                        ops[k].text, dn, m);
                for (unsigned k = X64_BLSR; k <= X64_BLSI; k++)
                    ROW(x64_bls_rm(b, k, s, d, mems[i]), "%s %s, %s", bls[k],
                        dn, m);
                ROW(x64_rorx_rmi(b, s, d, mems[i], 1), "rorx %s, %s, 0x1", dn,
                    m);
                ROW(x64_imul_rm(b, s, d, mems[i]), "imul %s, %s", dn, m);
            }
        }
}

/* dst and two sources, in the encoding of VEX. */
Test(asm_x64, three_registers)
{
    static const struct {
        uint32_t op;
        const char *text;
        enum { BMI, BMI_SWAPPED, SHX } kind;
    } ops[] = {
        {X64_ANDN, "andn", BMI},          {X64_PDEP, "pdep", BMI},
        {X64_PEXT, "pext", BMI},          {X64_BEXTR, "bextr", BMI_SWAPPED},
        {X64_BZHI, "bzhi", BMI_SWAPPED},  {X64_SHLX, "shlx", SHX},
        {X64_SHRX, "shrx", SHX},          {X64_SARX, "sarx", SHX},
    };
    for (size_t k = 0; k < ARRAY_LEN(ops); k++)
        EACH_SIZE (s, SIZE32)
            EACH_GPR (d) {
                const char *dn = gpr(s, d);
                EACH_GPR (a)
                    EACH_GPR (r) {
                        if (ops[k].kind == SHX)
                            x64_shx_rrr(b, ops[k].op, s, d, a, r);
                        else
                            x64_bmi_rrr(b, ops[k].op, s, d, a, r);
                        expect("%s %s, %s, %s", ops[k].text, dn, gpr(s, a),
                               gpr(s, r));
                    }
                EACH_MEM (i) {
                    const char *m = mem(1u << s, mems[i]);
                    if (ops[k].kind == BMI) {
                        ROW(x64_bmi_rrm(b, ops[k].op, s, d, R9, mems[i]),
                            "%s %s, %s, %s", ops[k].text, dn, gpr(s, R9), m);
                        continue;
                    }
                    if (ops[k].kind == SHX)
                        x64_shx_rmr(b, ops[k].op, s, d, mems[i], R9);
                    else
                        x64_bmi_rmr(b, ops[k].op, s, d, mems[i], R9);
                    expect("%s %s, %s, %s", ops[k].text, dn, m, gpr(s, R9));
                }
            }
    EACH_SIZE (s, SIZE32)
        EACH_GPR (hi)
            EACH_GPR (lo) {
                ROW(x64_mulx_rrr(b, s, hi, lo, 15 - hi), "mulx %s, %s, %s",
                    gpr(s, hi), gpr(s, lo), gpr(s, 15 - hi));
                ROW(x64_mulx_rrm(b, s, hi, lo, mems[lo % mems_len]),
                    "mulx %s, %s, %s", gpr(s, hi), gpr(s, lo),
                    mem(1u << s, mems[lo % mems_len]));
            }
}

Test(asm_x64, atomics)
{
    EACH_SIZE (s, SIZE8)
        EACH_GPR (r)
            EACH_MEM (i) {
                const char *m = mem(1u << s, mems[i]), *rn = gpr(s, r);
                ROW(x64_xchg_mr(b, s, mems[i], r), "xchg %s, %s", m, rn);
                ROW(x64_lock_xadd_mr(b, s, mems[i], r), "lock xadd %s, %s", m,
                    rn);
                ROW(x64_lock_cmpxchg_mr(b, s, mems[i], r),
                    "lock cmpxchg %s, %s", m, rn);
            }
}

/* Every distance around where rel8 ends, backward; forward is rel32. */
Test(asm_x64, branches)
{
    for (uint32_t gap = 0; gap < 300; gap++)
        for (unsigned op = 0; op < 18; op++) {
            struct label l = {0};
            b->len = 0;
            wc_codebuf_bind(b, &l);
            x64_nop(b, gap);
            uint32_t len, at = b->len;
            if (op < 16)
                x64_jcc(b, op, &l);
            else if (op == 16)
                x64_jmp(b, &l);
            else
                x64_call(b, &l);
            uint64_t target = branch_target(at, &len);
            cr_assert_eq(target, 0, "gap %u op %u", gap, op);
            cr_assert_eq(at + len, b->len);
            bool near = gap + 2 <= 128 && op < 17;
            cr_assert_eq(len, near ? 2u : op < 16 ? 6u : 5u);
        }
    for (unsigned op = 0; op < 18; op++) {
        struct label l = {0};
        b->len = 0;
        x64_nop(b, 3);
        if (op < 16)
            x64_jcc(b, op, &l);
        else if (op == 16)
            x64_jmp(b, &l);
        else
            x64_call(b, &l);
        x64_nop(b, 1000);
        uint32_t len, here = b->len;
        wc_codebuf_bind(b, &l);
        cr_assert_eq(branch_target(3, &len), here);
    }
    b->len = 0;
}

Test(asm_x64, short_and_external_branches)
{
    for (uint32_t gap = 0; gap <= 127; gap++) {
        uint32_t len;
        b->len = 0;
        uint32_t from = gap & 1 ? x64_jmp_short(b) : x64_jcc_short(b, CC_P);
        x64_nop(b, gap);
        x64_short_bind(b, from);
        cr_assert_eq(branch_target(0, &len), b->len);
        cr_assert_eq(len, 2);
    }
    uint32_t len;
    b->len = 0;
    uint32_t at = x64_call_rel32(b);
    wc_codebuf_patch32(b, at, 0x1234u - (at + 4));
    cr_assert_eq(branch_target(0, &len), 0x1234);
    at = x64_jmp_rel32(b);
    wc_codebuf_patch32(b, at, 0x4321u - (at + 4));
    cr_assert_eq(branch_target(5, &len), 0x4321);
    b->len = 0;
}

/* Relative to rip, before immediates of all lengths. */
Test(asm_x64, rip)
{
    static const uint32_t imm_bytes[] = {0, 1, 2, 4};
    for (unsigned k = 0; k < 5; k++) {
        struct label l = {0};
        uint32_t len;
        b->len = 0;
        if (k == 0)
            x64_mov_rm(b, SIZE64, R9, x64_rip());
        else if (k == 1)
            x64_alu_mi(b, X64_ADD, SIZE32, x64_rip(), 5);
        else if (k == 2)
            x64_alu_mi(b, X64_ADD, SIZE16, x64_rip(), 500);
        else if (k == 3)
            x64_alu_mi(b, X64_ADD, SIZE64, x64_rip(), 500);
        else
            x64_vec_rrm(b, X64_VEX, X64_XORPS, XMM8, XMM9, x64_rip());
        x64_rip_label(b, &l, imm_bytes[k & 3]);
        uint32_t end = b->len;
        x64_align(b, 16);
        cr_assert_eq(b->len % 16, 0);
        wc_codebuf_bind(b, &l);
        cr_assert_eq(branch_target(0, &len), b->len);
        cr_assert_eq(len, end);
    }
    b->len = 0;
}

Test(asm_x64, nops)
{
    for (uint32_t n = 1; n < 40; n++) {
        b->len = 0;
        x64_nop(b, n);
        cr_assert_eq(b->len, n);
        uint32_t at = 0, count = 0, len;
        while (at < n) {
            branch_target(at, &len);
            cr_assert_neq(len, 0);
            at += len;
            count++;
        }
        cr_assert_eq(at, n);
        cr_assert_eq(count, (n + 8) / 9);
    }
    b->len = 0;
}
