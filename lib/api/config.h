/* The kinds of engines, for what is not a configuration. */
#ifndef API_CONFIG_H
#define API_CONFIG_H

#include "api/handle.h"

/* What executes modules of this kind in an engine; NULL for its own choice.
 * False with the error set when it has none of that kind. */
bool wc_config_find(const struct engine *engine, wasmc_engine_kind_t kind,
                    const struct engine_ops **ops,
                    struct error *e) WC_MUST_CHECK;

/* INTERP or JIT. */
wasmc_engine_kind_t wc_config_kind(const struct engine_ops *ops);

#endif
