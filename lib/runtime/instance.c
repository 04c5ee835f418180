#include "runtime/instance.h"

#include "runtime/engine.h"

#include <stdlib.h>
#include <string.h>

void wc_instance_destroy(struct instance *i)
{
    if (i->module == NULL)
        return;
    for (uint32_t n = 0; n < i->module->elems_len; n++)
        free(i->elems[n].refs);
    wc_module_unref(i->module);
}

struct func *wc_instance_func(struct instance *i, uint32_t index)
{
    struct func *f = i->funcs[index];
    if (f != NULL)
        return f;
    f = wc_entity_new(i->store, OBJECT_FUNC, sizeof *f);
    if (f == NULL)
        return NULL;
    f->entity.object.type = module_functype(i->module, index);
    f->instance = i;
    f->index = index;
    return wc_func_bind(f) ? i->funcs[index] = f : NULL;
}

struct global *wc_instance_global(struct instance *i, uint32_t index)
{
    struct global *g = i->globals[index];
    if (g != NULL)
        return g;
    g = wc_entity_new(i->store, OBJECT_GLOBAL, sizeof *g);
    if (g == NULL)
        return NULL;
    g->type = i->module->globals[index].type;
    g->instance = i;
    g->cell = instance_cell(i, index);
    return i->globals[index] = g;
}

struct entity *wc_instance_export(struct instance *i, uint32_t n)
{
    const struct export *x = &i->module->exports[n];
    switch (x->kind) {
    case EXTERN_FUNC:
        return (struct entity *)wc_instance_func(i, x->index);
    case EXTERN_TABLE:
        return &i->tables[x->index]->entity;
    case EXTERN_MEMORY:
        return &i->mems[x->index]->entity;
    case EXTERN_GLOBAL:
        return (struct entity *)wc_instance_global(i, x->index);
    case EXTERN_TAG:
        return &i->tags[x->index]->entity;
    }
    return NULL;
}

uint32_t wc_module_find_export(const struct module *m, struct span name)
{
    if (m->exports_by_name.count != 0) {
        const uint32_t *n = wc_map_find(&m->exports_by_name, name);
        return n ? *n : UINT32_MAX;
    }
    for (uint32_t n = 0; n < m->exports_len; n++) {
        struct span s = module_span(m, m->exports[n].name);
        if (s.len == name.len && (s.len == 0 ||
                                  memcmp(s.data, name.data, s.len) == 0))
            return n;
    }
    return UINT32_MAX;
}
