/* Global, table and memory types, and external types as a whole. */
#include "api/types.h"

#include "syntax/limits.h"

#include <stdlib.h>

/* ----------------------------------------------------------------- limits */

static uint32_t saturate(uint64_t n)
{
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static wasm_limits_t limits_view(const struct limits *l)
{
    return (wasm_limits_t){saturate(l->min),
                           l->has_max ? saturate(l->max)
                                      : wasm_limits_max_default};
}

static struct limits limits_of_view(const wasm_limits_t *v)
{
    return (struct limits){.min = v->min,
                           .max = v->max,
                           .has_max = v->max != wasm_limits_max_default};
}

static struct limits limits_of_wasmc(const wasmc_limits_t *l)
{
    return (struct limits){.min = l->min,
                           .max = l->has_max ? l->max : 0,
                           .has_max = l->has_max,
                           .shared = l->shared,
                           .addr64 = l->addr64};
}

static wasmc_limits_t limits_to_wasmc(const struct limits *l,
                                      uint8_t page_log2)
{
    return (wasmc_limits_t){.min = l->min,
                            .max = l->has_max ? l->max : 0,
                            .has_max = l->has_max,
                            .shared = l->shared,
                            .addr64 = l->addr64,
                            .page_log2 = page_log2};
}

/* ------------------------------------------------------------ global types */

wasm_globaltype_t *wasm_globaltype_new(wasm_valtype_t *content,
                                       wasm_mutability_t mutability)
{
    wasm_globaltype_t *t = content ? malloc(sizeof *t) : NULL;
    if (!t) {
        wasm_valtype_delete(content);
        return NULL;
    }
    *t = (wasm_globaltype_t){{WASM_EXTERN_GLOBAL}, content, mutability};
    return t;
}

void wasm_globaltype_delete(wasm_globaltype_t *type)
{
    if (!type)
        return;
    wasm_valtype_delete(type->content);
    free(type);
}

wasm_globaltype_t *wasm_globaltype_copy(const wasm_globaltype_t *type)
{
    return wasm_globaltype_new(wasm_valtype_copy(type->content),
                               type->mutability);
}

const wasm_valtype_t *wasm_globaltype_content(const wasm_globaltype_t *type)
{
    return type->content;
}

wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t *type)
{
    return type->mutability;
}

/* ------------------------------------------------------------- table types */

static wasm_tabletype_t *tabletype_new(wasm_valtype_t *element,
                                       struct limits limits)
{
    wasm_tabletype_t *t = element ? malloc(sizeof *t) : NULL;
    if (!t) {
        wasm_valtype_delete(element);
        return NULL;
    }
    *t = (wasm_tabletype_t){{WASM_EXTERN_TABLE}, element, limits,
                            limits_view(&limits)};
    return t;
}

wasm_tabletype_t *wasm_tabletype_new(wasm_valtype_t *element,
                                     const wasm_limits_t *limits)
{
    return tabletype_new(element, limits_of_view(limits));
}

wasm_tabletype_t *wasmc_tabletype_new(wasm_valtype_t *element,
                                      const wasmc_limits_t *limits)
{
    return tabletype_new(element, limits_of_wasmc(limits));
}

void wasm_tabletype_delete(wasm_tabletype_t *type)
{
    if (!type)
        return;
    wasm_valtype_delete(type->element);
    free(type);
}

wasm_tabletype_t *wasm_tabletype_copy(const wasm_tabletype_t *type)
{
    return tabletype_new(wasm_valtype_copy(type->element), type->limits);
}

const wasm_valtype_t *wasm_tabletype_element(const wasm_tabletype_t *type)
{
    return type->element;
}

const wasm_limits_t *wasm_tabletype_limits(const wasm_tabletype_t *type)
{
    return &type->view;
}

void wasmc_tabletype_limits(const wasm_tabletype_t *type, wasmc_limits_t *out)
{
    *out = limits_to_wasmc(&type->limits, 0);
}

/* ------------------------------------------------------------ memory types */

static wasm_memorytype_t *memorytype_new(struct memtype type)
{
    wasm_memorytype_t *t = malloc(sizeof *t);
    if (t)
        *t = (wasm_memorytype_t){{WASM_EXTERN_MEMORY}, type,
                                 limits_view(&type.limits)};
    return t;
}

wasm_memorytype_t *wasm_memorytype_new(const wasm_limits_t *limits)
{
    return memorytype_new(
        (struct memtype){limits_of_view(limits), PAGE_BYTES_LOG2});
}

