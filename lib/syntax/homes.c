#include "syntax/homes.h"

#include <string.h>

bool wc_homes_push(struct homes *h, struct home_run run)
{
    wc_homes_cut(h, run.first);
    if (!vec_push(&h->runs, run))
        return false;
    h->end = run.end;
    return true;
}

struct home_run *wc_homes_find(const struct homes *h, uint32_t i)
{
    uint32_t low = 0, high = h->runs.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct home_run *run = &h->runs.data[middle];
        if (i >= run->end)
            low = middle + 1;
        else if (i <= run->first)
            high = middle;
        else
            return run;
    }
    return NULL;
}

void wc_homes_cut(struct homes *h, uint32_t len)
{
    while (h->runs.len != 0) {
        struct home_run *run = &vec_top(&h->runs);
        if (run->end > len)
            run->end = len;
        if (run->first + 1 < run->end) {
            h->end = run->end;
            return;
        }
        h->runs.len--;
    }
    h->end = 0;
}

typedef valtype lanes __attribute__((vector_size(16)));

#define LANES (sizeof(lanes) / sizeof(valtype))

/* In vectors, which not every compiler makes of a loop by itself. */
uint32_t wc_homes_slots(const valtype *types, uint32_t len)
{
    uint32_t slots = len, i = 0;
    lanes vectors = {0};
    for (; len - i >= LANES; i += LANES) {
        lanes x;
        memcpy(&x, types + i, sizeof x);
        vectors -= (lanes)(x == VT_V128); /* true is -1 */
    }
    for (unsigned lane = 0; lane < LANES && i != 0; lane++)
        slots += vectors[lane];
    for (; i < len; i++)
        slots += types[i] == VT_V128;
    return slots;
}
