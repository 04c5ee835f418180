#include "runtime/store.h"

#include "base/os.h"
#include "runtime/gc.h"
#include "runtime/instance.h"

#include <stdlib.h>

static size_t stack_bytes(const struct store *s)
{
    return (size_t)((uint8_t *)s->stack.end - (uint8_t *)s->stack.base);
}

/* A page without access at either end: running over it faults, whatever an
 * engine forgot to check. */
static bool map_stack(struct store *s, size_t bytes)
{
    size_t page = wc_os_page_bytes();
    if (bytes > SIZE_MAX / 2)
        return false;
    bytes = (bytes + page - 1) & ~(page - 1);
    uint8_t *p = wc_os_reserve(bytes + 2 * page);
    if (p == NULL)
        return false;
    if (!wc_os_commit(p + page, bytes)) {
        wc_os_release(p, bytes + 2 * page);
        return false;
    }
    s->stack.base = (slot *)(void *)(p + page);
    s->stack.end = s->stack.base + bytes / sizeof(slot);
    s->stack_top = s->limit_of = s->stack.base;
    s->native_sp = s->stack.end;
    return true;
}

static void unmap_stack(struct store *s)
{
    size_t page = wc_os_page_bytes();
    if (s->stack.base != NULL)
        wc_os_release((uint8_t *)s->stack.base - page,
                      stack_bytes(s) + 2 * page);
}

void wc_store_move_limits(struct store *s)
{
    s->limit_of = s->stack_top + STACK_SLACK_BYTES / 2 / sizeof(slot);
    const void *limit = store_stack_limit(s);
    for (struct entity *e = s->entities; e != NULL; e = e->next)
        if (e->object.kind == OBJECT_INSTANCE)
            ((struct instance *)e)->stack_limit = limit;
}

struct store *wc_store_new(struct engine *engine, struct error *e)
{
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL) {
        wc_error_no_memory(e, "creating a store");
        return NULL;
    }
    s->engine = wc_engine_ref(engine);
    s->spare_trap = wc_trap_new_spare();
    if (s->spare_trap == NULL || !map_stack(s, engine->config.stack_bytes)) {
        wc_error_no_memory(e, "creating the stack of a store");
        wc_store_delete(s);
        return NULL;
    }
    return s;
}

void wc_store_delete(struct store *s)
{
    if (s == NULL)
        return;
    assert(s->activations == NULL);
    wc_entities_delete(s);
    wc_gc_delete(s->heap);
    wc_trap_unref(s->trap);
    wc_trap_unref(s->spare_trap);
    unmap_stack(s);
    if (s->info.finalizer != NULL)
        s->info.finalizer(s->info.data);
    wc_engine_unref(s->engine);
    free(s);
}
