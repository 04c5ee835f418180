#include "wasi/threads.h"

#include <stdlib.h>

#include "base/span.h"
#include "runtime/engine.h"
#include "runtime/instance.h"
#include "runtime/shared_memory.h"
#include "runtime/store.h"
#include "wasi/errno.h"

/* Thread ids are positive and have 29 bits. */
#define TID_MAX 0x1fffffffu

struct thread {
    struct thread *next;
    struct wasi_threads *all;
    struct wc_thread handle;
    struct store *store;
    uint32_t tid, arg;
    bool done; /* and may be joined without waiting */
};

struct wasi_threads {
    atomic_uint refs; /* the handle and the functions thread-spawn */
    struct wasi *wasi;
    struct engine *engine;
    struct module *module;
    struct shared_memory *memory;
    struct store *main;
    struct wc_mutex lock;  /* all below */
    struct thread *first;  /* whose handle nobody has joined */
    struct store *trapped; /* kept for the frames of `trap` */
    uint32_t len, next_tid;
    bool ending;           /* no thread starts any more */
    enum status status;    /* STATUS_OK: no thread has ended the program */
    uint32_t exit_code;
    struct trap *trap;
};

/* ------------------------------------------------------------------ modules */

static bool is_spawn(const struct module *m, uint32_t n)
{
    return span_is(module_span(m, m->imports[n].module), "wasi") &&
           span_is(module_span(m, m->imports[n].name), "thread-spawn");
}

bool wc_wasi_threads_wanted(const struct module *module)
{
    for (uint32_t n = 0; n < module->imports_len; n++)
        if (is_spawn(module, n))
            return true;
    return false;
}

static bool unlinkable(struct error *e, const char *what)
{
    return wc_error_set(e, ERROR_UNLINKABLE, ERROR_NO_OFFSET,
                        "a program with threads %s", what);
}

/* The export that threads start in, or UINT32_MAX. */
static uint32_t find_start(const struct module *m)
{
    uint32_t n = wc_module_find_export(m, span_text("wasi_thread_start"));
    if (n == UINT32_MAX || m->exports[n].kind != EXTERN_FUNC)
        return UINT32_MAX;
    uint32_t type = m->funcs[m->exports[n].index].type;
    const struct comptype *t = &m->deftypes[type]->comp;
    bool fits = t->params_len == 2 && t->results_len == 0 &&
                t->params[0] == VT_I32 && t->params[1] == VT_I32;
    return fits ? n : UINT32_MAX;
}

static bool check_module(const struct module *m, struct error *e)
{
    uint32_t memories = 0;
    for (uint32_t n = 0; n < m->imports_len; n++) {
        const struct import *i = &m->imports[n];
        if (i->kind == EXTERN_MEMORY &&
            m->mems[i->index].type.limits.shared)
            memories++;
        else if (i->kind != EXTERN_FUNC ||
                 (!is_spawn(m, n) &&
                  !wc_wasi_module(module_span(m, i->module))))
            return unlinkable(e, "can import only WASI and its memory");
    }
    if (memories != 1)
        return unlinkable(e, "must import one shared memory");
    if (find_start(m) == UINT32_MAX)
        return unlinkable(e, "must export wasi_thread_start of two i32");
    return true;
}

static const struct memtype *memory_type(const struct module *m)
{
    uint32_t n = 0;
    while (m->imports[n].kind != EXTERN_MEMORY)
        n++;
    return &m->mems[m->imports[n].index].type;
}

struct wasi_threads *wc_wasi_threads_new(struct wasi *w, struct store *store,
                                         struct module *module,
                                         struct memory *memory,
                                         struct error *e)
{
    if (!check_module(module, e))
        return NULL;
    if (memory == NULL)
        memory = wc_memory_new(store, memory_type(module), e);
    if (memory == NULL)
        return NULL;
    if (memory->shared == NULL) {
        unlinkable(e, "needs a memory that is shared");
        return NULL;
    }
    struct wasi_threads *t = calloc(1, sizeof *t);
    if (t == NULL) {
        wc_error_no_memory(e, "setting up threads");
        return NULL;
    }
    atomic_init(&t->refs, 1);
    t->wasi = wc_wasi_ref(w);
    t->engine = wc_engine_ref(store->engine);
    t->module = wc_module_ref(module);
    t->memory = wc_shared_memory_ref(memory->shared);
    t->main = store;
    t->next_tid = 1;
    wc_mutex_init(&t->lock);
    return t;
}

