/* The configurations that are compared: a row each in configs.c. */
#ifndef FUZZ_CONFIGS_H
#define FUZZ_CONFIGS_H

#include "fuzz/run.h"

#define CONFIGS_MAX 16

/* The first is the one that the others are compared with. */
extern struct run_config fuzz_configs[CONFIGS_MAX];
extern const unsigned fuzz_configs_len;

bool fuzz_configs_start(void) WC_MUST_CHECK;
void fuzz_configs_stop(void);

#endif
