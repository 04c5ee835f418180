/* From a throw to its handler; see unwind.h. */
#include "interp/unwind.h"

#include "interp/frames.h"
#include "runtime/exception.h"

#include <string.h>

/* The innermost region around the word before `pos`, 1 + index, or 0. The last
 * one to begin before it is it, or is inside it. */
static uint32_t region_at(const struct code *code, uint32_t pos)
{
    const struct code_region *regions = code_regions(code);
    uint32_t low = 0, high = code->regions_len;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (regions[mid].start < pos)
            low = mid + 1;
        else
            high = mid;
    }
    while (low != 0 && regions[low - 1].end < pos)
        low = regions[low - 1].parent;
    return low;
}

static const struct code_handler *find_handler(const struct code *code,
                                               const struct frame *f,
                                               const struct tag *tag)
{
    uint32_t region = region_at(code, (uint32_t)(f->pc - code->words));
    while (region != 0) {
        const struct code_region *r = &code_regions(code)[region - 1];
        for (uint32_t i = r->handlers; i != 0;) {
            const struct code_handler *h = &code_handlers(code)[i - 1];
            if (h->tag == HANDLER_ANY || f->instance->tags[h->tag] == tag)
                return h;
            i = h->next;
        }
        region = r->outer;
    }
    return NULL;
}

static void land(struct run *run, const struct frame *f,
                 const struct code *code, const struct code_handler *h)
{
    slot ref = store_take_exception(run->store);
    const struct exn *exn = exn_of(ref);
    slot *to = f->fp + h->slot;
    if (h->ref == HANDLER_REF_FIRST)
        *to++ = ref;
    if (h->tag != HANDLER_ANY) {
        uint32_t len = exn->object.type->param_slots;
        memcpy(to, exn->args, len * sizeof *to);
        to += len;
    }
    if (h->ref == HANDLER_REF_LAST)
        *to = ref;
    run->activation.pc = code->words + h->target;
    run->activation.fp = f->fp;
    run->instance = f->instance;
    run->cells = f->instance->cells;
}

bool wc_unwind(struct run *run)
{
    const struct activation *a = &run->activation;
    const struct tag *tag = exn_of(run->store->exception)->tag;
    struct frame f = {run->instance, a->pc, a->fp};
    while (!frame_is_host(&f, run)) {
        uint32_t func = wc_frames_func(&f);
        const struct code *code = code_of(f.instance->module, func);
        const struct code_handler *h =
            code->regions_len == 0 ? NULL : find_handler(code, &f, tag);
        if (h != NULL) {
            land(run, &f, code, h);
            return true;
        }
        wc_frames_step(&f, run, func);
    }
    return false;
}
