/* Instantiation, step by step in the order of the specification
 * (core/exec/modules#instantiation): imports, allocation, globals, tables,
 * element segments, data segments, start function.
 *
 * Segments that are active go straight to their table or memory: their values
 * depend on nothing that the steps between could change.
 */
#include "binary/reader.h"
#include "runtime/engine.h"
#include "runtime/externtype.h"

#include <stdlib.h>
#include <string.h>

/* --- Imports ------------------------------------------------------------- */

static bool import_error(const struct module *m, uint32_t n,
                         const struct entity *found, struct error *e)
{
    struct buf text = {0};
    wc_import_print_error(m, n, found, &text);
    wc_error_set(e, ERROR_UNLINKABLE, m->imports[n].offset, "%.*s",
                 (int)text.len, (const char *)text.data);
    wc_buf_free(&text);
    return false;
}

static bool check_imports(const struct store *store, const struct module *m,
                          struct entity *const *imports, uint32_t len,
                          struct error *e)
{
    for (uint32_t n = 0; n < m->imports_len; n++) {
        if (n >= len || imports[n] == NULL)
            return import_error(m, n, NULL, e);
        assert(imports[n]->store == store);
        struct externtype found = wc_externtype_of_entity(imports[n]);
        struct externtype wanted = externtype_of_import(m, n);
        if (!wc_externtype_matches(store->engine->reg, &found, &wanted))
            return import_error(m, n, imports[n], e);
    }
    return true;
}

static void take_import(struct instance *i, const struct import *im,
                        struct entity *e)
{
    switch (im->kind) {
    case EXTERN_FUNC:
        i->funcs[im->index] = (struct func *)e;
        break;
    case EXTERN_TABLE:
        i->tables[im->index] = (struct table *)e;
        break;
    case EXTERN_MEMORY:
        i->mems[im->index] = (struct memory *)e;
        break;
    case EXTERN_GLOBAL:
        i->globals[im->index] = (struct global *)e;
        break;
    case EXTERN_TAG:
        i->tags[im->index] = (struct tag *)e;
        break;
    }
}

/* --- Allocation ---------------------------------------------------------- */

/* Lies behind the struct (instance_offset_...). */
static void *behind(struct instance *i, size_t offset)
{
    return (uint8_t *)i + offset;
}

/* Memory 0 of those without memories. */
static const struct memory no_memory;

/* The instance with all its vectors, in one block. */
static struct instance *new_instance(struct store *store, struct module *m)
{
    struct instance *i =
        wc_entity_new(store, OBJECT_INSTANCE, instance_bytes(m));
    if (i == NULL)
        return NULL;
    i->store = store;
    i->module = wc_module_ref(m);
    i->stack_limit = store_stack_limit(store);
    i->cells = behind(i, instance_offset_cells(m));
    i->elems = behind(i, instance_offset_elems(m));
    i->datas = behind(i, instance_offset_datas(m));
    i->mems = behind(i, instance_offset_mems(m));
    i->tables = behind(i, instance_offset_tables(m));
    i->tags = behind(i, instance_offset_tags(m));
    i->globals = behind(i, instance_offset_globals(m));
    i->funcs = behind(i, instance_offset_funcs(m));
    return i;
}

static bool define_entities(struct instance *i, struct error *e)
{
    const struct module *m = i->module;
    for (uint32_t n = m->tables_imported; n < m->tables_len; n++) {
        i->tables[n] =
            wc_table_new(i->store, &m->tables[n].type, SLOT_REF_NULL, e);
        if (i->tables[n] == NULL)
            return false;
    }
    for (uint32_t n = m->mems_imported; n < m->mems_len; n++) {
        i->mems[n] = wc_memory_new(i->store, &m->mems[n].type, e);
        if (i->mems[n] == NULL)
            return false;
    }
    for (uint32_t n = m->tags_imported; n < m->tags_len; n++) {
        i->tags[n] = wc_tag_new(i->store, m->deftypes[m->tags[n].type]);
        if (i->tags[n] == NULL)
            return wc_error_no_memory(e, "creating a tag");
    }
    /* Nobody writes to what has no size. */
    i->memory0 = m->mems_len != 0
                     ? i->mems[0]
                     : (struct memory *)(uintptr_t)&no_memory;
    return true;
}

/* Functions come to be after this. */
static bool bind_instance(struct instance *i, struct error *e)
{
    const struct engine_ops *ops = i->module->ops;
    return ops->bind_instance == NULL || ops->bind_instance(i, e);
}

static void note_exported_memory(struct instance *i)
{
    static const char name[] = "memory";
    uint32_t n = wc_module_find_export(
        i->module, (struct span){(const uint8_t *)name, sizeof name - 1});
    if (n != UINT32_MAX && i->module->exports[n].kind == EXTERN_MEMORY)
        i->exported_memory = i->mems[i->module->exports[n].index];
}

/* --- Values -------------------------------------------------------------- */

static enum status init_globals(struct instance *i)
{
    const struct module *m = i->module;
    enum status status = STATUS_OK;
    for (uint32_t n = m->globals_imported;
         n < m->globals_len && status == STATUS_OK; n++)
        status = wc_constexpr_eval(i, m->globals[n].init, instance_cell(i, n));
    return status;
}

