/* The fast path over function bodies: what is known of each opcode byte ahead,
 * for one module. Private to valid/. */
#ifndef VALID_HOT_H
#define VALID_HOT_H

#include "valid/func.h"

/* Takes one of the shapes the loop in hot.c knows; FAST_NONE leaves the opcode
 * to wc_func_step. */
enum fast_kind {
    FAST_NONE,
    FAST_NOP,
    FAST_UNARY,  /* a -> r */
    FAST_BINARY, /* a b -> r */
    FAST_LOAD,   /* memory immediate, a -> r */
    FAST_STORE,  /* memory immediate, a b -> */
    FAST_CONST_LEB,
    FAST_CONST_4,
    FAST_CONST_8,
    FAST_LOCAL_GET,
    FAST_LOCAL_SET,
    FAST_LOCAL_TEE,
    FAST_GLOBAL_GET,
    FAST_GLOBAL_SET,
    FAST_DROP,
    FAST_BLOCK, /* and loop, if */
    FAST_RULE,  /* no immediates, straight to the rule */
    FAST_INDEX, /* one index, then the rule */
};

struct fast_op {
    uint8_t kind;       /* enum fast_kind */
    uint8_t a, b, r;    /* value types, all below KIND_REF */
    uint8_t align_log2; /* natural */
    uint16_t op;
    rule_fn *rule;
};

/* Sets m->fast_ops, 256 entries in the module's arena; false when memory has
 * run out. */
bool wc_hot_init(struct module *m) WC_MUST_CHECK;

/* The rule of a CUSTOM opcode, else NULL (step.c). */
extern rule_fn *const wc_step_rules[OPCODE_COUNT];

/* The value type of a letter of sigs.def, 'a' being `address`. */
valtype wc_step_letter(char letter, valtype address);

#endif
