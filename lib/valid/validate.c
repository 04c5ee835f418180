/* The order of validation, and the ways to get through the bodies. */
#include "valid/validate.h"

#include "valid/hot.h"
#include "valid/rules.h"

#include <stdlib.h>

/* --- Many bodies ---------------------------------------------------------- */

#define FUNCS_AT_ONCE 16 /* that a thread takes from the common counter */

struct work {
    struct module *m;
    bool sidetables, branches;
    atomic_uint next;  /* function index */
    atomic_uint limit; /* no function from here on matters any more */
    struct wc_mutex lock; /* of the verdicts */
    struct error error, unsupported;
};

/* Keeps the error of the lowest function; nothing behind that matters. */
static void keep_error(struct work *w, struct error *kept,
                       const struct error *e)
{
    wc_mutex_lock(&w->lock);
    if (kept->kind == ERROR_NONE || e->func < kept->func)
        *kept = *e;
    if (w->error.kind != ERROR_NONE)
        atomic_store(&w->limit, w->error.func);
    wc_mutex_unlock(&w->lock);
}

static bool keep_sidetable(struct module *m, struct validator *v)
{
    struct sidetable *t = wc_func_sidetable(v);
    if (t == NULL)
        return false;
    atomic_store_explicit(&m->sidetables[v->func - m->funcs_imported], t,
                          memory_order_release);
    return true;
}

static void check_one(struct work *w, struct validator *v, uint32_t func)
{
    struct error e = ERROR_INIT;
    v->unsupported.kind = ERROR_NONE;
    if (!wc_func_check_body(v, func, &e) ||
        (w->sidetables && !keep_sidetable(w->m, v))) {
        e.func = func;
        keep_error(w, &w->error, &e);
    } else if (v->unsupported.kind != ERROR_NONE) {
        keep_error(w, &w->unsupported, &v->unsupported);
    }
}

static void work(void *arg)
{
    struct work *w = arg;
    struct plan plan = {.with_branches = w->branches};
    struct validator v;
    wc_func_init(&v, w->m, w->sidetables ? &plan : NULL);
    for (;;) {
        uint32_t func = atomic_fetch_add(&w->next, FUNCS_AT_ONCE);
        uint32_t end = func + FUNCS_AT_ONCE;
        if (func >= atomic_load(&w->limit))
            break;
        for (; func < end && func < atomic_load(&w->limit); func++)
            check_one(w, &v, func);
    }
    wc_func_free(&v);
    wc_plan_free(&plan);
}

static bool check_bodies(struct module *m, const struct valid_policy *policy,
                         struct error *unsupported, struct error *e)
{
    struct work w = {
        .m = m,
        .sidetables = policy->sidetables,
        .branches = policy->branches,
        .error = ERROR_INIT,
        .unsupported = ERROR_INIT,
    };
    atomic_init(&w.next, m->funcs_imported);
    atomic_init(&w.limit, m->funcs_len);
    wc_mutex_init(&w.lock);
    wc_os_run_threads(policy->threads, work, &w);
    wc_mutex_destroy(&w.lock);
    if (unsupported->kind == ERROR_NONE)
        *unsupported = w.unsupported;
    if (w.error.kind != ERROR_NONE && e->kind == ERROR_NONE)
        *e = w.error;
    return w.error.kind == ERROR_NONE;
}

/* --- The module ----------------------------------------------------------- */

static bool prepare(struct module *m, struct typereg *reg,
                    const struct valid_policy *policy)
{
    uint32_t defined = m->funcs_len - m->funcs_imported;
    m->reg = reg;
    m->executable = policy->executable;
    m->sidetables = wc_arena_array(&m->arena, defined, sizeof *m->sidetables);
    return m->sidetables != NULL;
}

static bool check_rules(struct module *m, struct error *unsupported,
                        struct error *e)
{
    struct validator v;
    wc_func_init(&v, m, NULL);
    bool ok = wc_rules_check(m, &v, e);
    if (unsupported->kind == ERROR_NONE)
        *unsupported = v.unsupported;
    wc_func_free(&v);
    return ok;
}

static bool check_module(struct module *m, struct typereg *reg,
                         const struct valid_policy *policy,
                         struct error *unsupported, struct error *e)
{
    if (!prepare(m, reg, policy))
        return wc_error_no_memory(e, "validating a module");
    if (!wc_types_check(m, policy, unsupported, e) ||
        !check_rules(m, unsupported, e))
        return false;
    /* From here on the module is complete but for its bodies. */
    if (!wc_hot_init(m))
        return wc_error_no_memory(e, "validating a module");
    return policy->lazy || check_bodies(m, policy, unsupported, e);
}

bool wc_validate(struct module *m, struct typereg *reg,
                 const struct valid_policy *policy, struct error *e)
{
    static const struct valid_policy plain = {0};
    struct error ignored = ERROR_INIT, unsupported = ERROR_INIT;
    if (e == NULL)
        e = &ignored;
    if (!check_module(m, reg, policy ? policy : &plain, &unsupported, e))
        return false;
    /* What is invalid as well is reported as invalid: that came first. */
    if (unsupported.kind != ERROR_NONE)
        *e = unsupported;
    return unsupported.kind == ERROR_NONE;
}

/* --- One body, later ------------------------------------------------------ */

/* Several threads may have come here with the same body: the first wins. */
static void publish(struct module *m, uint32_t func, struct sidetable *t)
{
    _Atomic(struct sidetable *) *place =
        &m->sidetables[func - m->funcs_imported];
    struct sidetable *none = NULL;
    if (!atomic_compare_exchange_strong(place, &none, t))
        free(t);
}

bool wc_validate_func(struct module *m, uint32_t func, struct error *e)
{
    struct error first = ERROR_INIT;
    if (module_func_is_import(m, func) || sidetable_of(m, func) != NULL)
        return true;
    struct plan plan = {0};
    struct validator v;
    wc_func_init(&v, m, &plan);
    struct sidetable *t = NULL;
    if (wc_func_check_body(&v, func, &first)) {
        if (v.unsupported.kind != ERROR_NONE)
            first = v.unsupported;
        else
            t = wc_func_sidetable(&v);
    }
    wc_func_free(&v);
    wc_plan_free(&plan);
    if (t != NULL)
        publish(m, func, t);
    else if (e != NULL && e->kind == ERROR_NONE)
        *e = first;
    return t != NULL;
}
