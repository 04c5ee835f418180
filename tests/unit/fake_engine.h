/* An engine that executes nothing: its "code" is one C callback for all
 * functions of instances, so runtime tests need no interpreter. */
#ifndef FAKE_ENGINE_H
#define FAKE_ENGINE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/engine.h"
#include "runtime/externtype.h"

static enum status (*fake_call)(struct store *s, struct func *f, slot *io);
static uint32_t fake_frames; /* each activation has so many */
static atomic_uint fake_compiled;
static uint32_t fake_uncompilable = UINT32_MAX;

static inline bool fake_prepare(struct module *m, struct error *e)
{
    (void)m, (void)e;
    return true;
}

static inline bool fake_compile(struct module *m, uint32_t func,
                                struct error *e)
{
    (void)m;
    atomic_fetch_add(&fake_compiled, 1);
    return func < fake_uncompilable ||
           wc_error_set(e, ERROR_UNSUPPORTED, ERROR_NO_OFFSET, "func %u",
                        func);
}

static inline bool fake_bind(struct func *f)
{
    f->code = &fake_call;
    return true;
}

struct fake_activation {
    struct activation a;
    struct func *f;
};

static inline enum status fake_run(struct store *s, struct func *f, slot *io)
{
    struct fake_activation a = {.a.ops = s->engine->config.ops, .f = f};
    activation_push(s, &a.a);
    enum status status = fake_call ? fake_call(s, f, io) : STATUS_OK;
    activation_pop(s, &a.a);
    return status;
}

static inline bool fake_walk(const struct activation *a, frame_fn fn,
                             void *arg)
{
    const struct func *f = ((const struct fake_activation *)a)->f;
    for (uint32_t i = 0; i < fake_frames; i++)
        if (!fn(arg, &(struct trap_frame){f->instance, f->index, i}))
            return false;
    return true;
}

static const struct engine_ops fake_ops = {
    .name = "fake",
    .prepare = fake_prepare,
    .compile = fake_compile,
    .bind = fake_bind,
    .call = fake_run,
    .walk = fake_walk,
};

/* A store of an engine of its own, which it holds the only reference to. */
static inline struct store *fake_store(bool guarded)
{
    struct engine_config c;
    struct error e = ERROR_INIT;
    wc_engine_config_init(&c, &fake_ops);
    c.guarded_memory = guarded;
    c.features |= FEATURE_BIT(CUSTOM_PAGE_SIZES);
    struct engine *engine = wc_engine_new(&c);
    cr_assert_not_null(engine);
    struct store *s = wc_store_new(engine, &e);
    cr_assert_not_null(s, "%s", e.message);
    wc_engine_unref(engine);
    return s;
}

/* A trap that is expected: checks its code and gives it back. */
static inline void expect_trap(struct trap *t, enum trap_code code)
{
    cr_assert_not_null(t);
    cr_expect_eq(t->code, code, "%s", t->message);
    cr_expect_str_eq(t->message, wc_trap_text(code));
    wc_trap_unref(t);
}

#endif
