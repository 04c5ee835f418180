#include "jit/code.h"

#include "jit/jit.h"
#include "jit/publish.h"
#include "jit/thunk.h"

#include <string.h>

/* --- Room ---------------------------------------------------------------- */

#define SET_BYTES_MAX ((size_t)1 << 31)

/* Code per byte of a body, most wanted first: what is not used costs address
 * space only. */
static const size_t expansions[] = {64, 16, 8, 4};

static size_t align_up(size_t n, size_t to)
{
    return (n + to - 1) & ~(to - 1);
}

/* As observers want it. */
static bool nameless(const struct module *m)
{
    const struct engine *e = m->owner;
    return (e->config.observers & OBSERVER_PERF_MAP) != 0;
}

/* Mapped twice, it leaves three quarters of a limited address space to others,
 * or half if need be. */
static bool map_set(struct code_set *s, size_t data, size_t stubs)
{
    const struct module *m = s->module;
    size_t most = wc_os_address_space() / 8;
    s->map.nameless = nameless(m);
    for (size_t i = 0; i < ARRAY_LEN(expansions); i++) {
        size_t code = stubs + m->code.len * expansions[i] +
                      (size_t)m->funcs_len * 256 + 65536;
        if (i == ARRAY_LEN(expansions) - 1)
            most *= 2;
        if (data + code <= SET_BYTES_MAX && data + code <= most &&
            wc_os_code_map(&s->map, data, code))
            return true;
    }
    return false;
}

/* Where nothing is mapped twice, each piece of code has pages of its own. */
size_t wc_code_alloc(struct wc_os_code *map, size_t bytes)
{
    size_t align = map->twice ? CODE_ALIGN : wc_os_page_bytes();
    size_t at = align_up(map->used, align);
    /* A tail call may look at the bytes behind any return address. */
    if (at > map->bytes || bytes + CODE_ALIGN > map->bytes - at)
        return 0;
    map->used = at + bytes;
    return at;
}

bool wc_code_write(struct wc_os_code *map, size_t at, const void *code,
                   size_t len)
{
    if (!wc_os_code_begin(map, at, len))
        return false;
    memcpy(map->write + at, code, len);
    wc_publish_flush(map->exec + at, len);
    return wc_os_code_end(map, at, len);
}

/* --- Sets ---------------------------------------------------------------- */

static uintptr_t *words_of(struct code_set *s)
{
    return (uintptr_t *)(void *)s->map.write;
}

static void fill_data(struct code_set *s, const struct jit *jit)
{
    const struct module *m = s->module;
    uintptr_t *words = words_of(s);
    for (uint32_t i = 0; i < DATA_COMMON_LEN; i++)
        words[i] = (uintptr_t)jit->common[i];
    for (uint32_t i = 0; i < m->types_len; i++)
        words[data_type(i)] = (uintptr_t)m->deftypes[i];
    uintptr_t stub = (uintptr_t)s->map.exec + s->stubs +
                     wc_thunk_stubs_head_bytes +
                     (uintptr_t)m->funcs_imported * wc_thunk_stub_bytes;
    for (uint32_t i = m->funcs_imported; i < m->funcs_len; i++) {
        words[data_func(m->types_len, i)] = stub;
        stub += wc_thunk_stub_bytes;
    }
}

static bool write_stubs(struct code_set *s, size_t bytes)
{
    s->stubs = wc_code_alloc(&s->map, bytes);
    if (s->stubs == 0 || !wc_os_code_begin(&s->map, s->stubs, bytes))
        return false;
    wc_thunk_stubs(s->map.write + s->stubs, s->module->funcs_len,
                   -(int64_t)s->stubs);
    wc_publish_flush(s->map.exec + s->stubs, bytes);
    return wc_os_code_end(&s->map, s->stubs, bytes);
}

static bool add_fault_range(struct code_set *s, struct jit *jit)
{
    return !jit->faults || wc_fault_add_code(s->map.exec, s->map.bytes,
                                             wc_jit_fault, jit);
}

static size_t data_bytes(const struct module *m)
{
    return (size_t)data_func(m->types_len, m->funcs_len) * 8;
}

static size_t stubs_bytes(const struct module *m)
{
    return wc_thunk_stubs_head_bytes +
           (size_t)m->funcs_len * wc_thunk_stub_bytes;
}

size_t wc_code_stubs_start(const struct module *m)
{
    return align_up(data_bytes(m), wc_os_page_bytes());
}

size_t wc_code_funcs_start(const struct module *m)
{
    return wc_code_stubs_start(m) + stubs_bytes(m);
}

