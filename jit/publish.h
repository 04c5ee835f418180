/* What depends on the machine that runs the code: which CPU it is, and what it
 * takes to have it see new instructions. Nothing else in jit/ asks. */
#ifndef JIT_PUBLISH_H
#define JIT_PUBLISH_H

#include "base/base.h"

/* Features of this CPU (masm.cpu); 0 when code of the target that was built in
 * cannot run here. */
uint64_t wc_publish_cpu(void);

/* Before others learn of code written at `exec`. */
void wc_publish_flush(void *exec, size_t len);

#endif
