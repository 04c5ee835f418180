/* Hash map from byte strings to 32-bit numbers: export names, text
 * identifiers. Keys are borrowed, not copied: they must outlive the map.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

struct map_entry {
    const uint8_t *key; /* NULL: free */
    size_t len;
    uint32_t hash, value;
};

struct map {
    struct map_entry *entries;
    uint32_t count, cap; /* cap is 0 or a power of two */
};

/* A zeroed struct map is an empty map. */
void wc_map_free(struct map *m);

/* Forgets all entries, keeps the memory. */
void wc_map_clear(struct map *m);

/* The value of `key`, or NULL. */
const uint32_t *wc_map_find(const struct map *m, struct span key);

/* Puts key -> value where key is not there yet. *found says whether it was
 * (then nothing changes). False when memory has run out. */
bool wc_map_add(struct map *m, struct span key, uint32_t value, bool *found)
    WC_MUST_CHECK;

/* Forgets a key, if it is there. */
void wc_map_remove(struct map *m, struct span key);

/* A 32-bit hash of bytes, good enough for tables keyed by untrusted names. */
uint32_t wc_hash_bytes(const void *data, size_t len);

#endif