/* From a file without a copy, where that can be. */
static bool place_image(struct code_set *s, const struct code_image *image)
{
    struct wc_os_code *map = &s->map;
    size_t page = wc_os_page_bytes();
    s->stubs = map->data_bytes;
    if (image->len > map->bytes - s->stubs)
        return false;
    if (image->fd >= 0 && image->offset % page == 0 && map->twice &&
        !map->nameless &&
        wc_os_code_from_file(map, s->stubs, image->len, image->fd,
                             image->offset)) {
        map->used = align_up(s->stubs + image->len, page);
        return true;
    }
    size_t at = wc_code_alloc(map, image->len);
    return at != 0 && wc_code_write(map, at, image->bytes, image->len);
}

static bool add_loaded(struct code_set *s, const struct code_image *image)
{
    const struct module *m = s->module;
    if (!vec_reserve(&s->by_start, image->funcs_len))
        return false;
    s->loaded = image->funcs;
    s->loaded_len = image->funcs_len;
    for (uint32_t i = 0; i < image->funcs_len; i++) {
        struct code_func *f = &image->funcs[i];
        s->by_start.data[s->by_start.len++] = f;
        atomic_init(&s->funcs[f->func], f);
        words_of(s)[data_func(m->types_len, f->func)] =
            (uintptr_t)s->map.exec + f->start;
        wc_observe_func(&m->code_of_engine->jit->observe, s, f);
    }
    return true;
}

static struct code_set *new_set(struct module *m,
                                const struct compile_options *options,
                                const struct code_image *image)
{
    struct jit *jit = m->code_of_engine->jit;
    struct code_set *s =
        calloc(1, sizeof *s + m->funcs_len * sizeof s->funcs[0]);
    if (s == NULL)
        return NULL;
    s->module = m;
    s->options = *options;
    size_t stubs = stubs_bytes(m), code = image != NULL ? image->len : stubs;
    if (!wc_compile_measure(m, &s->options) ||
        !map_set(s, data_bytes(m), code) ||
        !(image != NULL ? place_image(s, image) : write_stubs(s, stubs))) {
        wc_code_set_free(s);
        return NULL;
    }
    fill_data(s, jit);
    if ((image == NULL || add_loaded(s, image)) && add_fault_range(s, jit))
        return s;
    s->loaded = NULL; /* still the caller's */
    s->by_start.len = 0;
    wc_code_set_free(s);
    return NULL;
}

void wc_code_set_free(struct code_set *s)
{
    if (s == NULL)
        return;
    wc_observe_set_end(s);
    if (s->map.exec != NULL)
        wc_fault_remove_code(s->map.exec);
    for (uint32_t i = 0; i < s->by_start.len; i++) {
        struct code_func *f = s->by_start.data[i];
        if ((uintptr_t)f - (uintptr_t)s->loaded >=
            s->loaded_len * sizeof *s->loaded)
            free(f);
    }
    free(s->loaded);
    vec_free(&s->by_start);
    wc_os_code_unmap(&s->map);
    free(s);
}

static uint64_t next_serial(struct jit *jit)
{
    wc_mutex_lock(&jit->map.lock);
    uint64_t serial = ++jit->serial;
    wc_mutex_unlock(&jit->map.lock);
    return serial;
}

struct code_set *wc_code_set(struct module *m, bool guarded, struct error *e)
{
    struct module_code *mc = m->code_of_engine;
    struct code_set *s = atomic_load_explicit(&mc->sets[guarded],
                                              memory_order_acquire);
    if (s != NULL)
        return s;
    wc_mutex_lock(&mc->lock);
    s = atomic_load_explicit(&mc->sets[guarded], memory_order_relaxed);
    if (s == NULL) {
        struct compile_options options = mc->jit->options;
        options.guarded = guarded;
        options.serial = next_serial(mc->jit);
        s = new_set(m, &options, NULL);
        atomic_store_explicit(&mc->sets[guarded], s, memory_order_release);
    }
    wc_mutex_unlock(&mc->lock);
    if (s == NULL)
        wc_error_no_memory(e, "making room for machine code");
    return s;
}

struct code_set *wc_code_set_load(struct module *m,
                                  const struct code_image *image,
                                  struct error *e)
{
    struct module_code *mc = m->code_of_engine;
    struct code_set *s = new_set(m, &image->options, image);
    if (s == NULL)
        wc_error_no_memory(e, "making room for machine code");
    else
        atomic_store_explicit(&mc->sets[image->options.guarded], s,
                              memory_order_release);
    return s;
}

/* --- Publishing ---------------------------------------------------------- */

/* A copy of `len` elements behind the struct. */
static const void *keep(uint8_t **at, const void *from, uint32_t len,
                        size_t size)
{
    void *to = *at;
    if (len != 0)
        memcpy(to, from, len * size);
    *at += len * size;
    return to;
}

#define TABLE_BYTES(v) ((size_t)(v).len * sizeof *(v).data)
#define KEEP(at, v) keep(at, (v).data, (v).len, sizeof *(v).data)

