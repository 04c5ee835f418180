/* The numbers of all handlers, and which family an opcode belongs to: what the
 * translator needs to know about handlers.def. */
#ifndef INTERP_HANDLERS_H
#define INTERP_HANDLERS_H

#include "syntax/opcodes.h"

enum handler {
#define HANDLER(name, ...) H_##name,
#include "interp/handlers.def"
#undef HANDLER
    HANDLER_COUNT
};

/* Instructions that WebAssembly does not have: the opposite of a comparison of
 * floats, which is not another comparison because of NaN, and the test of
 * single bits. */
enum {
    XOP_I32_TEST = OPCODE_COUNT,
    XOP_I32_TEST_NOT,
    XOP_F32_NLT,
    XOP_F32_NGT,
    XOP_F32_NLE,
    XOP_F32_NGE,
    XOP_F64_NLT,
    XOP_F64_NGT,
    XOP_F64_NLE,
    XOP_F64_NGE,
    XOP_REF_IS, /* ref.test: the right operand is a constant (reftest.h) */
    XOP_REF_IS_NOT,
    XOP_COUNT
};

/* What kind of register a value wants; also the type letter of a family. */
enum optype { T_i32, T_i64, T_f32, T_f64, T_v128 };

enum family {
    FAMILY_NONE,    /* translated one by one */
    FAMILY_BIN,     /* four forms, operands may be swapped */
    FAMILY_ORDERED, /* all seven forms */
    FAMILY_COMPARE, /* four forms; swapped they are `mirror` */
    FAMILY_UN,
    FAMILY_LOAD,
    FAMILY_STORE,
    FAMILY_STORE_FLOAT,
    FAMILY_SIMD, /* by the signature; all operands and results in slots */
    FAMILY_LANE, /* the same with a lane number */
    FAMILY_VLOAD,
    FAMILY_VLOAD_LANE,
    FAMILY_VSTORE_LANE,
};

/* Forms in the order of forms.h. */
enum binary_form { FORM_SS, FORM_SK, FORM_RS, FORM_RK, FORM_SR, FORM_KS,
                   FORM_KR };
enum load_form { LOAD_S, LOAD_R, LOAD_K, LOAD_P, LOAD_SUM /* 4, as FORM_ */,
                 LOAD_SCALED = LOAD_SUM + 4 /* likewise */ };
enum store_form { STORE_SS, STORE_RS, STORE_KS, STORE_SK, STORE_RK, STORE_KK,
                  STORE_SR, STORE_KR, STORE_PS, STORE_SUM_S, STORE_SUM_K,
                  STORE_SUM_R };
enum float_store_form { STORE_FLOAT_SR, STORE_FLOAT_KR, STORE_FLOAT_RR,
                        STORE_FLOAT_SUM_R };

struct family_row {
    uint8_t family;
    uint8_t result, operand; /* enum optype */
    uint16_t handler;        /* the first one */
    uint16_t branch;         /* FAMILY_COMPARE: the first that branches */
    uint16_t like;           /* FAMILY_STORE_FLOAT: the integer one */
    uint16_t inverse, mirror;
};

#define FORMS_VALUE_COMPARE 8u /* handlers before the branches */
#define FORMS_BRANCH 4u        /* forward ones, then as many for loops */

extern const struct family_row wc_families[XOP_COUNT];

#endif