wasm_memorytype_t *wasmc_memorytype_new(const wasmc_limits_t *limits)
{
    const wasmc_limits_t *l = limits;
    if ((l->has_max && l->min > l->max) || (l->shared && !l->has_max) ||
        (l->page_log2 != 0 && l->page_log2 != PAGE_BYTES_LOG2))
        return NULL;
    return memorytype_new((struct memtype){limits_of_wasmc(l), l->page_log2});
}

void wasm_memorytype_delete(wasm_memorytype_t *type)
{
    free(type);
}

wasm_memorytype_t *wasm_memorytype_copy(const wasm_memorytype_t *type)
{
    return memorytype_new(type->type);
}

const wasm_limits_t *wasm_memorytype_limits(const wasm_memorytype_t *type)
{
    return &type->view;
}

void wasmc_memorytype_limits(const wasm_memorytype_t *type,
                             wasmc_limits_t *out)
{
    *out = limits_to_wasmc(&type->type.limits, type->type.page_log2);
}

/* ---------------------------------------------------------- external types */

wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t *type)
{
    return type->kind;
}

void wasm_externtype_delete(wasm_externtype_t *type)
{
    switch (type ? type->kind : WASM_EXTERN_FUNC) {
    case WASM_EXTERN_GLOBAL:
        wasm_globaltype_delete((wasm_globaltype_t *)type);
        break;
    case WASM_EXTERN_TABLE:
        wasm_tabletype_delete((wasm_tabletype_t *)type);
        break;
    case WASM_EXTERN_MEMORY:
        wasm_memorytype_delete((wasm_memorytype_t *)type);
        break;
    default: /* functions and tags */
        wasm_functype_delete((wasm_functype_t *)type);
    }
}

wasm_externtype_t *wasm_externtype_copy(const wasm_externtype_t *type)
{
    switch (type->kind) {
    case WASM_EXTERN_GLOBAL:
        return (void *)wasm_globaltype_copy((const wasm_globaltype_t *)type);
    case WASM_EXTERN_TABLE:
        return (void *)wasm_tabletype_copy((const wasm_tabletype_t *)type);
    case WASM_EXTERN_MEMORY:
        return (void *)wasm_memorytype_copy((const wasm_memorytype_t *)type);
    default:
        return (void *)wasm_functype_copy((const wasm_functype_t *)type);
    }
}

#define DEFINE_CASTS(name, KIND)                                             \
    wasm_externtype_t *wasm_##name##_as_externtype(wasm_##name##_t *type)    \
    {                                                                        \
        return (wasm_externtype_t *)type;                                    \
    }                                                                        \
    const wasm_externtype_t *wasm_##name##_as_externtype_const(              \
        const wasm_##name##_t *type)                                         \
    {                                                                        \
        return (const wasm_externtype_t *)type;                              \
    }                                                                        \
    wasm_##name##_t *wasm_externtype_as_##name(wasm_externtype_t *type)      \
    {                                                                        \
        return type && type->kind == KIND ? (wasm_##name##_t *)type : NULL;  \
    }                                                                        \
    const wasm_##name##_t *wasm_externtype_as_##name##_const(                \
        const wasm_externtype_t *type)                                       \
    {                                                                        \
        return type && type->kind == KIND ? (const wasm_##name##_t *)type    \
                                          : NULL;                            \
    }

DEFINE_CASTS(functype, WASM_EXTERN_FUNC)
DEFINE_CASTS(globaltype, WASM_EXTERN_GLOBAL)
DEFINE_CASTS(tabletype, WASM_EXTERN_TABLE)
DEFINE_CASTS(memorytype, WASM_EXTERN_MEMORY)

static wasm_externtype_t *tagtype_new(struct engine *engine,
                                      const struct deftype *type)
{
    wasm_functype_t *t = wc_types_func(engine, type);
    if (t)
        t->base.kind = WASMC_EXTERN_TAG;
    return (wasm_externtype_t *)t;
}

wasm_externtype_t *wc_types_extern(struct engine *engine,
                                   const struct externtype *type)
{
    switch (type->kind) {
    case EXTERN_FUNC:
        return (void *)wc_types_func(engine, type->func);
    case EXTERN_TAG:
        return tagtype_new(engine, type->func);
    case EXTERN_GLOBAL:
        return (void *)wasm_globaltype_new(
            wc_types_val(engine, type->global.type),
            type->global.mutable_ ? WASM_VAR : WASM_CONST);
    case EXTERN_TABLE:
        return (void *)tabletype_new(wc_types_val(engine, type->table.element),
                                     type->table.limits);
    case EXTERN_MEMORY:
        return (void *)memorytype_new(type->mem);
    default:
        return NULL;
    }
}
