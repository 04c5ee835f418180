/* The frames of a run, from the innermost to the one that the host called. A
 * return address says which function it is in: the word before it has the
 * position of the call in the module.
 */
#ifndef INTERP_FRAMES_H
#define INTERP_FRAMES_H

#include "interp/code.h"

/* One frame that a call has left, and where it goes on. */
struct frame {
    struct instance *instance;
    const uint64_t *pc;
    slot *fp;
};

/* Is this the host instead? */
WC_INLINE bool frame_is_host(const struct frame *f, const struct run *run)
{
    return f->pc == &run->entry[RUN_EXIT];
}

/* Index of the function of a frame that is not the host. */
uint32_t wc_frames_func(const struct frame *f);

/* Goes on to the caller of `func`, whose frame this is. */
void wc_frames_step(struct frame *f, const struct run *run, uint32_t func);

/* struct engine_ops */
bool wc_frames_walk(const struct activation *a, frame_fn fn, void *arg);
bool wc_frames_left(const struct activation *a);

WC_INLINE const struct code *code_of(const struct module *m, uint32_t func)
{
    return atomic_load_explicit(&m->code_of_engine->funcs[func],
                                memory_order_acquire);
}

#endif
