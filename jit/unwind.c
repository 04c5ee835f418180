/* The frames of an activation, innermost first, to name them and to find where
 * an exception is caught. Frames have no links: the size of each is known, and
 * the return addresses between them say whose they are. A return into a thunk
 * is the way to another instance, or the host.
 */
#include "jit/jit.h"
#include "runtime/exception.h"

#include <string.h>

struct native_frame {
    struct instance *instance;
    const uint8_t *pc; /* a return address, or an access when exact */
    const uint8_t *sp; /* after that return: arguments of the call dropped */
    bool exact;
    const struct code_func *func; /* whose frame it is */
    const struct code_site *site; /* the call or access */
};

static const uint8_t *load_pointer(const uint8_t *at)
{
    const uint8_t *p;
    memcpy(&p, at, sizeof p);
    return p;
}

/* The frame has returned: the return address lies at `at`, and behind it bytes
 * of arguments that go with it. */
static void return_to(struct native_frame *f, const uint8_t *at,
                      uint32_t in_bytes)
{
    f->pc = load_pointer(at);
    f->sp = at + sizeof f->pc + in_bytes;
    f->exact = false;
}

/* Stack pointer in the body. */
static const uint8_t *body_sp(const struct native_frame *f)
{
    if (f->exact)
        return f->sp;
    uint32_t at = (uint32_t)(f->pc - code_start(f->instance, f->func));
    return f->sp - wc_code_args(f->func, at);
}

/* Goes out of thunks until there is code; false: this is the host. */
static bool find_code(struct native_frame *f)
{
    const struct jit *jit = f->instance->store->engine->state;
    for (;;) {
        const struct code_set *set = f->instance->code;
        if (code_map_has(&set->map, f->pc))
            return true;
        uint32_t stack_bytes;
        if (!code_map_has(&jit->map, f->pc) ||
            !wc_thunk_is_cross(f->pc, &stack_bytes))
            return false;
        f->instance = (struct instance *)(uintptr_t)load_pointer(f->sp);
        return_to(f, f->sp + sizeof(void *), stack_bytes);
    }
}

static bool find_function(struct native_frame *f)
{
    if (!find_code(f))
        return false;
    f->func = wc_code_find(f->instance->code, f->pc - !f->exact);
    if (f->func == NULL)
        return false;
    uint32_t at = (uint32_t)(f->pc - code_start(f->instance, f->func));
    f->site = f->exact
                  ? wc_code_site(f->func->accesses, f->func->accesses_len, at)
                  : wc_code_site(f->func->calls, f->func->calls_len, at);
    return true;
}

/* Not in the check of the stack, where it has not begun. */
static bool has_begun(const struct native_frame *f)
{
    return f->site == NULL || f->site->wasm != SITE_NO_FRAME;
}

static void step(struct native_frame *f)
{
    bool frame = has_begun(f) || wc_masm_target.frame_first;
    const uint8_t *ret = frame ? body_sp(f) + f->func->frame_bytes : f->sp;
    return_to(f, ret, f->func->in_bytes);
}

static struct native_frame first_frame(const struct activation *a)
{
    const struct jit_activation *j =
        (const struct jit_activation *)(const void *)a;
    return (struct native_frame){.instance = j->instance,
                                 .pc = a->pc,
                                 .sp = (const uint8_t *)a->fp,
                                 .exact = j->exact};
}

bool wc_jit_has_frames(const struct activation *a)
{
    struct native_frame f = first_frame(a);
    return find_code(&f);
}

bool wc_jit_walk(const struct activation *a, frame_fn fn, void *arg)
{
    struct native_frame f = first_frame(a);
    if (f.pc == NULL)
        return true; /* not inside yet */
    for (; find_function(&f); step(&f)) {
        struct trap_frame named = {f.instance, f.func->func,
                                   f.site != NULL ? f.site->wasm : 0};
        if (has_begun(&f) && !fn(arg, &named))
            return false;
    }
    return true;
}

/* --- Exceptions ---------------------------------------------------------- */

/* The innermost region around a return address, 1 + index, or 0. The last one
 * to begin before it is it, or is inside it. */
static uint32_t region_at(const struct code_func *f, uint32_t at)
{
    uint32_t low = 0, high = f->regions_len;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (f->regions[mid].start < at)
            low = mid + 1;
        else
            high = mid;
    }
    while (low != 0 && f->regions[low - 1].end < at)
        low = f->regions[low - 1].parent;
    return low;
}

static const struct code_handler *find_handler(const struct native_frame *f,
                                               const struct tag *tag)
{
    uint32_t at = (uint32_t)(f->pc - code_start(f->instance, f->func));
    uint32_t region = region_at(f->func, at);
    while (region != 0) {
        const struct code_region *r = &f->func->regions[region - 1];
        for (uint32_t i = r->handlers; i != 0;) {
            const struct code_handler *h = &f->func->handlers[i - 1];
            if (h->tag == HANDLER_ANY || f->instance->tags[h->tag] == tag)
                return h;
            i = h->next;
        }
        region = r->outer;
    }
    return NULL;
}

static void land(struct store *s, const struct native_frame *f,
                 const struct code_handler *h)
{
    struct jit_activation *a = (struct jit_activation *)(void *)s->activations;
    slot ref = store_take_exception(s);
    const struct exn *exn = exn_of(ref);
    uint8_t *sp = (uint8_t *)(uintptr_t)body_sp(f);
    slot *to = (slot *)(void *)(sp + f->func->home_bytes) + h->slot;
    if (h->ref == CODE_REF_FIRST)
        *to++ = ref;
    if (h->tag != HANDLER_ANY) {
        uint32_t len = exn->object.type->param_slots;
        memcpy(to, exn->args, len * sizeof *to);
        to += len;
    }
    if (h->ref == CODE_REF_LAST)
        *to = ref;
    a->activation.pc = code_start(f->instance, f->func) + h->target;
    a->activation.fp = (slot *)(void *)sp;
    a->instance = f->instance;
}

enum status wc_jit_unwind(struct store *s, enum status status)
{
    if (status != STATUS_THROW)
        return status;
    const struct tag *tag = exn_of(s->exception)->tag;
    struct native_frame f = first_frame(s->activations);
    for (; find_function(&f); step(&f)) {
        const struct code_handler *h = find_handler(&f, tag);
        if (h != NULL) {
            land(s, &f, h);
            return STATUS_OK;
        }
    }
    return status;
}
