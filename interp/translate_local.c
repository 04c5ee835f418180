/* Locals: where they are, and which of them the body names.
 *
 * A few bytes may declare 50,000 locals. No more are laid out ahead than a body
 * of that size could name; any others are when they are named, and get numbers
 * in that order. The number of all others is their index.
 */
#include "interp/translate.h"

#define LOCALS_AHEAD 64u /* whatever the size */
#define NAMES_PAGE 64u

/* Slots that far operands go through, in a function that is `wide`. */
#define WINDOW_SLOTS 8u

/* Gives the next number to a local. */
static void add_local(struct translator *t, valtype type, uint32_t at)
{
    uint32_t i = t->locals_len++;
    t->local_slots[i] = at;
    t->local_types[i] = (uint8_t)optype_of(type);
}

static void add_declared(struct translator *t, const struct local_run *run,
                         uint32_t local)
{
    add_local(t, run->type, local_run_slot(run, local));
}

/* Room for `ahead` locals, and for those that `bytes` bytes could name. */
static bool reserve_locals(struct translator *t, uint32_t ahead, size_t bytes)
{
    size_t len = ahead;
    if (t->runs.locals_end > ahead) {
        len += bytes / 2;
        t->names = wc_arena_array(&t->arena,
                                  t->runs.locals_end / NAMES_PAGE + 1,
                                  sizeof *t->names);
        if (t->names == NULL)
            return false;
    }
    t->local_slots = wc_arena_array(&t->arena, len, sizeof *t->local_slots);
    t->local_types = wc_arena_array(&t->arena, len, sizeof *t->local_types);
    t->aliases = wc_arena_array(&t->arena, len, sizeof *t->aliases);
    return t->local_slots != NULL && t->local_types != NULL &&
           t->aliases != NULL;
}

static void lay_out_ahead(struct translator *t, const struct comptype *c,
                          uint32_t ahead)
{
    const struct local_runs *runs = &t->runs;
    for (uint32_t i = 0, at = 0; i < c->params_len; i++) {
        add_local(t, c->params[i], at);
        at += valtype_slots(c->params[i]);
    }
    for (uint32_t i = 0; i < runs->len; i++) {
        uint32_t end = i + 1 < runs->len ? runs->data[i + 1].first : ahead;
        while (t->locals_len < end && t->locals_len < ahead)
            add_declared(t, &runs->data[i], t->locals_len);
    }
    t->locals_ahead = t->locals_len;
}

bool wc_local_layout(struct translator *t, const struct deftype *type)
{
    uint32_t params = type->comp.params_len;
    t->params_slots = t->window = type->param_slots;
    if (!wc_locals_read(&t->reader, t->module->features, &t->arena, params,
                        t->params_slots + (t->wide ? WINDOW_SLOTS : 0),
                        &t->runs))
        return false;
    uint32_t bytes = reader_left(&t->reader);
    uint32_t ahead = params + bytes + LOCALS_AHEAD;
    if (ahead > t->runs.locals_end)
        ahead = t->runs.locals_end;
    if (!reserve_locals(t, ahead, bytes))
        return false;
    lay_out_ahead(t, &type->comp, ahead);
    t->record = t->runs.slots_end > type->result_slots ? t->runs.slots_end
                                                       : type->result_slots;
    t->height = t->peak = t->record + RECORD_SLOTS;
    if (t->peak > SLOT_MAX && !t->wide)
        t->too_wide = true;
    return true;
}

/* Declared locals start as zero, and so does nothing else. */
void wc_local_zero(struct translator *t)
{
    uint32_t first = t->params_slots, len = t->runs.slots_end - first;
    if (len > 16) {
        wc_emit(t, H_zero_many, 0, 0, first);
        wc_emit_word(t, len);
        return;
    }
    static const struct {
        uint32_t len;
        uint16_t handler;
    } steps[] = {{8, H_zero8}, {4, H_zero4}, {2, H_zero2}, {1, H_zero1}};
    for (unsigned i = 0; i < ARRAY_LEN(steps);) {
        if (len >= steps[i].len) {
            wc_emit(t, steps[i].handler, 0, 0, first);
            first += steps[i].len;
            len -= steps[i].len;
        } else {
            i++;
        }
    }
}

uint32_t wc_local_name(struct translator *t, uint32_t local)
{
    uint32_t **page = &t->names[local / NAMES_PAGE];
    if (*page == NULL) {
        *page = wc_arena_array(&t->arena, NAMES_PAGE, sizeof **page);
        if (*page == NULL) {
            t->failed = true;
            return 0;
        }
    }
    uint32_t *number = &(*page)[local % NAMES_PAGE];
    if (*number == 0) {
        *number = t->locals_len;
        add_declared(t, wc_locals_find(&t->runs, local), local);
    }
    return *number;
}
