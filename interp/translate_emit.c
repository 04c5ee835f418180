/* Writing instructions: words, copies, distances. */
#include "interp/translate.h"

#include <string.h>

uint32_t wc_emit(struct translator *t, uint32_t handler, uint32_t d,
                 uint32_t a, uint32_t u)
{
    uint32_t pos = t->code.len;
    if (!vec_reserve(&t->code, INSN_WORDS)) {
        t->failed = true;
        return 0;
    }
    handler_word op = t->handlers[handler];
    uint64_t word = 0;
    memcpy(&word, &op, sizeof op);
    t->code.data[pos] = word;
    t->code.data[pos + 1] = insn_word(d, a, u);
    t->code.len += INSN_WORDS;
    t->prev = t->last;
    t->prev_handler = t->last_handler;
    t->last = pos;
    t->last_handler = (uint16_t)handler;
    t->last_offset = t->in.offset;
    if (pos == t->find)
        t->found = t->in.offset;
    return pos;
}

void wc_emit_word(struct translator *t, uint64_t word)
{
    if (!vec_push(&t->code, word))
        t->failed = true;
}

void wc_emit_copy(struct translator *t, uint32_t to, uint32_t from,
                  uint32_t slots)
{
    if (to == from)
        return;
    if (slots == 1 && to <= SLOT_MAX && from <= SLOT_MAX &&
        t->last != NOWHERE && t->last_handler == H_copy) {
        t->code.data[t->last + 1] |= insn_word(0, 0, to | from << 16);
        wc_emit_rewrite(t, t->last, H_copy_two);
        return;
    }
    if (slots <= 2 && to <= SLOT_MAX && from <= SLOT_MAX) {
        wc_emit(t, slots == 1 ? H_copy : H_copy_v128, to, from, 0);
        return;
    }
    wc_emit(t, H_move, 0, 0, slots);
    wc_emit_word(t, pair(to, from));
}

void wc_emit_const(struct translator *t, uint32_t to, uint64_t bits)
{
    uint32_t d = to <= SLOT_MAX ? to : t->window + 6;
    if (bits <= UINT32_MAX) {
        wc_emit(t, H_const32, d, 0, (uint32_t)bits);
    } else {
        wc_emit(t, H_const64, d, 0, 0);
        wc_emit_word(t, bits);
    }
    if (d != to)
        wc_emit_copy(t, to, d, 1);
}

void wc_emit_undo(struct translator *t, uint32_t pos)
{
    t->code.len = pos;
    t->last = t->prev;
    t->last_handler = t->prev_handler;
    t->prev = NOWHERE;
}

void wc_emit_seal(struct translator *t)
{
    for (unsigned i = 0; i < 3; i++)
        t->acc_from[i] = t->code.len;
    t->last = t->prev = NOWHERE;
}

void wc_emit_patch(struct translator *t, uint32_t *list, uint32_t half,
                   uint32_t from)
{
    struct patch p = {half, from, *list};
    if (!vec_push(&t->patches, p)) {
        t->failed = true;
        return;
    }
    *list = t->patches.len;
}

void wc_emit_bind(struct translator *t, uint32_t *list)
{
    uint32_t *halves = (uint32_t *)t->code.data;
    for (uint32_t i = *list; i != 0 && !t->failed;) {
        const struct patch *p = &t->patches.data[i - 1];
        halves[p->half] = t->code.len - p->from;
        i = p->next;
    }
    *list = 0;
    wc_emit_seal(t);
}

void wc_emit_rewrite(struct translator *t, uint32_t pos, uint32_t handler)
{
    handler_word op = t->handlers[handler];
    memcpy(&t->code.data[pos], &op, sizeof op);
    if (pos == t->last)
        t->last_handler = (uint16_t)handler;
    else if (pos == t->prev)
        t->prev_handler = (uint16_t)handler;
}
