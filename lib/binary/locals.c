#include "binary/locals.h"

#include "binary/instr.h"

bool wc_locals_read(struct reader *r, feature_set features, struct arena *a,
                    uint32_t first, uint32_t home, struct local_runs *out)
{
    uint32_t groups = reader_u32(r);
    *out = (struct local_runs){
        .data = wc_arena_array(a, groups, sizeof *out->data),
        .locals_end = first,
        .slots_end = home,
    };
    if (out->data == NULL)
        return false;
    for (; groups > 0; groups--) {
        uint32_t len = reader_u32(r);
        valtype type = wc_reader_valtype(r, features);
        if (len == 0)
            continue;
        out->data[out->len++] =
            (struct local_run){out->locals_end, out->slots_end, type};
        out->locals_end += len;
        out->slots_end += len * valtype_slots(type);
    }
    return true;
}

const struct local_run *wc_locals_find(const struct local_runs *runs,
                                       uint32_t local)
{
    uint32_t low = 0, high = runs->len;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (runs->data[middle].first <= local)
            low = middle;
        else
            high = middle;
    }
    return &runs->data[low];
}
