/* One instruction of the binary format, decoded by the table: what the
 * validator, the printer, dumps and engines read bodies with.
 * core/binary/instructions.
 */
#ifndef BINARY_INSTR_H
#define BINARY_INSTR_H

#include "binary/reader.h"
#include "syntax/opcodes.h"
#include "syntax/types.h"
#include "syntax/value.h"

struct memarg {
    uint64_t offset;
    uint32_t memory;
    uint8_t align_log2;
    uint8_t lane; /* IMM_MEMARG_LANE* */
};

enum blocktype_kind { BLOCK_EMPTY, BLOCK_VALUE, BLOCK_INDEX };

/* Value types and heap types here are the module's own: type indices. */
struct blocktype {
    enum blocktype_kind kind;
    uint32_t index; /* BLOCK_INDEX: type index */
    valtype type;   /* BLOCK_VALUE: the one result */
};

enum catch_kind { CATCH_TAG, CATCH_TAG_REF, CATCH_EVERY, CATCH_EVERY_REF };

struct catch_clause {
    enum catch_kind kind;
    uint32_t tag; /* CATCH_TAG, CATCH_TAG_REF */
    uint32_t label;
};

/* A vector that stays in the binary: read it item by item from `at`. */
struct instr_vec {
    uint32_t len;
    const uint8_t *at;
};

struct instr {
    enum opcode op;
    uint32_t offset; /* of the opcode in the module */
    union {
        uint32_t index; /* IMM_LABEL ... IMM_DATA: the one index */
        struct {
            uint32_t x, y; /* the pairs, in the order of enum imm */
        };
        struct memarg memarg;
        struct blocktype block; /* IMM_BLOCK */
        struct {
            struct blocktype type;
            struct instr_vec catches; /* wc_instr_catch reads one */
        } try_table;
        struct instr_vec labels; /* IMM_BR_TABLE: len targets, then the
                                    default: len + 1 LEB128 numbers */
        struct {
            uint32_t label;
            valtype from, to; /* references */
        } cast;               /* IMM_CAST */
        heaptype heap;        /* IMM_HEAPTYPE */
        struct {
            uint32_t len;
            valtype type; /* the first; any len but 1 is invalid */
        } select;         /* IMM_SELECT */
        int32_t i32;
        int64_t i64;
        uint32_t f32; /* bits */
        uint64_t f64; /* bits */
        union v128 v128;   /* IMM_V128; the lanes of IMM_SHUFFLE in u8 */
        uint8_t lane;      /* IMM_LANE* */
    };
};

/* Reads the instruction at the cursor. False, with the error set, if it is
 * malformed: no such opcode, feature not in `features`, bad immediates. What
 * needs types or index spaces is left to the validator. Structure (matching
 * end, else) is not looked at. */
bool wc_instr_read(struct reader *r, feature_set features, struct instr *in)
    WC_MUST_CHECK;

/* Read one item of a vector and step on; the vector was read by wc_instr_read,
 * so its items are well-formed. */
uint32_t wc_instr_label(struct instr_vec *labels);
struct catch_clause wc_instr_catch(struct instr_vec *catches);

/* Reads a value type / reference type / heap type. 0 on failure. */
valtype wc_reader_valtype(struct reader *r, feature_set features);
valtype wc_reader_reftype(struct reader *r, feature_set features);
heaptype wc_reader_heaptype(struct reader *r, feature_set features);

#endif
