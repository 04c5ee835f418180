/* Serialized modules: a header that guards against damage and other versions,
 * then the binary. Bytes from anywhere may be given to deserialize: the binary
 * is validated again, so the header need not be trusted.
 *
 *   0  magic "\0wcm", version of this format (u32), version of the library
 *  12  kind of the payload (u32): 0, a WebAssembly binary
 *  16  payload's length (u64), its hash (u64)
 *  32  payload
 */
#include "api/module.h"
#include "base/bits.h"

#include <string.h>

#define HEADER_BYTES 32u
#define FORMAT_VERSION 1u
#define LIBRARY_VERSION                                    \
    ((uint32_t)WASMC_VERSION_MAJOR << 16 |                 \
     (uint32_t)WASMC_VERSION_MINOR << 8 | WASMC_VERSION_PATCH)
#define PAYLOAD_WASM 0u

static const uint8_t magic[4] = {0, 'w', 'c', 'm'};

/* Detects damage, not malice: multiply and fold, eight bytes at a time. */
static uint64_t hash(const uint8_t *data, size_t len)
{
    uint64_t h = 0x9e3779b97f4a7c15u ^ len;
    while (len) {
        uint64_t word = 0;
        size_t n = len < 8 ? len : 8;
        memcpy(&word, data, n);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
        data += n;
        len -= n;
    }
    return h;
}

static void write_header(uint8_t *h, const struct module *m)
{
    memcpy(h, magic, sizeof magic);
    bits_store_u32(h + 4, FORMAT_VERSION);
    bits_store_u32(h + 8, LIBRARY_VERSION);
    bits_store_u32(h + 12, PAYLOAD_WASM);
    bits_store_u64(h + 16, m->bytes_len);
    bits_store_u64(h + 24, hash(m->bytes, m->bytes_len));
}

static bool header_fits(const uint8_t *h, size_t payload_len)
{
    return memcmp(h, magic, sizeof magic) == 0 &&
           bits_load_u32(h + 4) == FORMAT_VERSION &&
           bits_load_u32(h + 8) == LIBRARY_VERSION &&
           bits_load_u32(h + 12) == PAYLOAD_WASM &&
           bits_load_u64(h + 16) == payload_len &&
           bits_load_u64(h + 24) == hash(h + HEADER_BYTES, payload_len);
}

void wasm_module_serialize(const wasm_module_t *module, wasm_byte_vec_t *out)
{
    const struct module *m = module->module;
    wasm_byte_vec_new_uninitialized(out, HEADER_BYTES + (size_t)m->bytes_len);
    if (!out->data)
        return;
    write_header((uint8_t *)out->data, m);
    memcpy(out->data + HEADER_BYTES, m->bytes, m->bytes_len);
}

wasm_module_t *wasm_module_deserialize(wasm_store_t *store,
                                       const wasm_byte_vec_t *bytes)
{
    const uint8_t *data = (const uint8_t *)bytes->data;
    if (bytes->size < HEADER_BYTES ||
        !header_fits(data, bytes->size - HEADER_BYTES))
        return NULL;
    struct module *m =
        wc_engine_load(store->store->engine, data + HEADER_BYTES,
                       bytes->size - HEADER_BYTES, true, NULL);
    return wc_module_give(store, m);
}
