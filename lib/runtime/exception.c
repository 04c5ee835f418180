#include "runtime/exception.h"

#include "runtime/engine.h"

#include <string.h>

enum status wc_exn_new(struct store *s, struct tag *tag, const slot *args,
                       slot *out)
{
    const struct deftype *t = tag->entity.object.type;
    size_t bytes = t->param_slots * sizeof(slot);
    struct exn *x = (void *)gc_alloc(s, sizeof *x + bytes);
    if (x == NULL)
        return engine_out_of_memory(s);
    x->object = (struct object){.kind = OBJECT_EXN, .type = t};
    x->tag = tag;
    if (bytes != 0)
        memcpy(x->args, args, bytes);
    *out = slot_of_object(&x->object);
    return STATUS_OK;
}

enum status wc_exn_throw(struct store *s, struct tag *tag, const slot *args)
{
    enum status status = wc_exn_new(s, tag, args, &s->exception);
    return status == STATUS_OK ? STATUS_THROW : status;
}

enum status wc_exn_throw_ref(struct store *s, slot ref)
{
    if (ref == SLOT_REF_NULL)
        return wc_trap_raise(s, TRAP_NULL_EXCEPTION, NULL);
    s->exception = ref;
    return STATUS_THROW;
}