static struct code_func *new_func(const struct compiled *c, uint32_t func)
{
    struct code_func *f =
        malloc(sizeof *f + TABLE_BYTES(c->calls) + TABLE_BYTES(c->accesses) +
               TABLE_BYTES(c->args) + TABLE_BYTES(c->regions) +
               TABLE_BYTES(c->handlers));
    if (f == NULL)
        return NULL;
    uint8_t *at = (uint8_t *)(f + 1);
    *f = (struct code_func){
        .func = func,
        .len = c->code.len,
        .frame_bytes = c->frame_bytes,
        .home_bytes = c->home_bytes,
        .in_bytes = c->in_bytes,
        .calls_len = c->calls.len,
        .accesses_len = c->accesses.len,
        .args_len = c->args.len,
        .regions_len = c->regions.len,
        .handlers_len = c->handlers.len,
    };
    f->calls = KEEP(&at, c->calls);
    f->accesses = KEEP(&at, c->accesses);
    f->args = KEEP(&at, c->args);
    f->regions = KEEP(&at, c->regions);
    f->handlers = KEEP(&at, c->handlers);
    return f;
}

/* Code is given out in order of address, but threads may be done in another. */
static bool insert(struct code_set *s, struct code_func *f)
{
    if (!vec_reserve(&s->by_start, 1))
        return false;
    uint32_t i = s->by_start.len++;
    for (; i > 0 && s->by_start.data[i - 1]->start > f->start; i--)
        s->by_start.data[i] = s->by_start.data[i - 1];
    s->by_start.data[i] = f;
    return true;
}

static bool place(struct code_set *s, struct code_func *f,
                  const struct compiled *c)
{
    wc_mutex_lock(&s->map.lock);
    size_t at = wc_code_alloc(&s->map, f->len);
    wc_mutex_unlock(&s->map.lock);
    if (at == 0 || !wc_os_code_begin(&s->map, at, f->len))
        return false;
    f->start = (uint32_t)at;
    memcpy(s->map.write + at, c->code.bytes, f->len);
    wc_masm_relocate(s->map.write + at, c->relocs.data, c->relocs.len,
                     -(int64_t)at);
    wc_publish_flush(s->map.exec + at, f->len);
    return wc_os_code_end(&s->map, at, f->len);
}

/* The set knows the function before anybody can run it. */
static bool make_known(struct code_set *s, struct code_func *f)
{
    wc_mutex_lock(&s->map.lock);
    bool first = atomic_load_explicit(&s->funcs[f->func],
                                      memory_order_relaxed) == NULL;
    bool ok = first && insert(s, f);
    if (ok) {
        uintptr_t entry = (uintptr_t)s->map.exec + f->start;
        _Atomic(uintptr_t) *words = (void *)s->map.write;
        atomic_store_explicit(&s->funcs[f->func], f, memory_order_release);
        atomic_store_explicit(
            &words[data_func(s->module->types_len, f->func)], entry,
            memory_order_release);
    }
    wc_mutex_unlock(&s->map.lock);
    if (ok)
        wc_observe_func(&s->module->code_of_engine->jit->observe, s, f);
    else
        free(f);
    return ok || !first;
}

bool wc_code_publish(struct code_set *s, uint32_t func,
                     const struct compiled *c, struct error *e)
{
    struct code_func *f = new_func(c, func);
    if (f == NULL)
        return wc_error_no_memory(e, "keeping machine code");
    if (!place(s, f, c)) {
        free(f);
        return wc_error_no_memory(e, "placing machine code");
    }
    return make_known(s, f) || wc_error_no_memory(e, "keeping machine code");
}

/* --- Finding ------------------------------------------------------------- */

const struct code_func *wc_code_find(struct code_set *s, const void *pc)
{
    size_t at = (size_t)((uintptr_t)pc - (uintptr_t)s->map.exec);
    wc_mutex_lock(&s->map.lock);
    uint32_t low = 0, high = s->by_start.len;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (s->by_start.data[mid]->start <= at)
            low = mid + 1;
        else
            high = mid;
    }
    const struct code_func *f = low ? s->by_start.data[low - 1] : NULL;
    wc_mutex_unlock(&s->map.lock);
    return f != NULL && at - f->start < f->len ? f : NULL;
}

const struct code_site *wc_code_site(const struct code_site *sites,
                                     uint32_t len, uint32_t at)
{
    uint32_t low = 0, high = len;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (sites[mid].code <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? &sites[low - 1] : NULL;
}

uint32_t wc_code_args(const struct code_func *f, uint32_t at)
{
    uint32_t low = 0, high = f->args_len;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (f->args[mid].code < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low < f->args_len && f->args[low].code == at ? f->args[low].bytes
                                                        : 0;
}
