#include "jit/serialize.h"

#include "jit/build_id.h"
#include "jit/jit.h"

#include <string.h>

/* --- The form --------------------------------------------------------- */

#define HEAD_MAGIC 0x65646f63u /* "code" */

enum option_bit {
    OPTION_GUARDED = 1,
    OPTION_INTERRUPTS = 2,
    OPTION_FEW_REGISTERS = 4,
    OPTION_MOVING_BUFFER = 8,
    OPTION_FAR_BRANCHES = 16,
};

enum code_table { CALLS, ACCESSES, ARGS, REGIONS, HANDLERS, TABLES };

static const uint32_t entry_bytes[TABLES] = {
    sizeof(struct code_site),   sizeof(struct code_site),
    sizeof(struct code_args),   sizeof(struct code_region),
    sizeof(struct code_handler),
};

struct head {
    uint32_t magic, options;
    char target[8]; /* masm_target.name and the size of pointers */
    uint64_t build, cpu, module_sum;
    uint32_t pin_seed, image_start; /* in the set */
    uint32_t funcs_len, image_len, image_at, tables[TABLES];
    uint32_t pad;
};

struct saved_func {
    uint32_t func, start, len, frame_bytes, home_bytes, in_bytes;
    uint32_t tables[TABLES];
};

static uint32_t option_bits(const struct compile_options *o)
{
    return (o->guarded ? OPTION_GUARDED : 0u) |
           (o->interrupts ? OPTION_INTERRUPTS : 0u) |
           (o->few_registers ? OPTION_FEW_REGISTERS : 0u) |
           (o->moving_buffer ? OPTION_MOVING_BUFFER : 0u) |
           (o->far_branches ? OPTION_FAR_BRANCHES : 0u);
}

static void target_name(char name[8])
{
    memset(name, 0, 8);
    snprintf(name, 8, "%s/%u", wc_masm_target.name,
             (unsigned)sizeof(void *) * 8);
}

