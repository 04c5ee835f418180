#include "runtime/trap.h"

#include "runtime/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {
#define TRAP(id, text) [TRAP_##id] = text,
#include "runtime/traps.def"
};

const char *wc_trap_text(enum trap_code code)
{
    return texts[code];
}

/* --- Frames ------------------------------------------------------------- */

struct frames {
    struct trap_frame kept[TRAP_FRAMES_MAX];
    uint32_t all;
};

static bool keep_frame(void *arg, const struct trap_frame *f)
{
    struct frames *frames = arg;
    if (frames->all < TRAP_FRAMES_MAX)
        frames->kept[frames->all] = *f;
    return ++frames->all != UINT32_MAX;
}

static void gather_frames(const struct store *store, struct frames *frames)
{
    frames->all = 0;
    for (const struct activation *a = store->activations; a; a = a->below)
        if (!a->ops->walk(a, keep_frame, frames))
            return;
}

/* --- Making them -------------------------------------------------------- */

/* The message follows the frames in the same block. */
static struct trap *new_trap(enum trap_code code, const struct frames *frames,
                             size_t message_len)
{
    uint32_t kept = frames->all < TRAP_FRAMES_MAX ? frames->all
                                                  : TRAP_FRAMES_MAX;
    size_t fixed = sizeof(struct trap) + kept * sizeof(struct trap_frame);
    if (message_len > SIZE_MAX / 2)
        return NULL;
    struct trap *t = malloc(fixed + message_len + 1);
    if (t == NULL)
        return NULL;
    atomic_init(&t->refs, 1);
    t->code = code;
    t->frames_len = kept;
    t->frames_all = frames->all;
    memcpy(t->frames, frames->kept, kept * sizeof(struct trap_frame));
    t->message = (char *)t + fixed;
    t->message[message_len] = '\0';
    return t;
}

#define SPARE_MESSAGE_BYTES 64

struct trap *wc_trap_new_spare(void)
{
    struct frames none = {.all = 0};
    struct trap *t = new_trap(TRAP_OUT_OF_MEMORY, &none, SPARE_MESSAGE_BYTES);
    if (t != NULL)
        strcpy(t->message, texts[TRAP_OUT_OF_MEMORY]);
    return t;
}

/* Without memory the store's spare serves. Who still holds it from an earlier
 * time keeps what it said. */
static struct trap *spare_trap(struct store *store, enum trap_code code)
{
    struct trap *t = store->spare_trap;
    if (atomic_load_explicit(&t->refs, memory_order_acquire) == 1) {
        t->code = code;
        snprintf(t->message, SPARE_MESSAGE_BYTES, "%s", texts[code]);
    }
    return wc_trap_ref(t);
}

enum status wc_trap_raise(struct store *store, enum trap_code code,
                          const char *fmt, ...)
{
    struct frames frames;
    gather_frames(store, &frames);
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = fmt ? vsnprintf(NULL, 0, fmt, args) : (int)strlen(texts[code]);
    va_end(args);
    struct trap *t = len < 0 ? NULL : new_trap(code, &frames, (size_t)len);
    if (t == NULL)
        t = spare_trap(store, code);
    else if (fmt == NULL)
        memcpy(t->message, texts[code], (size_t)len);
    else
        vsnprintf(t->message, (size_t)len + 1, fmt, again);
    va_end(again);
    wc_trap_unref(store->trap);
    store->trap = t;
    return STATUS_TRAP;
}

struct trap *wc_trap_new(struct store *store, const char *message, size_t len)
{
    struct frames frames;
    gather_frames(store, &frames);
    struct trap *t = new_trap(TRAP_HOST, &frames, len);
    if (t != NULL && len != 0)
        memcpy(t->message, message, len);
    return t;
}

struct trap *wc_trap_ref(struct trap *t)
{
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
    return t;
}

void wc_trap_unref(struct trap *t)
{
    if (t != NULL &&
        atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) == 1)
        free(t);
}

struct trap *wc_store_take_trap(struct store *store)
{
    struct trap *t = store->trap;
    store->trap = NULL;
    return t;
}
