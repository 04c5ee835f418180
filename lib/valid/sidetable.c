/* Reading side tables: lookup and text. */
#include "valid/sidetable.h"

const struct branch *wc_sidetable_find(const struct sidetable *t, uint32_t pc)
{
    uint32_t low = 0, high = t->branches_len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->branches[middle].pc < pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->branches_len && t->branches[low].pc == pc
               ? &t->branches[low]
               : NULL;
}

static void format_profile(const struct sidetable *t, const struct profile *p,
                           struct buf *out)
{
    wc_buf_printf(out, " 0x%06x-0x%06x depth %u calls %u", p->start, p->end,
                  p->loop_depth, p->calls);
    if (p->flags & PROFILE_MEMORY)
        wc_buf_string(out, " memory");
    if (p->flags & PROFILE_SIMD)
        wc_buf_string(out, " simd");
    if (p->flags & PROFILE_LEAF)
        wc_buf_string(out, " leaf");
    if (p->flags & PROFILE_THROWS)
        wc_buf_string(out, " throws");
    wc_buf_string(out, " locals");
    for (uint32_t i = 0; i < p->uses_len; i++) {
        const struct local_use *use = &t->uses[p->uses_first + i];
        wc_buf_printf(out, " %u:%u", use->local, use->weight);
    }
    wc_buf_byte(out, '\n');
}

void wc_sidetable_format(const struct sidetable *t, struct buf *out)
{
    wc_buf_printf(out,
                  "func %u: %u locals in %u slots, operands %u slots, "
                  "%u branches, %zu bytes\n",
                  t->func, t->locals_len, t->local_slots, t->max_slots,
                  t->branches_len, t->size_bytes);
    for (uint32_t i = 0; i < t->profiles_len; i++) {
        wc_buf_string(out, i == 0 ? "  body" : "  loop");
        format_profile(t, &t->profiles[i], out);
    }
    for (uint32_t i = 0; i < t->branches_len; i++) {
        const struct branch *b = &t->branches[i];
        wc_buf_printf(out, "  0x%06x -> 0x%06x keep %u drop %u\n", b->pc,
                      b->target, b->value_slots, b->pop_slots);
    }
}
