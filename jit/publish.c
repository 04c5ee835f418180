#include "jit/publish.h"

#include "jit/masm.h"

bool wc_publish_supported(void)
{
    return wc_masm_host_cpu() != 0;
}

void wc_publish_flush(void *exec, size_t len)
{
    __builtin___clear_cache((char *)exec, (char *)exec + len);
}
