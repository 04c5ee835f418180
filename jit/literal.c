#include "jit/literal.h"

/* `recent` is a hint: what it names is compared, so it is never cleared. */
struct label *wc_literal(struct masm *m, unsigned bytes, uint64_t lo,
                         uint64_t hi)
{
    uint64_t hash = (lo ^ (lo >> 32) ^ hi * 31) * 0x9e3779b97f4a7c15u;
    uint32_t *recent = &m->recent[hash >> 58];
    if (*recent < m->literals.len) {
        struct masm_literal *l = &m->literals.data[*recent];
        if (l->bytes == bytes && l->bits[0] == lo && l->bits[1] == hi)
            return &l->label;
    }
    if (!vec_reserve(&m->literals, 1)) {
        wc_codebuf_fail(&m->code);
        m->lost = (struct label){.pos = 1};
        return &m->lost;
    }
    *recent = m->literals.len;
    m->literals.data[m->literals.len++] =
        (struct masm_literal){.bits = {lo, hi}, .bytes = bytes};
    return &vec_top(&m->literals).label;
}

static void emit(struct masm *m, unsigned bytes, uint8_t fill)
{
    bool aligned = false;
    for (uint32_t i = 0; i < m->literals.len; i++) {
        struct masm_literal *l = &m->literals.data[i];
        if (l->bytes != bytes)
            continue;
        if (!aligned)
            wc_codebuf_align(&m->code, bytes, fill);
        aligned = true;
        wc_codebuf_bind(&m->code, &l->label);
        if (bytes == 4)
            codebuf_u32(&m->code, (uint32_t)l->bits[0]);
        else
            codebuf_u64(&m->code, l->bits[0]);
        if (bytes == 16)
            codebuf_u64(&m->code, l->bits[1]);
    }
}

void wc_literals_emit(struct masm *m, uint8_t fill)
{
    if (m->literals.len == 0)
        return;
    emit(m, 16, fill);
    emit(m, 8, fill);
    emit(m, 4, fill);
}
