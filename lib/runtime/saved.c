#include "runtime/saved.h"

#include "base/bits.h"
#include "base/checksum.h"
#include "runtime/engine.h"

#include <string.h>

#define HEADER_BYTES 32u
#define FORMAT_VERSION 2u
#define SUMMED 16u /* from here on */

static const uint8_t magic[4] = {0, 'w', 'c', 'm'};

/* What a header says that has been checked. */
struct content {
    struct span binary, code;
    uint64_t binary_sum;
};

bool wc_saved_is(const uint8_t *data, size_t len)
{
    return len >= sizeof magic && memcmp(data, magic, sizeof magic) == 0;
}

static uint64_t code_start(uint64_t binary_len)
{
    return (HEADER_BYTES + binary_len + 7) & ~(uint64_t)7;
}

/* Of the header and all behind the binary. */
static uint64_t sum_of(const uint8_t *data, size_t len, uint64_t binary_len)
{
    size_t rest = HEADER_BYTES + (size_t)binary_len;
    return wc_checksum(data + SUMMED, HEADER_BYTES - SUMMED) ^
           wc_checksum(data + rest, len - rest);
}

bool wc_saved_write(struct module *m, struct buf *out, struct error *e)
{
    const struct engine_ops *ops = m->ops;
    uint8_t header[HEADER_BYTES] = {0};
    uint64_t sum = wc_checksum(m->bytes, m->bytes_len);
    memcpy(header, magic, sizeof magic);
    bits_store_u32(header + 4, FORMAT_VERSION);
    bits_store_u64(header + 16, m->bytes_len);
    bits_store_u64(header + 24, sum);
    wc_buf_append(out, header, sizeof header);
    wc_buf_append(out, m->bytes, m->bytes_len);
    if (ops->code_save != NULL) {
        while (out->len % 8 != 0 && !out->failed)
            wc_buf_byte(out, 0);
        if (!wc_engine_compile(m, e) || !ops->code_save(m, sum, out, e))
            return false;
    }
    if (out->failed)
        return wc_error_no_memory(e, "saving a module");
    bits_store_u64(out->data + 8, sum_of(out->data, out->len, m->bytes_len));
    return true;
}

static bool damaged(struct error *e)
{
    return wc_error_set(e, ERROR_MALFORMED, ERROR_NO_OFFSET,
                        "saved module is damaged");
}

/* With `want`, the binary has to be that. */
static bool look(const uint8_t *data, size_t len, const struct span *want,
                 struct content *c, struct error *e)
{
    if (!wc_saved_is(data, len))
        return wc_error_set(e, ERROR_MALFORMED, ERROR_NO_OFFSET,
                            "not a saved module");
    if (len < HEADER_BYTES)
        return damaged(e);
    if (bits_load_u32(data + 4) != FORMAT_VERSION)
        return wc_error_set(e, ERROR_UNSUPPORTED, ERROR_NO_OFFSET,
                            "saved module is of another version of wasmc");
    uint64_t binary = bits_load_u64(data + 16);
    if (binary > len - HEADER_BYTES ||
        bits_load_u64(data + 8) != sum_of(data, len, binary))
        return damaged(e);
    uint64_t code = code_start(binary);
    c->binary = (struct span){data + HEADER_BYTES, (size_t)binary};
    c->binary_sum = bits_load_u64(data + 24);
    c->code = (struct span){NULL, 0};
    if (HEADER_BYTES + binary < len && code >= len)
        return damaged(e);
    if (want == NULL
            ? wc_checksum(c->binary.data, c->binary.len) != c->binary_sum
            : want->len != binary ||
                  memcmp(want->data, c->binary.data, want->len) != 0)
        return damaged(e);
    if (code < len)
        c->code = (struct span){data + code, len - (size_t)code};
    return true;
}

static struct module *load(struct engine *engine, const uint8_t *data,
                           size_t len, bool trust, struct wc_os_file *file,
                           const struct span *binary, struct error *e)
{
    struct content c = {{NULL, 0}, {NULL, 0}, 0};
    if (!look(data, len, binary, &c, e))
        return NULL;
    if (!trust || c.code.len == 0 || engine->config.ops->code_load == NULL)
        return wc_engine_load(engine, c.binary.data, c.binary.len, true, e);
    struct saved_code code = {.bytes = c.code.data,
                              .len = c.code.len,
                              .module_sum = c.binary_sum,
                              .file = file,
                              .offset = (uint64_t)(c.code.data - data)};
    return wc_engine_load_code(engine, c.binary.data, c.binary.len,
                               file == NULL, &code, e);
}

struct module *wc_saved_load(struct engine *engine, const uint8_t *data,
                             size_t len, bool trust, struct error *e)
{
    return load(engine, data, len, trust, NULL, NULL, e);
}

struct module *wc_saved_load_file(struct engine *engine,
                                  struct wc_os_file *file, bool trust,
                                  const struct span *binary, struct error *e)
{
    struct module *m =
        load(engine, file->data, file->len, trust, file, binary, e);
    wc_os_file_unmap(file);
    return m;
}
