/* Value and function types, and canonical types as type objects. */
#include "api/types.h"

#include "api/val.h"
#include "syntax/limits.h"

#include <stdlib.h>

/* ------------------------------------------------------------ value types */

wasm_valtype_t *wc_types_val(struct engine *engine, valtype type)
{
    wasm_valtype_t *t = malloc(sizeof *t);
    if (!t)
        return NULL;
    *t = (wasm_valtype_t){.type = type};
    if (valtype_is_ref(type) && heaptype_is_index(valtype_heap(type))) {
        t->engine = wc_engine_ref(engine);
        wc_typereg_retain(engine->reg,
                          wc_typereg_get(engine->reg, valtype_heap(type)));
    }
    return t;
}

wasm_valtype_t *wasm_valtype_new(wasm_valkind_t kind)
{
    static const struct {
        wasm_valkind_t kind;
        valtype type;
    } kinds[] = {
        {WASM_I32, VT_I32},         {WASM_I64, VT_I64},
        {WASM_F32, VT_F32},         {WASM_F64, VT_F64},
        {WASM_FUNCREF, VT_FUNCREF}, {WASM_EXTERNREF, VT_EXTERNREF},
        {WASMC_V128, VT_V128},      {WASMC_ANYREF, VT_ANYREF},
        {WASMC_EXNREF, VT_EXNREF},
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].kind == kind)
            return wc_types_val(NULL, kinds[i].type);
    return NULL;
}

void wasm_valtype_delete(wasm_valtype_t *type)
{
    if (!type)
        return;
    if (type->engine) {
        struct typereg *reg = type->engine->reg;
        wc_types_release(type->engine,
                         wc_typereg_get(reg, valtype_heap(type->type)));
        wc_engine_unref(type->engine);
    }
    free(type);
}

wasm_valtype_t *wasm_valtype_copy(const wasm_valtype_t *type)
{
    return type ? wc_types_val(type->engine, type->type) : NULL;
}

wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t *type)
{
    return wc_val_kind(type->engine ? type->engine->reg : NULL, type->type);
}

size_t wasmc_valtype_text(const wasm_valtype_t *type, char *out, size_t size)
{
    return (size_t)wc_valtype_format(type->type, out, size);
}

bool wc_types_canon(const struct engine *engine, const wasm_valtype_t *type,
                    valtype *out)
{
    *out = type->type;
    return !type->engine || type->engine == engine;
}

/* --------------------------------------------------------- function types */

static bool all_there(const wasm_valtype_vec_t *types)
{
    for (size_t i = 0; types && i < types->size; i++)
        if (!types->data[i])
            return false;
    return true;
}

/* A type that could not be made is NULL, and so is one with it. */
wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *params,
                                   wasm_valtype_vec_t *results)
{
    wasm_functype_t *t =
        all_there(params) && all_there(results) ? calloc(1, sizeof *t) : NULL;
    if (!t) {
        wasm_valtype_vec_delete(params);
        wasm_valtype_vec_delete(results);
        return NULL;
    }
    t->base.kind = WASM_EXTERN_FUNC;
    wasm_valtype_vec_new_empty(&t->params);
    wasm_valtype_vec_new_empty(&t->results);
    if (params) {
        t->params = *params;
        wasm_valtype_vec_new_empty(params);
    }
    if (results) {
        t->results = *results;
        wasm_valtype_vec_new_empty(results);
    }
    return t;
}

void wasm_functype_delete(wasm_functype_t *type)
{
    if (!type)
        return;
    wasm_valtype_vec_delete(&type->params);
    wasm_valtype_vec_delete(&type->results);
    if (type->engine) {
        wc_types_release(type->engine, type->exact);
        wc_engine_unref(type->engine);
    }
    free(type);
}

static void set_exact(wasm_functype_t *t, struct engine *engine,
                      const struct deftype *exact)
{
    t->engine = wc_engine_ref(engine);
    t->exact = exact;
    wc_typereg_retain(engine->reg, exact);
}

wasm_functype_t *wasm_functype_copy(const wasm_functype_t *type)
{
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_copy(&params, &type->params);
    wasm_valtype_vec_copy(&results, &type->results);
    bool complete = params.size == type->params.size &&
                    results.size == type->results.size;
    wasm_functype_t *copy = wasm_functype_new(&params, &results);
    if (copy && !complete) {
        wasm_functype_delete(copy);
        return NULL;
    }
    if (copy) {
        copy->base = type->base;
        if (type->engine)
            set_exact(copy, type->engine, type->exact);
    }
    return copy;
}

const wasm_valtype_vec_t *wasm_functype_params(const wasm_functype_t *type)
{
    return &type->params;
}

const wasm_valtype_vec_t *wasm_functype_results(const wasm_functype_t *type)
{
    return &type->results;
}

/* ---------------------------------------------- from and to canonical types */

static bool fill_vec(struct engine *engine, wasm_valtype_vec_t *out,
                     const valtype *types, uint32_t len)
{
    wasm_valtype_vec_new_uninitialized(out, len);
    if (out->size != len)
        return false;
    for (uint32_t i = 0; i < len; i++) {
        out->data[i] = wc_types_val(engine, types[i]);
        if (!out->data[i])
            return false;
    }
    return true;
}

wasm_functype_t *wc_types_func(struct engine *engine,
                               const struct deftype *type)
{
    const struct comptype *comp = &type->comp;
    wasm_functype_t *t = wasm_functype_new(NULL, NULL);
    if (!t)
        return NULL;
    set_exact(t, engine, type);
    if (!fill_vec(engine, &t->params, comp->params, comp->params_len) ||
        !fill_vec(engine, &t->results, comp->results, comp->results_len)) {
        wasm_functype_delete(t);
        return NULL;
    }
    return t;
}

static bool canon_vec(const struct engine *engine,
                      const wasm_valtype_vec_t *vec, valtype *out)
{
    for (size_t i = 0; i < vec->size; i++)
        if (!vec->data[i] || !wc_types_canon(engine, vec->data[i], &out[i]))
            return false;
    return true;
}

const struct deftype *wc_types_deftype(struct engine *engine,
                                       const wasm_functype_t *type)
{
    if (type->engine == engine) {
        wc_typereg_retain(engine->reg, type->exact);
        return type->exact;
    }
    size_t params_len = type->params.size, results_len = type->results.size;
    if (params_len > LIMIT_PARAMS || results_len > LIMIT_RESULTS)
        return NULL;
    valtype types[LIMIT_PARAMS + LIMIT_RESULTS];
    if (!canon_vec(engine, &type->params, types) ||
        !canon_vec(engine, &type->results, types + params_len))
        return NULL;
    return wc_typereg_functype(engine->reg, types, (uint32_t)params_len,
                               types + params_len, (uint32_t)results_len,
                               NULL);
}

void wc_types_release(struct engine *engine, const struct deftype *type)
{
    wc_typereg_release(engine->reg, &type, 1);
}
