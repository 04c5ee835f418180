/* Enumerations over opcodes.def and features.def, and what each row says. */
#ifndef SYNTAX_OPCODES_H
#define SYNTAX_OPCODES_H

#include "base/base.h"

enum opcode {
#define OP(id, prefix, code, text, imm, sig, feature) OP_##id,
#include "syntax/opcodes.def"
    OPCODE_COUNT,
    OPCODE_NONE = OPCODE_COUNT /* no such instruction */
};

enum feature {
#define FEATURE(id, text, on) FEATURE_##id,
#include "syntax/features.def"
    FEATURE_COUNT
};

/* A set of features, bit 1 << FEATURE_x. */
typedef uint64_t feature_set;
#define FEATURE_BIT(id) ((feature_set)1 << FEATURE_##id)

enum sig {
    SIG_CUSTOM,
#define SIG(id, operands, results) SIG_##id,
#include "syntax/sigs.def"
    SIG_COUNT
};

/* Immediates, in the order they stand in the binary. */
enum imm {
    IMM_NONE,
    IMM_BLOCK,         /* block type */
    IMM_TRY_TABLE,     /* block type, catch clauses */
    IMM_LABEL,         /* label index */
    IMM_BR_TABLE,      /* vector of labels, default label */
    IMM_CAST,          /* flags, label, heap type, heap type */
    IMM_FUNC,          /* function index */
    IMM_TYPE,          /* type index */
    IMM_TYPE_TABLE,    /* type index, table index */
    IMM_TYPE_FIELD,    /* type index, field index */
    IMM_TYPE_COUNT,    /* type index, u32 */
    IMM_TYPE_DATA,     /* type index, data index */
    IMM_TYPE_ELEM,     /* type index, elem index */
    IMM_TYPE_TYPE,     /* type index, type index */
    IMM_HEAPTYPE,      /* heap type */
    IMM_SELECT,        /* vector of value types */
    IMM_LOCAL,         /* local index */
    IMM_GLOBAL,        /* global index */
    IMM_TAG,           /* tag index */
    IMM_TABLE,         /* table index */
    IMM_TABLE_TABLE,   /* destination, source */
    IMM_ELEM,          /* elem index */
    IMM_ELEM_TABLE,    /* elem index, table index */
    IMM_MEMORY,        /* memory index */
    IMM_MEMORY_MEMORY, /* destination, source */
    IMM_DATA,          /* data index */
    IMM_DATA_MEMORY,   /* data index, memory index */
    IMM_MEMARG1,       /* alignment (at most 2^n), memory, offset */
    IMM_MEMARG2,
    IMM_MEMARG4,
    IMM_MEMARG8,
    IMM_MEMARG16,
    IMM_MEMARG_LANE1, /* memarg of 1 byte, lane index below 16 */
    IMM_MEMARG_LANE2, /* ... below 8 */
    IMM_MEMARG_LANE4,
    IMM_MEMARG_LANE8,
    IMM_ATOMIC1, /* memarg with exactly the natural alignment */
    IMM_ATOMIC2,
    IMM_ATOMIC4,
    IMM_ATOMIC8,
    IMM_FENCE, /* a zero byte */
    IMM_I32,
    IMM_I64,
    IMM_F32,
    IMM_F64,
    IMM_V128,
    IMM_SHUFFLE, /* 16 lane indices below 32 */
    IMM_LANE2,   /* lane index below 2 */
    IMM_LANE4,
    IMM_LANE8,
    IMM_LANE16,
};

struct opcode_info {
    const char *text;
    uint32_t code;
    uint8_t prefix; /* 0: none */
    uint8_t imm;    /* enum imm */
    uint8_t sig;    /* enum sig */
    uint8_t feature;
};

/* Indexed by enum opcode. */
extern const struct opcode_info wc_opcodes[OPCODE_COUNT];

/* What each one-byte code is; those that are none give OP_UNREACHABLE. What is
 * behind the first 256 has no meaning. */
struct short_opcode {
    uint16_t op;
    uint8_t imm; /* enum imm */
};

extern const struct short_opcode wc_opcodes_short[256 + OPCODE_COUNT];

struct sig_info {
    const char *operands, *results; /* letters of sigs.def */
};

/* Indexed by enum sig; SIG_CUSTOM has empty strings. */
extern const struct sig_info wc_sigs[SIG_COUNT];

struct feature_info {
    const char *text;
    bool on; /* in a default configuration */
};

extern const struct feature_info wc_features[FEATURE_COUNT];

/* The set of all features that are on by default. */
feature_set wc_features_default(void);

/* The feature called `text`, or FEATURE_COUNT. */
enum feature wc_feature_find(const char *text);

/* The opcode with this prefix (0 for none) and code, or OPCODE_NONE. */
enum opcode wc_opcode_find(uint8_t prefix, uint32_t code);

/* Number of bytes an IMM_MEMARG*, IMM_MEMARG_LANE* or IMM_ATOMIC* instruction
 * accesses, which is its natural alignment too; 0 for other kinds. */
uint32_t wc_imm_access_bytes(enum imm imm);

#endif