/* -------------------------------------------------------------- threads end */

static void interrupt(struct store *store, unsigned value)
{
    atomic_store_explicit(&store->interrupt, value, memory_order_relaxed);
}

/* Lets every thread but the first trap when it looks next. Locked. */
static void interrupt_all(struct wasi_threads *t)
{
    t->ending = true;
    for (struct thread *i = t->first; i != NULL; i = i->next)
        if (i->store != NULL)
            interrupt(i->store, 1);
}

/* The first thread that ends the program says how. Locked. */
static void note_end(struct thread *i, enum status status)
{
    struct wasi_threads *t = i->all;
    if (status == STATUS_OK || t->ending)
        return;
    t->status = status;
    if (status == STATUS_EXIT) {
        t->exit_code = i->store->exit_code;
    } else {
        if (status != STATUS_TRAP)
            wc_trap_raise(i->store, TRAP_UNCAUGHT_EXCEPTION, NULL);
        t->status = STATUS_TRAP;
        t->trap = wc_store_take_trap(i->store);
        t->trapped = i->store;
        i->store = NULL;
    }
    interrupt_all(t);
    interrupt(t->main, 1);
}

static struct instance *instantiate(struct thread *i, struct trap **trap,
                                    struct error *e)
{
    struct module *m = i->all->module;
    struct entity **imports = calloc(m->imports_len, sizeof *imports);
    bool ok = imports != NULL || wc_error_no_memory(e, "linking");
    for (uint32_t n = 0; ok && n < m->imports_len; n++) {
        imports[n] = wc_wasi_threads_import(i->all, i->store, n, e);
        ok = imports[n] != NULL;
    }
    struct instance *instance = NULL;
    if (ok)
        instance = wc_instance_new(i->store, m, imports, m->imports_len, trap,
                                   e);
    free(imports);
    return instance;
}

/* What an instance that does not come to be means for its thread. */
static enum status no_instance(struct store *store, struct trap *trap,
                               const struct error *e)
{
    if (trap != NULL) {
        wc_trap_unref(store->trap);
        store->trap = trap;
        return STATUS_TRAP;
    }
    if (e->kind == ERROR_NONE)
        return STATUS_EXIT;
    return wc_trap_raise(store, TRAP_HOST, "a thread cannot start: %s",
                         e->message);
}

/* The guest's code on its thread, its start function first: that can take as
 * long as it likes, and is interrupted as the rest. */
static enum status run_guest(struct thread *i)
{
    struct error e = ERROR_INIT;
    struct trap *trap = NULL;
    struct instance *instance = instantiate(i, &trap, &e);
    if (instance == NULL)
        return no_instance(i->store, trap, &e);
    struct entity *start =
        wc_instance_export(instance, find_start(i->all->module));
    if (start == NULL)
        return wc_trap_raise(i->store, TRAP_OUT_OF_MEMORY, NULL);
    slot io[2] = {i->tid, i->arg};
    return wc_invoke(i->store, (struct func *)start, io);
}

static void *run_thread(void *arg)
{
    struct thread *i = arg;
    struct wasi_threads *t = i->all;
    enum status status = run_guest(i);
    wc_mutex_lock(&t->lock);
    note_end(i, status);
    struct store *store = i->store;
    i->store = NULL;
    wc_mutex_unlock(&t->lock);
    if (store != NULL)
        wc_store_delete(store);
    wc_mutex_lock(&t->lock);
    i->done = true;
    wc_mutex_unlock(&t->lock);
    return NULL;
}

/* Takes a thread off the list: one that is done, or any. NULL: none. */
static struct thread *take(struct wasi_threads *t, bool any)
{
    wc_mutex_lock(&t->lock);
    struct thread **at = &t->first;
    while (*at != NULL && !any && !(*at)->done)
        at = &(*at)->next;
    struct thread *i = *at;
    if (i != NULL) {
        *at = i->next;
        t->len--;
    }
    wc_mutex_unlock(&t->lock);
    return i;
}

static void join(struct wasi_threads *t, bool any)
{
    for (struct thread *i; (i = take(t, any)) != NULL;) {
        wc_thread_join(&i->handle);
        free(i);
    }
}

