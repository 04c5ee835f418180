/* Scripts of the specification's tests (.wast) as data.
 *
 * The grammar is that of the reference interpreter's README, with the thread
 * and wait commands of the threads proposal. Everything hangs in the script's
 * arena; names, strings and text are ranges of the source or of the arena.
 * Modules are converted on demand, so that a malformed one is an error of its
 * command, not of the script.
 */
#ifndef TEXT_SCRIPT_H
#define TEXT_SCRIPT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "syntax/opcodes.h"
#include "syntax/types.h"
#include "syntax/value.h"

enum script_module_form {
    SCRIPT_TEXT,   /* (module ...) */
    SCRIPT_BINARY, /* (module binary "...") */
    SCRIPT_QUOTE,  /* (module quote "...") */
};

struct script_module {
    enum script_module_form form;
    bool definition; /* (module definition ...): not instantiated */
    struct span id;  /* without the $; data is NULL where there is none */
    struct span body; /* SCRIPT_TEXT: its source, a range of the script;
                         else the joined bytes of its strings */
    uint32_t line, column; /* of the body */
    uint64_t offset;
};

enum script_value_kind {
    SCRIPT_I32,
    SCRIPT_I64,
    SCRIPT_F32,
    SCRIPT_F64,
    SCRIPT_V128,
    SCRIPT_REF_NULL,   /* heap: its type; HEAP_BOT for a plain (ref.null) */
    SCRIPT_REF_FUNC,   /* any function */
    SCRIPT_REF_EXTERN, /* (ref.extern n); has_number is false for any */
    SCRIPT_REF_HOST,   /* (ref.host n) */
    SCRIPT_REF_I31,    /* any reference of that kind, also those below */
    SCRIPT_REF_STRUCT,
    SCRIPT_REF_ARRAY,
    SCRIPT_REF_EQ,
    SCRIPT_REF_ANY,
    SCRIPT_REF_EXN,
    SCRIPT_REF,    /* any reference but null */
    SCRIPT_EITHER, /* one of `either`, none of which is SCRIPT_EITHER */
};

enum script_nan { SCRIPT_NUMBER, SCRIPT_NAN_CANONICAL, SCRIPT_NAN_ARITHMETIC };

enum script_shape {
    SCRIPT_I8X16,
    SCRIPT_I16X8,
    SCRIPT_I32X4,
    SCRIPT_I64X2,
    SCRIPT_F32X4,
    SCRIPT_F64X2,
};

/* An argument or a pattern of a result. */
struct script_value {
    enum script_value_kind kind;
    uint32_t line;
    enum script_shape shape; /* SCRIPT_V128 */
    /* Patterns only: F32, F64 in [0], lanes of f32x4, f64x2 in their place;
     * the bits of such a number or lane are 0. */
    enum script_nan nan[4];
    bool has_number; /* SCRIPT_REF_EXTERN */
    union {
        uint32_t i32; /* also the bits of an f32 */
        uint64_t i64; /* also the bits of an f64 */
        union v128 v128;
        uint32_t number; /* SCRIPT_REF_EXTERN, SCRIPT_REF_HOST */
        heaptype heap;   /* SCRIPT_REF_NULL; abstract */
        struct {
            const struct script_value *values;
            uint32_t len;
        } either;
    };
};

enum script_action_kind { SCRIPT_INVOKE, SCRIPT_GET };

struct script_action {
    enum script_action_kind kind;
    uint32_t line;
    struct span id;   /* of the instance; data NULL: the latest one */
    struct span name; /* of the export; UTF-8, checked */
    uint32_t args_len;
    const struct script_value *args;
};

enum script_command_kind {
    /* Fields of struct script_command in use, besides kind and line: */
    SCRIPT_MODULE,               /* module */
    SCRIPT_INSTANCE,             /* id (of the instance), module_id */
    SCRIPT_REGISTER,             /* string, id */
    SCRIPT_ACTION,               /* action */
    SCRIPT_ASSERT_RETURN,        /* action, results */
    SCRIPT_ASSERT_EXCEPTION,     /* action */
    SCRIPT_ASSERT_TRAP,          /* action, or module, or module_id; string */
    SCRIPT_ASSERT_EXHAUSTION,    /* action; string */
    SCRIPT_ASSERT_MALFORMED,     /* module; string */
    SCRIPT_ASSERT_INVALID,       /* module; string */
    SCRIPT_ASSERT_UNLINKABLE,    /* module, or module_id; string */
    SCRIPT_ASSERT_MALFORMED_CUSTOM, /* module; string */
    SCRIPT_ASSERT_INVALID_CUSTOM,   /* module; string */
    SCRIPT_THREAD,               /* id, shared, commands */
    SCRIPT_WAIT,                 /* id (of the thread) */
    SCRIPT_SCRIPT,               /* id, commands */
    SCRIPT_INPUT,                /* id, string */
    SCRIPT_OUTPUT,               /* id, string (data NULL: none) */
    SCRIPT_COMMAND_KINDS,
};

struct script_command {
    enum script_command_kind kind;
    uint32_t line;
    uint64_t offset;
    const struct script_module *module; /* NULL: action or instance */
    const struct script_action *action; /* NULL: module or instance */
    struct span id;
    struct span module_id; /* (module instance id module_id) */
    struct span string;    /* the expected message, the name to register */
    uint32_t results_len;
    const struct script_value *results;
    uint32_t commands_len;
    const struct script_command *commands;
    uint32_t shared_len; /* ids of modules a thread shares */
    const struct span *shared;
};

struct script {
    struct arena arena;
    uint32_t commands_len;
    const struct script_command *commands;
};

/* Parses `text`, which must outlive the script. A text without commands but
 * with module fields is one module. False, with `e` set to the position in
 * the text, when it is no script; call wc_script_free in both cases. */
bool wc_script_parse(struct script *s, const char *text, size_t len,
                     struct error *e) WC_MUST_CHECK;

void wc_script_free(struct script *s);

/* "assert_return", ... */
const char *wc_script_command_text(enum script_command_kind kind);

/* Appends the binary of a module to `out`. False when its text or quoted text
 * is malformed, in the grammar that goes with `features`; positions are those
 * of the script (of the quoted text for SCRIPT_QUOTE, on top of the line of
 * the command). The bytes of SCRIPT_BINARY are taken as they are. */
bool wc_script_module_binary(const struct script_module *m,
                             feature_set features, struct buf *out,
                             struct error *e) WC_MUST_CHECK;

#endif
