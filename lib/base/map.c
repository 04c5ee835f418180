#include "base/map.h"

#include <stdlib.h>
#include <string.h>

/* Both halves of the product of 64-bit numbers, folded. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Names come from untrusted modules, which must not be able to choose many of
 * one hash. So each step mixes in a number that differs from process to
 * process, the address at which the host has put us, and folds a full product,
 * through which no difference of inputs passes in a foreseeable way. */
uint32_t wc_hash_bytes(const void *data, size_t len)
{
    static const char place;
    const uint64_t key = (uintptr_t)&place * UINT64_C(0x9e3779b97f4a7c15);
    const uint8_t *p = data;
    uint64_t h = key ^ (len * UINT64_C(0xff51afd7ed558ccd));
    while (len > 0) {
        uint64_t word = 0;
        size_t n = len < 8 ? len : 8;
        memcpy(&word, p, n);
        h = fold(h ^ word, key ^ UINT64_C(0xbf58476d1ce4e5b9));
        p += n;
        len -= n;
    }
    h = fold(h, UINT64_C(0x94d049bb133111eb));
    return (uint32_t)(h ^ (h >> 32));
}

void wc_map_free(struct map *m)
{
    free(m->entries);
    *m = (struct map){0};
}

void wc_map_clear(struct map *m)
{
    if (m->count != 0)
        memset(m->entries, 0, m->cap * sizeof *m->entries);
    m->count = 0;
}

/* The entry of `key`, or the free one where it belongs. */
static struct map_entry *slot(const struct map *m, struct span key,
                              uint32_t hash)
{
    for (uint32_t i = hash;; i++) {
        struct map_entry *e = &m->entries[i & (m->cap - 1)];
        if (e->key == NULL)
            return e;
        if (e->hash == hash && e->len == key.len &&
            (key.len == 0 || memcmp(e->key, key.data, key.len) == 0))
            return e;
    }
}

const uint32_t *wc_map_find(const struct map *m, struct span key)
{
    if (m->count == 0)
        return NULL;
    struct map_entry *e = slot(m, key, wc_hash_bytes(key.data, key.len));
    return e->key ? &e->value : NULL;
}

static bool grow(struct map *m)
{
    if (m->cap > UINT32_MAX / 4)
        return false;
    struct map bigger = {.cap = m->cap ? m->cap * 2 : 16, .count = m->count};
    bigger.entries = calloc(bigger.cap, sizeof *bigger.entries);
    if (bigger.entries == NULL)
        return false;
    for (uint32_t i = 0; i < m->cap; i++) {
        struct map_entry *e = &m->entries[i];
        if (e->key != NULL)
            *slot(&bigger, (struct span){e->key, e->len}, e->hash) = *e;
    }
    free(m->entries);
    *m = bigger;
    return true;
}

bool wc_map_add(struct map *m, struct span key, uint32_t value, bool *found)
{
    static const uint8_t empty[1];
    *found = false;
    if (m->count >= m->cap / 2 && !grow(m))
        return false;
    uint32_t hash = wc_hash_bytes(key.data, key.len);
    struct map_entry *e = slot(m, key, hash);
    *found = e->key != NULL;
    if (*found)
        return true;
    /* An empty name may come with a NULL pointer, which marks free entries. */
    const uint8_t *data = key.data ? key.data : empty;
    *e = (struct map_entry){data, key.len, hash, value};
    m->count++;
    return true;
}

/* What stands behind a gap and was pushed there by what is gone moves up, so
 * that every key is found without a gap before it. */
void wc_map_remove(struct map *m, struct span key)
{
    if (m->count == 0)
        return;
    struct map_entry *gone = slot(m, key, wc_hash_bytes(key.data, key.len));
    if (gone->key == NULL)
        return;
    uint32_t mask = m->cap - 1, gap = (uint32_t)(gone - m->entries);
    for (uint32_t i = gap + 1;; i++) {
        struct map_entry *e = &m->entries[i & mask];
        if (e->key == NULL)
            break;
        if (((i - e->hash) & mask) < ((i - gap) & mask))
            continue;
        m->entries[gap] = *e;
        gap = i & mask;
    }
    m->entries[gap] = (struct map_entry){0};
    m->count--;
}