enum status wc_wasi_threads_end(struct wasi_threads *t, enum status status,
                                struct trap **trap)
{
    *trap = NULL;
    wc_mutex_lock(&t->lock);
    bool by_thread = t->status != STATUS_OK;
    interrupt_all(t);
    wc_mutex_unlock(&t->lock);
    join(t, true);
    if (by_thread) {
        interrupt(t->main, 0);
        wc_trap_unref(wc_store_take_trap(t->main));
        status = t->status;
        t->main->exit_code = t->exit_code;
        *trap = t->trap;
        t->trap = NULL;
    }
    t->status = STATUS_OK;
    t->ending = false;
    return status;
}

static void unref(void *env)
{
    struct wasi_threads *t = env;
    if (atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
        return;
    wc_shared_memory_unref(t->memory);
    wc_module_unref(t->module);
    wc_wasi_unref(t->wasi);
    wc_engine_unref(t->engine);
    wc_mutex_destroy(&t->lock);
    free(t);
}

void wc_wasi_threads_delete(struct wasi_threads *t)
{
    struct trap *trap;
    if (t == NULL)
        return;
    wc_wasi_threads_end(t, STATUS_OK, &trap);
    wc_trap_unref(trap);
    t->ending = true;
    if (t->trapped != NULL)
        wc_store_delete(t->trapped);
    unref(t);
}

/* ------------------------------------------------------------ threads start */

/* Ids go round, as no one may be used twice at a time. Locked. */
static bool next_tid(struct wasi_threads *t, uint32_t *out)
{
    for (uint32_t tries = 0; tries <= t->len; tries++) {
        uint32_t tid = t->next_tid;
        const struct thread *i = t->first;
        t->next_tid = tid == TID_MAX ? 1 : tid + 1;
        while (i != NULL && i->tid != tid)
            i = i->next;
        *out = tid;
        if (i == NULL)
            return true;
    }
    return false;
}

/* Locked. The new thread gets on once the lock is free. */
static bool start(struct wasi_threads *t, struct thread *i)
{
    if (t->ending || t->len >= wc_wasi_threads_max(t->wasi) ||
        !next_tid(t, &i->tid) ||
        !wc_thread_start(&i->handle, run_thread, i))
        return false;
    i->next = t->first;
    t->first = i;
    t->len++;
    return true;
}

static bool new_thread(struct wasi_threads *t, uint32_t arg, uint32_t *tid)
{
    struct error e = ERROR_INIT;
    struct thread *i = calloc(1, sizeof *i);
    struct store *store = i == NULL ? NULL : wc_store_new(t->engine, &e);
    if (store == NULL) {
        free(i);
        return false;
    }
    *i = (struct thread){.all = t, .store = store, .arg = arg};
    wc_mutex_lock(&t->lock);
    bool started = start(t, i);
    *tid = i->tid;
    wc_mutex_unlock(&t->lock);
    if (!started) {
        wc_store_delete(store);
        free(i);
    }
    return started;
}

/* thread-spawn: (i32 arg) -> i32, an id, or a negative error number. */
static enum status spawn(struct caller *caller, void *env, slot *io)
{
    struct wasi_threads *t = env;
    uint32_t tid;
    (void)caller;
    join(t, false);
    io[0] = new_thread(t, (uint32_t)io[0], &tid)
                ? tid
                : (uint32_t)-(int32_t)ERRNO_AGAIN;
    return STATUS_OK;
}

static struct func *spawn_new(struct wasi_threads *t, struct store *store,
                              struct error *e)
{
    static const valtype i32 = VT_I32;
    struct typereg *reg = store->engine->reg;
    const struct deftype *type =
        wc_typereg_functype(reg, &i32, 1, &i32, 1, e);
    if (type == NULL)
        return NULL;
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
    struct func *f = wc_func_new_host(store, type, spawn, t, unref);
    if (f == NULL)
        wc_error_no_memory(e, "making a host function");
    wc_typereg_release(reg, &type, 1);
    return f;
}

struct entity *wc_wasi_threads_import(struct wasi_threads *t,
                                      struct store *store, uint32_t n,
                                      struct error *e)
{
    const struct module *m = t->module;
    const struct import *i = &m->imports[n];
    if (i->kind == EXTERN_MEMORY) {
        struct memory *memory = wc_memory_of_shared(store, t->memory, e);
        return memory == NULL ? NULL : &memory->entity;
    }
    struct span module = module_span(m, i->module);
    struct func *f = is_spawn(m, n)
                         ? spawn_new(t, store, e)
                         : wc_wasi_import(t->wasi, store, module,
                                          module_span(m, i->name), e);
    if (f != NULL)
        return &f->entity;
    if (e->kind == ERROR_NONE)
        unlinkable(e, "imports a function that WASI does not have");
    return NULL;
}
