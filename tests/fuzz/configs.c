#include "fuzz/configs.h"

#include "interp/interp.h"

struct run_config fuzz_configs[CONFIGS_MAX] = {
    {.name = "interp", .ops = &wc_interp_ops},
    {.name = "interp, checked memories", .ops = &wc_interp_ops,
     .checked = true},
    {.name = "interp, eager, collecting always", .ops = &wc_interp_ops,
     .eager = true, .gc_torture = true},
};
const unsigned fuzz_configs_len = 3;

bool fuzz_configs_start(void)
{
    for (unsigned i = 0; i < fuzz_configs_len; i++) {
        if (!run_config_start(&fuzz_configs[i])) {
            fuzz_configs_stop();
            return false;
        }
    }
    return true;
}

void fuzz_configs_stop(void)
{
    for (unsigned i = 0; i < fuzz_configs_len; i++) {
        if (fuzz_configs[i].engine != NULL)
            run_config_stop(&fuzz_configs[i]);
    }
}
