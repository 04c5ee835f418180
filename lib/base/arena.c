#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define FIRST_BLOCK_BYTES 4096
#define LARGEST_STEP_BYTES (1u << 20)

struct arena_block {
    struct arena_block *next;
    size_t size, used; /* of data */
    _Alignas(ALIGNMENT) uint8_t data[];
};

void wc_arena_free(struct arena *a)
{
    for (struct arena_block *b = a->head, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){0};
}

static struct arena_block *add_block(struct arena *a, size_t size)
{
    /* Blocks double, so a big module costs few of them, up to a step that
     * bounds what the last one wastes. */
    size_t block = a->head ? a->head->size * 2 : FIRST_BLOCK_BYTES;
    if (block > LARGEST_STEP_BYTES)
        block = LARGEST_STEP_BYTES;
    if (block < size)
        block = size;
    struct arena_block *b = calloc(1, sizeof *b + block);
    if (b == NULL)
        return NULL;
    b->size = block;
    b->next = a->head;
    a->head = b;
    return b;
}

void *wc_arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct arena_block *b = a->head;
    if (b == NULL || b->size - b->used < size) {
        b = add_block(a, size);
        if (b == NULL)
            return NULL;
    }
    void *p = b->data + b->used;
    b->used += size;
    a->used_bytes += size;
    return p;
}

void *wc_arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return wc_arena_alloc(a, bytes);
}

char *wc_arena_string(struct arena *a, const void *data, size_t len)
{
    char *s = len < SIZE_MAX ? wc_arena_alloc(a, len + 1) : NULL;
    if (s != NULL && len != 0)
        memcpy(s, data, len);
    return s;
}

void wc_arena_reset(struct arena *a)
{
    struct arena_block *keep = NULL;
    for (struct arena_block *b = a->head, *next; b != NULL; b = next) {
        next = b->next;
        if (keep == NULL || b->size > keep->size) {
            free(keep);
            keep = b;
        } else {
            free(b);
        }
    }
    if (keep != NULL) {
        memset(keep->data, 0, keep->used);
        keep->used = 0;
        keep->next = NULL;
    }
    *a = (struct arena){.head = keep};
}
