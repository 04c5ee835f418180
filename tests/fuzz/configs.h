/* The configurations that are compared: a row each in configs.c. */
#ifndef FUZZ_CONFIGS_H
#define FUZZ_CONFIGS_H

#include "fuzz/run.h"

#define CONFIGS_MAX 16

/* Those that there are on this host; the others are compared with the first.
 * Set by fuzz_configs_start. */
extern const struct run_config *fuzz_configs[CONFIGS_MAX];
extern unsigned fuzz_configs_len;

/* Only configurations whose names contain `only`, unless it is NULL, and the
 * first. */
bool fuzz_configs_start(const char *only) WC_MUST_CHECK;
/* Leaves only the first and this one. */
void fuzz_configs_keep(size_t config);
void fuzz_configs_stop(void);

#endif
