/* Validation of modules, core/valid.
 *
 * Types are interned, constant expressions and module rules are checked on the
 * calling thread; function bodies are independent of each other then and are
 * checked at once, on several threads, or each before its first use. From a
 * successful return on, the module is const except for `sidetables`, which are
 * published atomically.
 */
#ifndef VALID_VALIDATE_H
#define VALID_VALIDATE_H

#include "base/error.h"
#include "syntax/module.h"
#include "syntax/typereg.h"

struct valid_policy {
    /* Leave bodies unread until wc_validate_func. Implies `sidetables`. */
    bool lazy;
    /* Build a side table per function and keep it in the module. */
    bool sidetables;
    /* ... which also says where branches go: for people, engines find out by
     * themselves. Side tables that are built later never do. */
    bool branches;
    /* How many threads check bodies; 0 and 1 mean the calling one alone. Which
     * error is reported does not depend on it. */
    uint32_t threads;
    /* What the engine can execute: a module that is valid but uses a feature
     * outside gives ERROR_UNSUPPORTED. 0 means no such check. */
    feature_set executable;
};

/* Checks the decoded module `m`, sets m->deftypes and m->reg and turns the heap
 * types of tables, globals and element segments into ids. `reg` must outlive
 * `m`. A NULL policy is one of zeroes. False with the first error in `e`; then
 * only wc_module_unref may be called on `m`. */
bool wc_validate(struct module *m, struct typereg *reg,
                 const struct valid_policy *policy, struct error *e)
    WC_MUST_CHECK;

/* Makes sure that the body of the defined function `func` is valid and has its
 * side table; cheap when it has. For modules validated with a lazy policy (on
 * others it adds missing side tables). Any number of threads may call it. */
bool wc_validate_func(struct module *m, uint32_t func, struct error *e)
    WC_MUST_CHECK;

#endif
