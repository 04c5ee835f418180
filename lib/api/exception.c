/* Tags, and exceptions as references (core/exec/runtime#exception-instances):
 * made by the host, and taken apart. */
#include "runtime/exception.h"

#include "api/trap.h"
#include "api/types.h"
#include "api/val.h"

#include <stdlib.h>

/* -------------------------------------------------------------------- tags */

static struct tag *tag_of(const wasmc_tag_t *tag)
{
    return (struct tag *)(uintptr_t)tag;
}

wasmc_tag_t *wasmc_tag_new(wasm_store_t *store, const wasm_functype_t *type)
{
    struct engine *engine = store->store->engine;
    const struct deftype *t = wc_types_deftype(engine, type);
    if (!t)
        return NULL;
    struct tag *tag =
        t->comp.results_len == 0 ? wc_tag_new(store->store, t) : NULL;
    wc_types_release(engine, t);
    return wc_handle_new(tag);
}

void wasmc_tag_delete(wasmc_tag_t *tag)
{
    wc_handle_delete(tag);
}

wasmc_tag_t *wasmc_tag_copy(const wasmc_tag_t *tag)
{
    return wc_handle_new(tag);
}

bool wasmc_tag_same(const wasmc_tag_t *a, const wasmc_tag_t *b)
{
    return a == b;
}

wasm_functype_t *wasmc_tag_type(const wasmc_tag_t *tag)
{
    const struct entity *e = &tag_of(tag)->entity;
    return wc_types_func(e->store->engine, e->object.type);
}

wasm_extern_t *wasmc_tag_as_extern(wasmc_tag_t *tag)
{
    return (wasm_extern_t *)tag;
}

wasmc_tag_t *wasmc_extern_as_tag(wasm_extern_t *item)
{
    return item && handle_kind(item) == OBJECT_TAG ? (void *)item : NULL;
}

/* -------------------------------------------------------------- exceptions */

static const struct exn *exn_of_handle(const wasm_ref_t *ref)
{
    return wasmc_ref_kind(ref) == WASMC_REF_EXN ? exn_of(handle_slot(ref))
                                                : NULL;
}

static wasm_ref_t *exception_of_slots(struct tag *tag, const slot *args)
{
    struct store *store = tag->entity.store;
    wasm_ref_t *ref;
    slot s;
    if (wc_exn_new(store, tag, args, &s) == STATUS_OK)
        return wc_handle_from_slot(store, s, &ref) ? ref : NULL;
    wc_trap_unref(wc_store_take_trap(store));
    return NULL;
}

wasm_ref_t *wasmc_exception_new(wasmc_tag_t *tag, const wasm_val_vec_t *args)
{
    struct tag *t = tag_of(tag);
    const struct deftype *type = t->entity.object.type;
    const struct comptype *c = &type->comp;
    if ((args ? args->size : 0) != c->params_len)
        return NULL;
    slot *slots = malloc((type->param_slots + 1) * sizeof *slots);
    if (!slots)
        return NULL;
    /* The handles in `args` keep what the slots refer to. */
    wasm_ref_t *ref = NULL;
    if (c->params_len == 0 ||
        wc_vals_to_slots(t->entity.store, c->params, c->params_len,
                         args->data, slots) == c->params_len)
        ref = exception_of_slots(t, slots);
    free(slots);
    return ref;
}

wasmc_tag_t *wasmc_exception_tag(const wasm_ref_t *exception)
{
    const struct exn *x = exn_of_handle(exception);
    return x ? wc_handle_new(x->tag) : NULL;
}

bool wasmc_exception_args(const wasm_ref_t *exception, wasm_val_vec_t *out)
{
    const struct exn *x = exn_of_handle(exception);
    wasm_val_vec_new_empty(out);
    if (!x)
        return false;
    const struct comptype *c = &x->tag->entity.object.type->comp;
    wasm_val_vec_new_uninitialized(out, c->params_len);
    if (out->size == c->params_len &&
        wc_vals_from_slots(x->tag->entity.store, c->params, c->params_len,
                           x->args, out->data))
        return true;
    out->size = 0; /* none of them is a value */
    wasm_val_vec_delete(out);
    return false;
}

/* ----------------------------------------------------- as the end of a call */

wasm_trap_t *wasmc_trap_new_exception(const wasm_ref_t *exception)
{
    const struct exn *x = exn_of_handle(exception);
    if (!x)
        return NULL;
    struct store *store = x->tag->entity.store;
    store->exception = handle_slot(exception);
    return wc_trap_give(handle_store(store), STATUS_THROW);
}

wasm_ref_t *wasmc_trap_exception(const wasm_trap_t *trap)
{
    wasm_ref_t *ref;
    return wc_handle_from_slot(trap->wrapper.entity.store,
                               trap->exception.ref, &ref)
               ? ref
               : NULL;
}
