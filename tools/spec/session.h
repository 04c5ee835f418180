/* The state of a script while it runs: one engine and store, the modules and
 * instances it has defined, the names it has registered.
 *
 * A module that is valid but that the engine does not execute makes its
 * instance SUBJECT_UNSUPPORTED, and so everything that would need it.
 */
#ifndef SPEC_SESSION_H
#define SPEC_SESSION_H

#include "base/error.h"
#include "base/vec.h"
#include "host/linker.h"
#include "runtime/engine.h"
#include "text/script.h"
#include "tools/spec/tally.h"

enum subject_state {
    SUBJECT_READY,
    SUBJECT_UNSUPPORTED,
    SUBJECT_FAILED, /* its definition failed, which has been reported */
};

/* A module or instance that a script can name. */
struct subject {
    struct span id; /* data is NULL: none */
    enum subject_state state;
    uint32_t line;
    struct module *module;     /* of modules; one reference */
    struct instance *instance; /* of instances */
};

typedef VEC(struct subject) subject_list;

/* An externref argument and its number. */
struct spec_foreign {
    uint32_t number;
    struct foreign *foreign;
};

struct session {
    feature_set features;
    bool show_prints; /* of the module "spectest", on stderr */
    struct engine *engine;
    bool other_next; /* an engine of two kinds: modules by turns */
    struct store *store;
    struct linker *linker;
    subject_list modules, instances;
    VEC(struct span) unsupported_names; /* registered ones */
    VEC(struct spec_foreign) foreigns;
};

/* How an attempt to get something done ended. */
enum outcome_kind {
    OUTCOME_OK,
    OUTCOME_ERROR,       /* error */
    OUTCOME_TRAP,        /* trap_code, text */
    OUTCOME_EXCEPTION,
    OUTCOME_UNSUPPORTED,
    OUTCOME_MISUSE,      /* the script asks for what is not there: text */
};

struct outcome {
    enum outcome_kind kind;
    struct error error;
    char text[256];
    struct instance *instance; /* of session_instantiate */
    slot *values;              /* of session_act; to be freed */
    uint32_t types_len;
    const valtype *types; /* of the values; in the store's types */
};

/* Sets a session up with the module "spectest". False with the error set; call
 * session_end in both cases. */
bool session_begin(struct session *s, const struct engine_config *config,
                   struct error *e) WC_MUST_CHECK;
/* The same with the engine of another session, for use on another thread. */
bool session_begin_beside(struct session *s, const struct session *other,
                          struct error *e) WC_MUST_CHECK;
void session_end(struct session *s);

/* Loads a module for execution. One reference in *module on OUTCOME_OK.
 * OUTCOME_UNSUPPORTED is for modules that are valid all the same. */
void session_load(struct session *s, const struct script_module *m,
                  struct module **module, struct outcome *o);

/* Decodes and validates only, whatever the engine executes; looks into custom
 * sections if `customs`. */
bool session_check(struct session *s, const struct script_module *m,
                   bool customs, struct error *e) WC_MUST_CHECK;

void session_instantiate(struct session *s, struct module *module,
                         struct outcome *o);

/* The named or latest one, or NULL. */
struct subject *session_find(subject_list *list, struct span id);

bool session_register(struct session *s, struct span name,
                      const struct subject *i, struct error *e) WC_MUST_CHECK;

/* Makes an instance of another session known under `id`: one of the same module
 * with the same shared memories. What else it has is a copy, and its start
 * function runs again. */
bool session_share(struct session *s, struct span id,
                   const struct subject *other, struct error *e) WC_MUST_CHECK;

/* Calls a function or reads a global. */
void session_act(struct session *s, const struct script_action *a,
                 struct outcome *o);

/* The reference that stands for number `n`; SLOT_REF_NULL without memory. */
slot session_foreign(struct session *s, uint32_t n);

void outcome_free(struct outcome *o);

/* The module "spectest" of the official tests (spec/spectest.c). */
bool spectest_define(struct session *s, struct error *e) WC_MUST_CHECK;

#endif
