/* Traps and frames (core/exec/runtime#results). */
#include "api/trap.h"

#include "binary/names.h"
#include "runtime/exception.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------- from and to statuses */

wasm_trap_t *wc_trap_give_trap(wasm_store_t *store, struct trap *trap)
{
    wasm_trap_t *t =
        trap ? wc_handle_wrapper(store, OBJECT_API_TRAP, sizeof *t) : NULL;
    slot exception = SLOT_REF_NULL;
    if (!trap || trap->code == TRAP_UNCAUGHT_EXCEPTION)
        exception = store_take_exception(store->store);
    if (!t) {
        wc_trap_unref(trap);
        return wc_handle_new(&store->spare);
    }
    t->trap = trap;
    wc_handle_hold(&t->exception, store->store, exception);
    return t;
}

wasm_trap_t *wc_trap_give_message(wasm_store_t *store, const char *fmt, ...)
{
    char text[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return wc_trap_give_trap(store,
                             wc_trap_new(store->store, text, strlen(text)));
}

static wasm_trap_t *give_exit(wasm_store_t *store)
{
    uint32_t status = store->store->exit_code;
    wasm_trap_t *t = wc_trap_give_message(store, "exit with status %u", status);
    if (t->trap) {
        t->exited = true;
        t->exit_status = status;
    }
    return t;
}

wasm_trap_t *wc_trap_give(wasm_store_t *store, enum status status)
{
    switch (status) {
    case STATUS_OK:
        return NULL;
    case STATUS_EXIT:
        return give_exit(store);
    case STATUS_THROW:
        wc_trap_raise(store->store, TRAP_UNCAUGHT_EXCEPTION, NULL);
        break;
    case STATUS_PENDING:
        return wc_trap_give_message(store, "host function did not answer");
    case STATUS_TRAP:
    case STATUS_TAIL_CALL: /* stays between engines */
        break;
    }
    return wc_trap_give_trap(store, wc_store_take_trap(store->store));
}

enum status wc_trap_resume(struct store *store, wasm_trap_t *trap)
{
    enum status status = STATUS_TRAP;
    if (trap->exited) {
        store->exit_code = trap->exit_status;
        status = STATUS_EXIT;
    } else if (!trap->trap) {
        wc_trap_raise(store, TRAP_OUT_OF_MEMORY, NULL);
    } else if (trap->wrapper.entity.store != store) {
        /* Its frames name instances that may end before this store. */
        wc_trap_raise(store, TRAP_HOST, "%s", trap->trap->message);
    } else if (trap->exception.ref != SLOT_REF_NULL) {
        store->exception = trap->exception.ref;
        status = STATUS_THROW;
    } else {
        wc_trap_unref(store->trap);
        store->trap = wc_trap_ref(trap->trap);
    }
    wasm_trap_delete(trap);
    return status;
}

/* ----------------------------------------------------------------- traps */

wasm_trap_t *wasm_trap_new(wasm_store_t *store, const wasm_message_t *message)
{
    const char *data = message ? message->data : NULL;
    size_t len = data ? message->size : 0;
    if (len && data[len - 1] == '\0')
        len--;
    struct trap *trap = wc_trap_new(store->store, data, len);
    return trap ? wc_trap_give_trap(store, trap) : NULL;
}

static const char *message_of(const wasm_trap_t *trap)
{
    return trap->trap ? trap->trap->message
                      : wc_trap_text(TRAP_OUT_OF_MEMORY);
}

static uint32_t frames_of(const wasm_trap_t *trap)
{
    return trap->trap ? trap->trap->frames_len : 0;
}

void wasm_trap_message(const wasm_trap_t *trap, wasm_message_t *out)
{
    wasm_name_new_from_string_nt(out, message_of(trap));
}

#define TRAP(id, text)                                        \
    _Static_assert((int)WASMC_TRAP_##id == (int)TRAP_##id, #id);
#include "runtime/traps.def"

wasmc_trap_code_t wasmc_trap_code(const wasm_trap_t *trap)
{
    return trap->trap ? (wasmc_trap_code_t)trap->trap->code
                      : WASMC_TRAP_OUT_OF_MEMORY;
}

bool wasmc_trap_exit_status(const wasm_trap_t *trap, uint32_t *status)
{
    if (trap->exited && status)
        *status = trap->exit_status;
    return trap->exited;
}

/* ----------------------------------------------------------------- frames */

struct wasm_frame_t {
    wasm_instance_t *instance; /* a handle */
    uint32_t func, module_offset;
};

static wasm_frame_t *frame_new(struct instance *instance, uint32_t func,
                               uint32_t module_offset)
{
    wasm_frame_t *f = malloc(sizeof *f);
    if (f)
        *f = (wasm_frame_t){wc_handle_new(instance), func, module_offset};
    return f;
}

void wasm_frame_delete(wasm_frame_t *frame)
{
    if (!frame)
        return;
    wasm_instance_delete(frame->instance);
    free(frame);
}

wasm_frame_t *wasm_frame_copy(const wasm_frame_t *frame)
{
    return frame_new(instance_of(frame->instance), frame->func,
                     frame->module_offset);
}

static wasm_frame_t *frame_of_trap(const wasm_trap_t *trap, uint32_t n)
{
    const struct trap_frame *f = &trap->trap->frames[n];
    return frame_new(f->instance, f->func, f->module_offset);
}

wasm_frame_t *wasm_trap_origin(const wasm_trap_t *trap)
{
    return frames_of(trap) ? frame_of_trap(trap, 0) : NULL;
}

void wasm_trap_trace(const wasm_trap_t *trap, wasm_frame_vec_t *out)
{
    wasm_frame_vec_new_uninitialized(out, frames_of(trap));
    for (uint32_t n = 0; n < out->size; n++) {
        out->data[n] = frame_of_trap(trap, n);
        if (!out->data[n]) {
            wasm_frame_vec_delete(out);
            return;
        }
    }
}

struct wasm_instance_t *wasm_frame_instance(const wasm_frame_t *frame)
{
    return frame->instance;
}

uint32_t wasm_frame_func_index(const wasm_frame_t *frame)
{
    return frame->func;
}

size_t wasm_frame_module_offset(const wasm_frame_t *frame)
{
    return frame->module_offset;
}

size_t wasm_frame_func_offset(const wasm_frame_t *frame)
{
    const struct module *m = instance_of(frame->instance)->module;
    uint32_t body = m->funcs[frame->func].body.offset;
    return frame->module_offset > body ? frame->module_offset - body : 0;
}

void wasmc_frame_func_name(const wasm_frame_t *frame, wasm_name_t *out)
{
    const struct module *m = instance_of(frame->instance)->module;
    struct span name = wc_names_func(m, frame->func);
    wasm_name_new(out, name.data ? name.len : 0, (const char *)name.data);
}

static void print_frame(struct buf *out, const struct trap_frame *f)
{
    struct span name = wc_names_func(f->instance->module, f->func);
    wc_buf_printf(out, "\n  at 0x%x: func %u", f->module_offset, f->func);
    if (name.len) {
        wc_buf_string(out, " $");
        wc_buf_append(out, name.data, name.len);
    }
}

void wasmc_trap_text(const wasm_trap_t *trap, wasm_message_t *out)
{
    struct buf text = {0};
    wc_buf_string(&text, message_of(trap));
    uint32_t frames = frames_of(trap);
    for (uint32_t n = 0; n < frames; n++)
        print_frame(&text, &trap->trap->frames[n]);
    if (frames && trap->trap->frames_all > frames)
        wc_buf_printf(&text, "\n  and %u more",
                      trap->trap->frames_all - frames);
    wc_buf_byte(&text, '\0');
    wasm_byte_vec_new(out, text.failed ? 0 : text.len, (char *)text.data);
    wc_buf_free(&text);
}
