#include "syntax/opcodes.h"

#include <string.h>

const struct opcode_info wc_opcodes[OPCODE_COUNT] = {
#define OP(id, prefix, code, text, imm, sig, feature) \
    [OP_##id] = {text, code, prefix, IMM_##imm, SIG_##sig, FEATURE_##feature},
#include "syntax/opcodes.def"
};

/* Rows with a prefix fall behind the part that is read. */
const struct short_opcode wc_opcodes_short[256 + OPCODE_COUNT] = {
#define OP(id, prefix, code, text, imm, sig, feature) \
    [(prefix) == 0 ? (code) : 256 + OP_##id] = {OP_##id, IMM_##imm},
#include "syntax/opcodes.def"
};

const struct sig_info wc_sigs[SIG_COUNT] = {
    [SIG_CUSTOM] = {"", ""},
#define SIG(id, operands, results) [SIG_##id] = {operands, results},
#include "syntax/sigs.def"
};

const struct feature_info wc_features[FEATURE_COUNT] = {
#define FEATURE(id, text, on) [FEATURE_##id] = {text, on},
#include "syntax/features.def"
};

feature_set wc_features_default(void)
{
    return 0
#define FEATURE(id, text, on) | ((feature_set)(on) << FEATURE_##id)
#include "syntax/features.def"
        ;
}

enum feature wc_feature_find(const char *text)
{
    for (unsigned i = 0; i < FEATURE_COUNT; i++)
        if (strcmp(wc_features[i].text, text) == 0)
            return (enum feature)i;
    return FEATURE_COUNT;
}

/* Opcode + 1 by page and code; 0 is free. One page for the plain opcodes, one
 * per prefix, and a second one for 0xfd, whose codes run past 255. */
enum { PAGE_PLAIN, PAGE_FB, PAGE_FC, PAGE_FD, PAGE_FD_HIGH, PAGE_FE, PAGES };

#define PAGE_OF(prefix, code)                                   \
    ((prefix) == 0      ? PAGE_PLAIN                            \
     : (prefix) == 0xfb ? PAGE_FB                               \
     : (prefix) == 0xfc ? PAGE_FC                               \
     : (prefix) == 0xfe ? PAGE_FE                               \
     : (code) < 256     ? PAGE_FD                               \
                        : PAGE_FD_HIGH)

static const uint16_t by_code[PAGES][256] = {
#define OP(id, prefix, code, text, imm, sig, feature) \
    [PAGE_OF(prefix, code)][(code) & 255] = OP_##id + 1,
#include "syntax/opcodes.def"
};

enum opcode wc_opcode_find(uint8_t prefix, uint32_t code)
{
    uint32_t highest = prefix == 0xfd ? 511 : 255;
    if ((prefix != 0 && (prefix < 0xfb || prefix > 0xfe)) || code > highest)
        return OPCODE_NONE;
    unsigned found = by_code[PAGE_OF(prefix, code)][code & 255];
    return found ? (enum opcode)(found - 1) : OPCODE_NONE;
}

uint32_t wc_imm_access_bytes(enum imm imm)
{
    if (imm >= IMM_MEMARG1 && imm <= IMM_MEMARG16)
        return 1u << (imm - IMM_MEMARG1);
    if (imm >= IMM_MEMARG_LANE1 && imm <= IMM_MEMARG_LANE8)
        return 1u << (imm - IMM_MEMARG_LANE1);
    if (imm >= IMM_ATOMIC1 && imm <= IMM_ATOMIC8)
        return 1u << (imm - IMM_ATOMIC1);
    return 0;
}