static enum status init_tables(struct instance *i)
{
    const struct module *m = i->module;
    for (uint32_t n = m->tables_imported; n < m->tables_len; n++) {
        slot value;
        if (m->tables[n].init.len == 0)
            continue;
        enum status status = wc_constexpr_eval(i, m->tables[n].init, &value);
        if (status == STATUS_OK)
            status = wc_table_fill(i, n, 0, value, i->tables[n]->size);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status eval_elem(struct instance *i, const struct elem *s,
                             slot *out)
{
    struct error e = ERROR_INIT;
    struct reader r = reader_make(i->module->bytes, s->items, &e);
    for (uint32_t n = 0; n < s->len; n++) {
        if (s->is_exprs) {
            enum status status = wc_constexpr_next(i, &r, &out[n]);
            if (status != STATUS_OK)
                return status;
            continue;
        }
        struct func *f = wc_instance_func(i, reader_u32(&r));
        if (f == NULL)
            return engine_out_of_memory(i->store);
        out[n] = slot_of_object(&f->entity.object);
    }
    return STATUS_OK;
}

static enum status init_passive(struct instance *i, uint32_t n)
{
    const struct elem *s = &i->module->elems[n];
    if (s->len == 0)
        return STATUS_OK;
    struct elem_instance *to = &i->elems[n];
    to->refs = calloc(s->len, sizeof(slot));
    if (to->refs == NULL)
        return engine_out_of_memory(i->store);
    to->len = s->len;
    return eval_elem(i, s, to->refs);
}

static enum status run_active_elem(struct instance *i, const struct elem *s)
{
    slot offset;
    enum status status = wc_constexpr_eval(i, s->offset, &offset);
    if (status != STATUS_OK)
        return status;
    struct table *t = i->tables[s->table];
    if (!table_in_bounds(t, offset, s->len))
        return wc_trap_raise(i->store, TRAP_TABLE_OUT_OF_BOUNDS, NULL);
    return eval_elem(i, s, t->elems + offset);
}

/* Passive segments first: they are part of the instance before any active one
 * can trap, and code that others hold may use them after that. */
static enum status init_elems(struct instance *i)
{
    static const enum segment_mode order[] = {SEGMENT_PASSIVE,
                                              SEGMENT_ACTIVE};
    const struct module *m = i->module;
    for (size_t pass = 0; pass < ARRAY_LEN(order); pass++) {
        for (uint32_t n = 0; n < m->elems_len; n++) {
            if (m->elems[n].mode != order[pass])
                continue;
            enum status status = order[pass] == SEGMENT_PASSIVE
                                     ? init_passive(i, n)
                                     : run_active_elem(i, &m->elems[n]);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

static void init_datas(struct instance *i)
{
    const struct module *m = i->module;
    for (uint32_t n = 0; n < m->datas_len; n++)
        i->datas[n] = (struct data_instance){
            m->bytes + m->datas[n].bytes.offset, m->datas[n].bytes.len};
}

static enum status run_active_datas(struct instance *i)
{
    const struct module *m = i->module;
    for (uint32_t n = 0; n < m->datas_len; n++) {
        const struct data *d = &m->datas[n];
        if (d->mode != SEGMENT_ACTIVE)
            continue;
        slot offset;
        enum status status = wc_constexpr_eval(i, d->offset, &offset);
        if (status == STATUS_OK)
            status = wc_memory_init(i, d->memory, n, offset, 0, d->bytes.len);
        if (status != STATUS_OK)
            return status;
        wc_data_drop(i, n);
    }
    return STATUS_OK;
}

static enum status run_start(struct instance *i)
{
    slot none;
    if (!i->module->has_start)
        return STATUS_OK;
    struct func *f = wc_instance_func(i, i->module->start);
    return f ? wc_invoke(i->store, f, &none) : engine_out_of_memory(i->store);
}

static enum status initialize(struct instance *i)
{
    init_datas(i);
    enum status status = init_globals(i);
    if (status == STATUS_OK)
        status = init_tables(i);
    if (status == STATUS_OK)
        status = init_elems(i);
    if (status == STATUS_OK)
        status = run_active_datas(i);
    if (status == STATUS_OK)
        status = run_start(i);
    return status;
}

struct instance *wc_instance_new(struct store *store, struct module *module,
                                 struct entity *const *imports,
                                 uint32_t imports_len, struct trap **trap,
                                 struct error *e)
{
    *trap = NULL;
    if (!check_imports(store, module, imports, imports_len, e))
        return NULL;
    struct instance *i = new_instance(store, module);
    if (i == NULL) {
        wc_error_no_memory(e, "creating an instance");
        return NULL;
    }
    for (uint32_t n = 0; n < module->imports_len; n++)
        take_import(i, &module->imports[n], imports[n]);
    if (!define_entities(i, e) || !bind_instance(i, e))
        return NULL;
    note_exported_memory(i);
    enum status status = initialize(i);
    if (status == STATUS_OK)
        return i;
    if (status == STATUS_THROW) /* inside a host function */
        wc_trap_raise(store, TRAP_UNCAUGHT_EXCEPTION, NULL);
    *trap = wc_store_take_trap(store);
    return NULL;
}
