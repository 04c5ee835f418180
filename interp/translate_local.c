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

/* Reads the declarations: runs of locals from number `first` and slot `next`
 * on. Returns the slot behind them. */
static uint32_t read_runs(struct translator *t, uint32_t first, uint32_t next)
{
    struct reader *r = &t->reader;
    uint32_t len = reader_u32(r);
    t->runs = wc_arena_array(&t->arena, len, sizeof *t->runs);
    if (t->runs == NULL) {
        t->failed = true;
        return next;
    }
    for (; t->runs_len < len; t->runs_len++) {
        uint32_t n = reader_u32(r);
        enum optype type = optype_of(wc_reader_valtype(r, t->module->features));
        t->runs[t->runs_len] = (struct local_run){first, next, (uint8_t)type};
        first += n;
        next += n * optype_slots(type);
    }
    t->locals_declared = first;
    return next;
}

/* Gives the next number to a local. */
static void add_local(struct translator *t, enum optype type, uint32_t at)
{
    uint32_t i = t->locals_len++;
    t->local_slots[i] = at;
    t->local_types[i] = (uint8_t)type;
}

static void add_of_run(struct translator *t, const struct local_run *run,
                       uint32_t local)
{
    enum optype type = (enum optype)run->type;
    add_local(t, type, run->slot + (local - run->first) * optype_slots(type));
}

/* Room for `ahead` locals, and for those that `bytes` bytes could name. */
static bool reserve_locals(struct translator *t, uint32_t ahead, size_t bytes)
{
    size_t len = ahead;
    if (t->locals_declared > ahead) {
        len += bytes / 2;
        t->names = wc_arena_array(&t->arena,
                                  t->locals_declared / NAMES_PAGE + 1,
                                  sizeof *t->names);
        t->failed |= t->names == NULL;
    }
    t->local_slots = wc_arena_array(&t->arena, len, sizeof *t->local_slots);
    t->local_types = wc_arena_array(&t->arena, len, sizeof *t->local_types);
    t->aliases = wc_arena_array(&t->arena, len, sizeof *t->aliases);
    t->failed |= t->local_slots == NULL || t->local_types == NULL ||
                 t->aliases == NULL;
    return !t->failed;
}

static void lay_out_ahead(struct translator *t, const struct comptype *c,
                          uint32_t ahead)
{
    for (uint32_t i = 0, at = 0; i < c->params_len; i++) {
        enum optype type = optype_of(c->params[i]);
        add_local(t, type, at);
        at += optype_slots(type);
    }
    for (uint32_t i = 0; i < t->runs_len; i++) {
        uint32_t end = i + 1 < t->runs_len ? t->runs[i + 1].first
                                           : t->locals_declared;
        while (t->locals_len < end && t->locals_len < ahead)
            add_of_run(t, &t->runs[i], t->locals_len);
    }
    t->locals_ahead = t->locals_len;
}

bool wc_locals_begin(struct translator *t, const struct deftype *type)
{
    uint32_t next = t->params_slots = t->window = type->param_slots;
    if (t->wide)
        next += WINDOW_SLOTS;
    t->locals_end = next = read_runs(t, type->comp.params_len, next);
    uint32_t bytes = reader_left(&t->reader);
    uint32_t ahead = type->comp.params_len + bytes + LOCALS_AHEAD;
    if (ahead > t->locals_declared)
        ahead = t->locals_declared;
    if (t->failed || !reserve_locals(t, ahead, bytes))
        return false;
    lay_out_ahead(t, &type->comp, ahead);
    t->record = next > type->result_slots ? next : type->result_slots;
    t->height = t->peak = t->record + RECORD_SLOTS;
    if (t->peak > SLOT_MAX && !t->wide)
        t->too_wide = true;
    return true;
}

/* Declared locals start as zero, and so does nothing else. */
void wc_locals_zero(struct translator *t)
{
    uint32_t first = t->params_slots, len = t->locals_end - first;
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

/* The last run that does not begin behind a local is the one it is in: empty
 * ones begin where the next does. */
static const struct local_run *run_of(const struct translator *t,
                                      uint32_t local)
{
    uint32_t low = 0, high = t->runs_len;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (t->runs[middle].first <= local)
            low = middle;
        else
            high = middle;
    }
    return &t->runs[low];
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
        add_of_run(t, run_of(t, local), local);
    }
    return *number;
}
