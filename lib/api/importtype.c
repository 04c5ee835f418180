/* Import and export types: names and an external type. */
#include "api/types.h"

#include <stdlib.h>

struct wasm_importtype_t {
    wasm_name_t module, name;
    wasm_externtype_t *type;
};

struct wasm_exporttype_t {
    wasm_name_t name;
    wasm_externtype_t *type;
};

/* Moves a name; the source is left empty. */
static wasm_name_t name_take(wasm_name_t *from)
{
    wasm_name_t name = *from;
    wasm_name_new_empty(from);
    return name;
}

wasm_importtype_t *wasm_importtype_new(wasm_name_t *module, wasm_name_t *name,
                                       wasm_externtype_t *type)
{
    wasm_importtype_t *t = type ? malloc(sizeof *t) : NULL;
    if (!t) {
        wasm_name_delete(module);
        wasm_name_delete(name);
        wasm_externtype_delete(type);
        return NULL;
    }
    *t = (wasm_importtype_t){name_take(module), name_take(name), type};
    return t;
}

void wasm_importtype_delete(wasm_importtype_t *type)
{
    if (!type)
        return;
    wasm_name_delete(&type->module);
    wasm_name_delete(&type->name);
    wasm_externtype_delete(type->type);
    free(type);
}

wasm_importtype_t *wasm_importtype_copy(const wasm_importtype_t *type)
{
    wasm_name_t module, name;
    wasm_name_copy(&module, &type->module);
    wasm_name_copy(&name, &type->name);
    bool complete = module.size == type->module.size &&
                    name.size == type->name.size;
    return wasm_importtype_new(
        &module, &name, complete ? wasm_externtype_copy(type->type) : NULL);
}

const wasm_name_t *wasm_importtype_module(const wasm_importtype_t *type)
{
    return &type->module;
}

const wasm_name_t *wasm_importtype_name(const wasm_importtype_t *type)
{
    return &type->name;
}

const wasm_externtype_t *wasm_importtype_type(const wasm_importtype_t *type)
{
    return type->type;
}

wasm_exporttype_t *wasm_exporttype_new(wasm_name_t *name,
                                       wasm_externtype_t *type)
{
    wasm_exporttype_t *t = type ? malloc(sizeof *t) : NULL;
    if (!t) {
        wasm_name_delete(name);
        wasm_externtype_delete(type);
        return NULL;
    }
    *t = (wasm_exporttype_t){name_take(name), type};
    return t;
}

void wasm_exporttype_delete(wasm_exporttype_t *type)
{
    if (!type)
        return;
    wasm_name_delete(&type->name);
    wasm_externtype_delete(type->type);
    free(type);
}

wasm_exporttype_t *wasm_exporttype_copy(const wasm_exporttype_t *type)
{
    wasm_name_t name;
    wasm_name_copy(&name, &type->name);
    return wasm_exporttype_new(&name, name.size == type->name.size
                                          ? wasm_externtype_copy(type->type)
                                          : NULL);
}

const wasm_name_t *wasm_exporttype_name(const wasm_exporttype_t *type)
{
    return &type->name;
}

const wasm_externtype_t *wasm_exporttype_type(const wasm_exporttype_t *type)
{
    return type->type;
}
