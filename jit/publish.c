#include "jit/publish.h"

#include "base/os_code.h"
#include "jit/masm.h"

#include <stdatomic.h>

/* It stays the same while the process lives, and to ask takes long. */
static _Atomic uint64_t known;

#define KNOWN ((uint64_t)1 << 63)

uint64_t wc_publish_cpu(void)
{
    uint64_t cpu = atomic_load_explicit(&known, memory_order_relaxed);
    if (cpu == 0) {
        cpu = wc_masm_host_cpu() | KNOWN;
        atomic_store_explicit(&known, cpu, memory_order_relaxed);
    }
    return cpu & ~KNOWN;
}

void wc_publish_flush(void *exec, size_t len)
{
    __builtin___clear_cache((char *)exec, (char *)exec + len);
    wc_os_code_sync();
}