static size_t align_to(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* --- Saving ----------------------------------------------------------- */

static const void *table_of(const struct code_func *f, enum code_table t)
{
    const void *const tables[TABLES] = {f->calls, f->accesses, f->args,
                                        f->regions, f->handlers};
    return tables[t];
}

static void table_lens(const struct code_func *f, uint32_t lens[TABLES])
{
    lens[CALLS] = f->calls_len;
    lens[ACCESSES] = f->accesses_len;
    lens[ARGS] = f->args_len;
    lens[REGIONS] = f->regions_len;
    lens[HANDLERS] = f->handlers_len;
}

static void save_func(const struct code_func *f, struct head *h,
                      struct buf *out)
{
    struct saved_func s = {.func = f->func,
                           .start = f->start,
                           .len = f->len,
                           .frame_bytes = f->frame_bytes,
                           .home_bytes = f->home_bytes,
                           .in_bytes = f->in_bytes};
    table_lens(f, s.tables);
    for (unsigned t = 0; t < TABLES; t++)
        h->tables[t] += s.tables[t];
    h->image_len = f->start + f->len - h->image_start;
    wc_buf_append(out, &s, sizeof s);
}

static void save_tables(const struct code_set *s, struct buf *out)
{
    for (unsigned t = 0; t < TABLES; t++)
        for (uint32_t i = 0; i < s->by_start.len; i++) {
            const struct code_func *f = s->by_start.data[i];
            uint32_t lens[TABLES];
            table_lens(f, lens);
            wc_buf_append(out, table_of(f, t),
                          (size_t)lens[t] * entry_bytes[t]);
        }
}

static void pad_to_page(struct buf *out)
{
    static const uint8_t zeros[64];
    size_t left = align_to(out->len, wc_os_page_bytes()) - out->len;
    for (; left != 0 && !out->failed; left -= left < 64 ? left : 64)
        wc_buf_append(out, zeros, left < 64 ? left : 64);
}

bool wc_serialize_code(struct code_set *s, uint64_t module_sum,
                       struct buf *out, struct error *e)
{
    const struct module *m = s->module;
    size_t start = out->len;
    struct head h = {
        .magic = HEAD_MAGIC,
        .options = option_bits(&s->options),
        .build = WASMC_BUILD_ID,
        .cpu = s->options.cpu,
        .module_sum = module_sum,
        .pin_seed = s->options.pin_seed,
        .image_start = (uint32_t)s->stubs,
        .image_len = (uint32_t)(wc_code_funcs_start(m) - s->stubs),
    };
    target_name(h.target);
    wc_buf_append(out, &h, sizeof h);
    wc_mutex_lock(&s->map.lock);
    h.funcs_len = s->by_start.len;
    for (uint32_t i = 0; i < s->by_start.len; i++)
        save_func(s->by_start.data[i], &h, out);
    save_tables(s, out);
    wc_mutex_unlock(&s->map.lock);
    pad_to_page(out);
    h.image_at = (uint32_t)(out->len - start);
    wc_buf_append(out, s->map.exec + s->stubs, h.image_len);
    if (out->failed)
        return wc_error_no_memory(e, "saving machine code");
    memcpy(out->data + start, &h, sizeof h);
    return true;
}

/* --- Loading: checks -------------------------------------------------- */

static bool refuse(struct error *e, const char *why)
{
    return wc_error_set(e, ERROR_UNSUPPORTED, ERROR_NO_OFFSET,
                        "saved machine code %s", why);
}

static bool damaged(struct error *e)
{
    return wc_error_set(e, ERROR_MALFORMED, ERROR_NO_OFFSET,
                        "saved machine code is damaged");
}

/* Options that this engine compiles with, but for features that the CPU has
 * and the code does not use. */
static bool fits(const struct head *h, const struct module *m, bool guarded,
                 const struct saved_code *code, struct error *e)
{
    struct compile_options own = m->code_of_engine->jit->options;
    char target[8];
    own.guarded = guarded;
    target_name(target);
    if (h->magic != HEAD_MAGIC)
        return damaged(e);
    if (memcmp(h->target, target, sizeof target) != 0)
        return refuse(e, "is for another machine");
    if (h->build != WASMC_BUILD_ID)
        return refuse(e, "is of another build of wasmc");
    if ((h->cpu & ~own.cpu) != 0)
        return refuse(e, "uses features that this CPU does not have");
    /* Polls that nobody needs do no harm. */
    if (h->options & OPTION_INTERRUPTS)
        own.interrupts = true;
    if (h->options != option_bits(&own) || h->pin_seed != own.pin_seed)
        return refuse(e, "was compiled with other options");
    if (h->module_sum != code->module_sum)
        return refuse(e, "is of another module");
    if (h->image_start != wc_code_stubs_start(m))
        return refuse(e, "is for other sizes of pages");
    return true;
}

static bool sizes_fit(const struct head *h, const struct module *m, size_t len)
{
    uint64_t tables = sizeof *h + (uint64_t)h->funcs_len *
                                      sizeof(struct saved_func);
    for (unsigned t = 0; t < TABLES; t++)
        tables += (uint64_t)h->tables[t] * entry_bytes[t];
    return h->pad == 0 && h->funcs_len == m->funcs_len - m->funcs_imported &&
           h->image_at >= tables && h->image_at <= len &&
           h->image_len == len - h->image_at &&
           h->image_len >= wc_code_funcs_start(m) - h->image_start &&
           h->image_len <= UINT32_MAX - h->image_start;
}

static bool sites_fit(const struct code_site *s, uint32_t len,
                      const struct code_func *f, const struct module *m)
{
    for (uint32_t i = 0; i < len; i++)
        if (s[i].code > f->len || (i != 0 && s[i].code < s[i - 1].code) ||
            (s[i].wasm >= m->bytes_len && s[i].wasm != SITE_NO_FRAME))
            return false;
    return true;
}

static bool args_fit(const struct code_func *f)
{
    for (uint32_t i = 0; i < f->args_len; i++)
        if (f->args[i].code > f->len ||
            (i != 0 && f->args[i].code < f->args[i - 1].code))
            return false;
    return true;
}

/* Walks over both tables go one way, so they end. */
static bool regions_fit(const struct code_func *f, const struct module *m)
{
    for (uint32_t i = 0; i < f->regions_len; i++) {
        const struct code_region *r = &f->regions[i];
        if (r->start > r->end || r->end > f->len || r->parent > i ||
            r->outer > i || r->handlers > f->handlers_len ||
            (i != 0 && r->start < f->regions[i - 1].start))
            return false;
    }
    for (uint32_t i = 0; i < f->handlers_len; i++) {
        const struct code_handler *h = &f->handlers[i];
        if ((h->tag != HANDLER_ANY && h->tag >= m->tags_len) ||
            h->target >= f->len || h->ref > CODE_REF_LAST ||
            (uint64_t)h->slot * 8 + f->home_bytes > f->frame_bytes ||
            h->next > f->handlers_len || (h->next != 0 && h->next <= i + 1))
            return false;
    }
    return true;
}

static bool func_fits(const struct code_func *f, const struct module *m)
{
    return sites_fit(f->calls, f->calls_len, f, m) &&
           sites_fit(f->accesses, f->accesses_len, f, m) && args_fit(f) &&
           regions_fit(f, m);
}

/* --- Loading ---------------------------------------------------------- */

struct loader {
    struct module *module;
    const uint8_t *tables[TABLES]; /* what is left of each */
    uint32_t left[TABLES];
    uint64_t end; /* of the image, in the set */
    uint64_t last; /* where the function before ends */
    uint8_t *seen; /* [defined functions] */
};

static const void *take(struct loader *l, enum code_table t, uint32_t len)
{
    const void *table = l->tables[t];
    l->tables[t] += (size_t)len * entry_bytes[t];
    l->left[t] -= len;
    return table;
}

static bool load_func(struct loader *l, const struct saved_func *s,
                      struct code_func *f)
{
    const struct module *m = l->module;
    for (unsigned t = 0; t < TABLES; t++)
        if (s->tables[t] > l->left[t])
            return false;
    if (s->func < m->funcs_imported || s->func >= m->funcs_len ||
        l->seen[s->func - m->funcs_imported]++ != 0 ||
        s->start % CODE_ALIGN != 0 || s->start < l->last || s->len == 0 ||
        (uint64_t)s->start + s->len > l->end)
        return false;
    l->last = (uint64_t)s->start + s->len;
    *f = (struct code_func){
        .func = s->func,
        .start = s->start,
        .len = s->len,
        .frame_bytes = s->frame_bytes,
        .home_bytes = s->home_bytes,
        .in_bytes = s->in_bytes,
        .calls_len = s->tables[CALLS],
        .accesses_len = s->tables[ACCESSES],
        .args_len = s->tables[ARGS],
        .regions_len = s->tables[REGIONS],
        .handlers_len = s->tables[HANDLERS],
        .calls = take(l, CALLS, s->tables[CALLS]),
        .accesses = take(l, ACCESSES, s->tables[ACCESSES]),
        .args = take(l, ARGS, s->tables[ARGS]),
        .regions = take(l, REGIONS, s->tables[REGIONS]),
        .handlers = take(l, HANDLERS, s->tables[HANDLERS]),
    };
    return func_fits(f, m);
}

/* The functions, in one block; with a copy of the tables behind them, unless
 * they lie in a file that stays. NULL with the error set. */
static struct code_func *load_funcs(struct module *m, const struct head *h,
                                    const struct saved_code *code,
                                    struct error *e)
{
    size_t funcs = h->funcs_len * sizeof(struct code_func);
    size_t copy = code->file != NULL ? 0 : h->image_at - sizeof *h;
    struct code_func *all = malloc(funcs + copy + 1);
    struct loader l = {.module = m,
                       .end = (uint64_t)h->image_start + h->image_len,
                       .last = wc_code_funcs_start(m),
                       .seen = calloc(h->funcs_len + 1u, 1)};
    bool ok = all != NULL && l.seen != NULL;
    if (ok) {
        const uint8_t *from = code->bytes + sizeof *h;
        if (copy != 0)
            from = memcpy((uint8_t *)all + funcs, from, copy);
        const struct saved_func *saved = (const void *)from;
        from += h->funcs_len * sizeof *saved;
        for (unsigned t = 0; t < TABLES; t++) {
            l.tables[t] = from;
            l.left[t] = h->tables[t];
            from += (size_t)h->tables[t] * entry_bytes[t];
        }
        for (uint32_t i = 0; ok && i < h->funcs_len; i++)
            ok = load_func(&l, &saved[i], &all[i]);
        for (unsigned t = 0; t < TABLES; t++)
            ok = ok && l.left[t] == 0;
        if (!ok)
            damaged(e);
    } else {
        wc_error_no_memory(e, "loading machine code");
    }
    free(l.seen);
    if (ok)
        return all;
    free(all);
    return NULL;
}

static bool load_set(struct module *m, const struct head *h,
                     const struct saved_code *code, struct error *e)
{
    struct code_image image = {
        .options = m->code_of_engine->jit->options,
        .bytes = code->bytes + h->image_at,
        .len = h->image_len,
        .funcs = load_funcs(m, h, code, e),
        .funcs_len = h->funcs_len,
        .fd = code->file != NULL ? code->file->fd : -1,
        .offset = code->offset + h->image_at,
    };
    if (image.funcs == NULL)
        return false;
    /* What is compiled later is for the same CPU: results may depend on it. */
    image.options.cpu = h->cpu;
    image.options.interrupts = (h->options & OPTION_INTERRUPTS) != 0;
    image.options.guarded = (h->options & OPTION_GUARDED) != 0;
    if (wc_code_set_load(m, &image, e) != NULL)
        return true;
    free(image.funcs);
    return false;
}

bool wc_serialize_load(struct module *m, bool guarded,
                       const struct saved_code *code, struct error *e)
{
    struct head h;
    if (code->len < sizeof h)
        return damaged(e);
    memcpy(&h, code->bytes, sizeof h);
    if (!fits(&h, m, guarded, code, e))
        return false;
    if (!sizes_fit(&h, m, code->len))
        return damaged(e);
    if (!load_set(m, &h, code, e))
        return false;
    if (code->file != NULL) {
        m->code_of_engine->file = *code->file;
        *code->file = (struct wc_os_file){.fd = -1};
    }
    return true;
}
