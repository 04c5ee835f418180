/* Marking: from the roots of a store to all that can be reached, with a stack
 * of bounded size. Where that runs full, objects stay marked but not looked
 * into; then all marked ones are looked into again until nothing is left out.
 */
#include "runtime/exception.h"
#include "runtime/gc.h"
#include "runtime/instance.h"

#include <string.h>

struct marker {
    struct gc_heap *heap;
    size_t len;    /* of heap->marking */
    bool left_out; /* the stack was full */
};

static void mark_object(struct marker *m, struct object *o)
{
    struct gc_block *b = gc_block_of(o);
    if (gc_bit(b->marks, (uintptr_t)o))
        return;
    gc_bit_set(b->marks, (uintptr_t)o);
    if (m->len == GC_MARKING_MAX)
        m->left_out = true;
    else
        m->heap->marking[m->len++] = o;
}

/* A slot that holds a reference. */
static void mark_ref(struct marker *m, slot ref)
{
    if (ref_is_heap(ref))
        mark_object(m, slot_object(ref));
}

static void mark_refs(struct marker *m, const slot *refs, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++)
        mark_ref(m, refs[i]);
}

/* Slots that may hold anything. */
static void mark_maybe(struct marker *m, const slot *slots, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct object *o = wc_gc_find(m->heap, slots[i]);
        if (o != NULL)
            mark_object(m, o);
    }
}

/* --- Objects ------------------------------------------------------------- */

static void look_into_exn(struct marker *m, const struct exn *x)
{
    const struct comptype *c = &x->object.type->comp;
    const slot *arg = x->args;
    for (uint32_t i = 0; i < c->params_len; i++) {
        if (valtype_is_ref(c->params[i]))
            mark_ref(m, *arg);
        arg += valtype_slots(c->params[i]);
    }
}

static void look_into(struct marker *m, struct object *o)
{
    const struct deftype *t = o->type;
    const uint8_t *payload = object_payload(o);
    if (o->kind == OBJECT_STRUCT) {
        for (uint32_t i = 0; i < t->refs_len; i++)
            mark_ref(m, bits_load_u64(payload + t->ref_offsets[i]));
    } else if (o->kind == OBJECT_ARRAY) {
        if (t->refs_len != 0)
            mark_refs(m, (const slot *)(const void *)payload, o->len);
    } else {
        look_into_exn(m, (const struct exn *)o);
    }
}

static void drain(struct marker *m)
{
    while (m->len != 0)
        look_into(m, m->heap->marking[--m->len]);
}

static void look_into_marked(struct marker *m, struct gc_block *b)
{
    for (uint32_t w = 0; w < GC_MAP_WORDS; w++)
        for (uint64_t bits = b->marks[w]; bits != 0; bits &= bits - 1) {
            uint32_t grain = w << 6 | (uint32_t)__builtin_ctzll(bits);
            uint8_t *at = (uint8_t *)b + (grain << GC_GRAIN_LOG2);
            look_into(m, (struct object *)(void *)at);
            drain(m);
        }
}

/* --- Roots --------------------------------------------------------------- */

static void mark_instance(struct marker *m, const struct instance *i)
{
    const struct module *mod = i->module;
    for (uint32_t n = mod->globals_imported; n < mod->globals_len; n++)
        if (valtype_is_ref(mod->globals[n].type.type))
            mark_ref(m, *instance_cell(i, n));
    for (uint32_t n = 0; n < mod->elems_len; n++)
        mark_refs(m, i->elems[n].refs, i->elems[n].len);
}

static void mark_entity(struct marker *m, const struct entity *e)
{
    if (e->object.kind == OBJECT_TABLE) {
        const struct table *t = (const struct table *)e;
        mark_refs(m, t->elems, t->size);
    } else if (e->object.kind == OBJECT_GLOBAL) {
        const struct global *g = (const struct global *)e;
        if (g->instance == NULL && valtype_is_ref(g->type.type))
            mark_ref(m, *g->cell);
    } else if (e->object.kind == OBJECT_INSTANCE) {
        const struct instance *i = (const struct instance *)e;
        if (i->module != NULL)
            mark_instance(m, i);
    }
}

static void mark_roots(struct marker *m, const struct store *s)
{
    for (const struct entity *e = s->entities; e != NULL; e = e->next) {
        mark_entity(m, e);
        drain(m);
    }
    mark_ref(m, s->exception);
    for (const struct gc_root *r = s->roots; r != NULL; r = r->next)
        mark_maybe(m, r->slots, r->len);
    mark_maybe(m, s->stack.base, (size_t)(s->stack_top - s->stack.base));
    const slot *native = s->native_sp;
    mark_maybe(m, native, (size_t)(s->stack.end - native));
    drain(m);
}

void wc_gc_mark(struct store *s)
{
    struct marker m = {.heap = s->heap};
    mark_roots(&m, s);
    while (m.left_out) {
        m.left_out = false;
        for (uint32_t i = 0; i < s->heap->blocks.len; i++)
            if (s->heap->blocks.data[i]->class_ != GC_FREE)
                look_into_marked(&m, s->heap->blocks.data[i]);
    }
}
