/* Naming the frames of a run; see frames.h. Nothing is kept while the guest
 * runs for the sake of this: calls leave their return address, no more. */
#include "interp/frames.h"

#include "interp/translation.h"

static uint32_t func_at_offset(const struct module *m, uint32_t offset)
{
    uint32_t low = m->funcs_imported, high = m->funcs_len;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (m->funcs[mid].body.offset <= offset)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static uint32_t offset_of(const struct frame *f)
{
    return (uint32_t)(f->pc[-1] >> 32);
}

uint32_t wc_frames_func(const struct frame *f)
{
    return func_at_offset(f->instance->module, offset_of(f));
}

/* The frame that a trap happened in: its pc may be any instruction. */
static bool find_exact(const struct frame *f, struct trap_frame *found)
{
    struct module *m = f->instance->module;
    for (uint32_t i = m->funcs_imported; i < m->funcs_len; i++) {
        const struct code *code = code_of(m, i);
        if (f->pc < code->words || f->pc >= code->words + code->words_len)
            continue;
        found->func = i;
        found->module_offset =
            wc_translate_find(m, i, (uint32_t)(f->pc - code->words));
        return true;
    }
    return false; /* entering the guest failed */
}

void wc_frames_step(struct frame *f, const struct run *run, uint32_t func)
{
    const slot *record = f->fp + code_of(f->instance->module, func)->record;
    f->pc = (const uint64_t *)(uintptr_t)record[RECORD_IP];
    f->fp = (slot *)(uintptr_t)record[RECORD_FP];
    if (f->pc == &run->entry[RUN_SWITCH]) {
        f->pc = (const uint64_t *)(uintptr_t)record[RECORD_SWITCH_IP];
        f->instance =
            (struct instance *)(uintptr_t)record[RECORD_SWITCH_INSTANCE];
    }
}

bool wc_frames_left(const struct activation *a)
{
    const struct run *run = (const struct run *)(const void *)a;
    return !frame_is_host(&(struct frame){.pc = a->pc}, run);
}

bool wc_frames_walk(const struct activation *a, frame_fn fn, void *arg)
{
    const struct run *run = (const struct run *)(const void *)a;
    struct frame f = {run->instance, a->pc, a->fp};
    struct trap_frame named = {.instance = f.instance};
    if (run->exact) {
        if (!find_exact(&f, &named))
            return true;
        if (!fn(arg, &named))
            return false;
        wc_frames_step(&f, run, named.func);
    }
    while (!frame_is_host(&f, run)) {
        named.instance = f.instance;
        named.module_offset = offset_of(&f);
        named.func = wc_frames_func(&f);
        if (!fn(arg, &named))
            return false;
        wc_frames_step(&f, run, named.func);
    }
    return true;
}
