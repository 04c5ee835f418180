/* The engine: what hangs on a module, entering the guest, naming its frames. */
#include "interp/interp.h"

#include "interp/code.h"
#include "interp/frames.h"
#include "interp/handlers.h"
#include "interp/translation.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

#include <stdlib.h>
#include <string.h>

const struct code wc_code_untranslated = {.frame_bytes = UINT64_MAX};
const struct code wc_code_foreign = {.frame_bytes = UINT64_MAX};

static _Atomic(struct code *) const foreign =
    (struct code *)(uintptr_t)&wc_code_foreign;

static void release(struct module *m)
{
    struct module_code *mc = m->code_of_engine;
    if (mc == NULL)
        return;
    for (uint32_t i = 0; i < mc->len; i++) {
        struct code *code = atomic_load_explicit(&mc->funcs[i],
                                                 memory_order_relaxed);
        if (code != &wc_code_untranslated)
            free(code);
    }
    free(mc);
    m->code_of_engine = NULL;
}

static size_t code_bytes(const struct module *m)
{
    const struct module_code *mc = m->code_of_engine;
    size_t bytes = 0;
    for (uint32_t i = 0; i < mc->len; i++) {
        const struct code *code = atomic_load_explicit(&mc->funcs[i],
                                                       memory_order_acquire);
        if (code != &wc_code_untranslated)
            bytes += sizeof *code + code->words_len * sizeof code->words[0];
    }
    return bytes;
}

static bool prepare(struct module *m, struct error *e)
{
    struct module_code *mc =
        malloc(sizeof *mc + m->funcs_len * sizeof mc->funcs[0]);
    if (mc == NULL)
        return wc_error_no_memory(e, "preparing a module");
    mc->len = m->funcs_len;
    for (uint32_t i = 0; i < mc->len; i++)
        atomic_init(&mc->funcs[i],
                    (struct code *)(uintptr_t)&wc_code_untranslated);
    m->code_of_engine = mc;
    m->code_release = release;
    return true;
}

/* Threads that want the same function at once each translate it, so none ever
 * waits; the first one publishes. */
bool wc_interp_translate(struct module *m, uint32_t func, struct error *e)
{
    struct code *expected = (struct code *)(uintptr_t)&wc_code_untranslated;
    if (code_of(m, func) != &wc_code_untranslated)
        return true;
    if (m->sidetables != NULL && sidetable_of(m, func) == NULL &&
        !wc_validate_func(m, func, e))
        return false;
    struct code *code = wc_translate_function(m, func, e);
    if (code == NULL)
        return false;
    if (!atomic_compare_exchange_strong_explicit(
            &m->code_of_engine->funcs[func], &expected, code,
            memory_order_release, memory_order_relaxed))
        free(code);
    return true;
}

static bool bind(struct func *f)
{
    f->code = &f->instance->module->code_of_engine->funcs[f->index];
    return true;
}

static bool bind_foreign(struct func *f)
{
    f->code = (const void *)(uintptr_t)&foreign;
    return true;
}

/* The run begins with a call of the function, in code of its own. */
static void write_entry(struct run *run, const struct func *f)
{
    const handler_word *handlers = wc_exec_handlers();
    struct insn call = {.op = handlers[H_call], .d = RUN_EXIT};
    memset(run->entry, 0, sizeof run->entry);
    memcpy(run->entry, &call, sizeof call);
    run->entry[INSN_WORDS] = (uintptr_t)f->code;
    memcpy(&run->entry[RUN_EXIT], &handlers[H_exit], sizeof handlers[0]);
    memcpy(&run->entry[RUN_SWITCH], &handlers[H_switch_back],
           sizeof handlers[0]);
}

/* Most functions have few parameters, and to call memcpy for these would take
 * longer than what it does. */
static void move_slots(slot *to, const slot *from, uint32_t len)
{
    if (len > 2) {
        memcpy(to, from, len * sizeof *to);
        return;
    }
    if (len > 0)
        to[0] = from[0];
    if (len > 1)
        to[1] = from[1];
}

static enum status call(struct store *store, struct func *f, slot *io)
{
    const struct deftype *type = f->entity.object.type;
    slot *fp = store->stack_top;
    slot *limit = store->native_sp;
    if ((size_t)(limit - fp) < func_io_slots(type))
        return wc_trap_raise(store, TRAP_STACK_EXHAUSTED, NULL);
    struct run run = {
        .activation = {.below = store->activations, .ops = &wc_interp_ops},
        .store = store,
        .instance = f->instance,
        .cells = f->instance->cells,
        .limit = limit,
        .interrupt = &store->interrupt,
    };
    write_entry(&run, f);
    store->activations = &run.activation;
    move_slots(fp, io, type->param_slots);
    wc_exec(&run, (const struct insn *)(const void *)run.entry, fp);
    store->activations = run.activation.below;
    store->stack_top = fp;
    store_fit_limits(store);
    if (run.status == STATUS_OK)
        move_slots(io, fp, type->result_slots);
    return run.status;
}

const struct engine_ops wc_interp_ops = {
    .name = "interpreter",
    .executable = ENGINE_FEATURES,
    .prepare = prepare,
    .compile = wc_interp_translate,
    .code_bytes = code_bytes,
    .bind = bind,
    .bind_foreign = bind_foreign,
    .call = call,
    .walk = wc_frames_walk,
    .has_frames = wc_frames_left,
};
