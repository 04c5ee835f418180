/* Inodes, names and what they may cost. */
#include "wasi/mem_fs.h"

#include <stdlib.h>
#include <string.h>

#include "base/os_clock.h"
#include "base/os_random.h"
#include "base/span.h"

uint64_t wc_mem_now(void)
{
    uint64_t ns = 0;
    wc_os_clock_time(OS_CLOCK_REALTIME, &ns); /* without a clock: 1970 */
    return ns;
}

static bool charge(struct wasi_memdir_t *fs, uint64_t bytes)
{
    if (bytes > fs->limit - fs->used)
        return false;
    fs->used += bytes;
    return true;
}

/* ------------------------------------------------------------------- inodes */

struct inode *wc_inode_new(struct wasi_memdir_t *fs, enum os_filetype type)
{
    if (!charge(fs, MEM_INODE_BYTES))
        return NULL;
    struct inode *i = calloc(1, sizeof *i);
    if (i == NULL) {
        fs->used -= MEM_INODE_BYTES;
        return NULL;
    }
    i->type = type;
    i->ino = fs->next_ino++;
    i->atim = i->mtim = i->ctim = wc_mem_now();
    i->next = fs->all;
    if (fs->all != NULL)
        fs->all->prev = i;
    fs->all = i;
    return i;
}

/* Frees what belongs to an inode; its names, if it is a directory, name
 * nothing that needs them. */
static void free_content(struct inode *i)
{
    if (i->type == OS_FILE_DIR) {
        for (uint32_t n = 0; n < i->dir.entries.len; n++)
            free(i->dir.entries.data[n].name);
        vec_free(&i->dir.entries);
        wc_map_free(&i->dir.numbers);
    } else if (i->type == OS_FILE_SYMLINK) {
        free(i->target);
    } else {
        free(i->data);
    }
}

void wc_inode_drop(struct wasi_memdir_t *fs, struct inode *i)
{
    if (i->names > 0 || i->opens > 0)
        return;
    if (i->prev != NULL)
        i->prev->next = i->next;
    else
        fs->all = i->next;
    if (i->next != NULL)
        i->next->prev = i->prev;
    fs->used -= MEM_INODE_BYTES + i->cap;
    free_content(i);
    free(i);
}

/* Room for at least `size` bytes, more than asked so that appending is linear
 * in all, unless the limit is near. */
static enum wasi_errno reserve(struct wasi_memdir_t *fs, struct inode *i,
                               uint64_t size)
{
    uint64_t left = fs->limit - fs->used, more = size - i->cap;
    if (more > left || size > SIZE_MAX / 2)
        return ERRNO_NOSPC;
    if (more < i->cap / 2)
        more = i->cap / 2 < left ? i->cap / 2 : left;
    uint8_t *data = realloc(i->data, (size_t)(i->cap + more));
    if (data == NULL)
        return ERRNO_NOMEM;
    memset(data + i->cap, 0, (size_t)more);
    i->data = data;
    i->cap += more;
    fs->used += more;
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_inode_resize(struct wasi_memdir_t *fs, struct inode *i,
                                uint64_t size)
{
    if (size > i->cap) {
        enum wasi_errno e = reserve(fs, i, size);
        if (e != ERRNO_SUCCESS)
            return e;
    }
    if (size == 0) {
        free(i->data);
        fs->used -= i->cap;
        i->data = NULL;
        i->cap = 0;
    } else if (size < i->size) {
        memset(i->data + size, 0, (size_t)(i->size - size));
    }
    i->size = size;
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_inode_set_target(struct wasi_memdir_t *fs, struct inode *i,
                                    const char *target)
{
    size_t len = strlen(target);
    if (!charge(fs, len))
        return ERRNO_NOSPC;
    i->target = strdup(target);
    i->size = i->cap = len;
    return i->target == NULL ? ERRNO_NOMEM : ERRNO_SUCCESS;
}

void wc_inode_stat(const struct wasi_memdir_t *fs, const struct inode *i,
                   struct os_stat *out)
{
    *out = (struct os_stat){
        .dev = fs->dev,
        .ino = i->ino,
        .nlink = i->names,
        .size = i->size,
        .atim = i->atim,
        .mtim = i->mtim,
        .ctim = i->ctim,
        .type = i->type,
    };
}

void wc_inode_set_times(struct inode *i, const struct os_times *times)
{
    uint64_t now = wc_mem_now();
    if (times->atim_action != OS_TIME_KEEP)
        i->atim = times->atim_action == OS_TIME_NOW ? now : times->atim;
    if (times->mtim_action != OS_TIME_KEEP)
        i->mtim = times->mtim_action == OS_TIME_NOW ? now : times->mtim;
    i->ctim = now;
}

/* -------------------------------------------------------------- directories */

/* The index of the first entry of this number or a later one. */
static uint32_t index_of(const struct mem_dir *d, uint64_t number)
{
    uint32_t low = 0, high = d->entries.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (d->entries.data[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct inode *wc_mem_find(const struct inode *dir, const char *name)
{
    const uint32_t *number = wc_map_find(&dir->dir.numbers, span_text(name));
    return number == NULL
               ? NULL
               : dir->dir.entries.data[index_of(&dir->dir, *number)].inode;
}

enum wasi_errno wc_mem_add(struct wasi_memdir_t *fs, struct inode *dir,
                           const char *name, struct inode *i)
{
    struct mem_dir *d = &dir->dir;
    uint64_t cost = MEM_NAME_BYTES + strlen(name);
    if (dir->names == 0 || d->next_number == UINT32_MAX)
        return dir->names == 0 ? ERRNO_NOENT : ERRNO_NOSPC;
    if (!charge(fs, cost))
        return ERRNO_NOSPC;
    bool found = false;
    struct mem_entry entry = {strdup(name), i, d->next_number};
    if (entry.name == NULL || !vec_reserve(&d->entries, 1) ||
        !wc_map_add(&d->numbers, span_text(entry.name), entry.number, &found)) {
        free(entry.name);
        fs->used -= cost;
        return ERRNO_NOMEM;
    }
    d->entries.data[d->entries.len++] = entry;
    d->next_number++;
    i->names++;
    if (i->type == OS_FILE_DIR)
        i->dir.parent = dir;
    dir->mtim = dir->ctim = i->ctim = wc_mem_now();
    return ERRNO_SUCCESS;
}

/* Closes the gaps once they are most of the list. */
static void compact(struct mem_dir *d)
{
    if (d->removed <= d->entries.len / 2)
        return;
    uint32_t kept = 0;
    for (uint32_t n = 0; n < d->entries.len; n++)
        if (d->entries.data[n].name != NULL)
            d->entries.data[kept++] = d->entries.data[n];
    d->entries.len = kept;
    d->removed = 0;
}

void wc_mem_remove(struct wasi_memdir_t *fs, struct inode *dir,
                   const char *name)
{
    struct mem_dir *d = &dir->dir;
    uint32_t number = *wc_map_find(&d->numbers, span_text(name));
    struct mem_entry *entry = &d->entries.data[index_of(d, number)];
    wc_map_remove(&d->numbers, span_text(name));
    fs->used -= MEM_NAME_BYTES + strlen(entry->name);
    free(entry->name);
    entry->name = NULL;
    entry->inode->names--;
    d->removed++;
    dir->mtim = dir->ctim = entry->inode->ctim = wc_mem_now();
    compact(d);
}

void wc_mem_replace(struct inode *dir, const char *name, struct inode *i)
{
    struct mem_dir *d = &dir->dir;
    uint32_t number = *wc_map_find(&d->numbers, span_text(name));
    struct mem_entry *entry = &d->entries.data[index_of(d, number)];
    entry->inode->names--;
    i->names++;
    if (i->type == OS_FILE_DIR)
        i->dir.parent = dir;
    dir->mtim = dir->ctim = i->ctim = entry->inode->ctim = wc_mem_now();
    entry->inode = i;
}

uint32_t wc_mem_count(const struct inode *dir)
{
    return dir->dir.entries.len - dir->dir.removed;
}

const struct mem_entry *wc_mem_entry(const struct inode *dir, uint64_t number)
{
    const struct mem_dir *d = &dir->dir;
    for (uint32_t n = index_of(d, number); n < d->entries.len; n++)
        if (d->entries.data[n].name != NULL)
            return &d->entries.data[n];
    return NULL;
}

/* ---------------------------------------------------------------- the whole */

wasi_memdir_t *wasi_memdir_new(size_t limit)
{
    struct wasi_memdir_t *fs = calloc(1, sizeof *fs);
    if (fs == NULL)
        return NULL;
    atomic_init(&fs->refs, 1);
    wc_mutex_init(&fs->lock);
    fs->limit = limit < MEM_INODE_BYTES ? MEM_INODE_BYTES : limit;
    fs->next_ino = 1;
    /* A number like that of a device, and no other file system's. */
    wc_os_random(&fs->dev, sizeof fs->dev);
    fs->root = wc_inode_new(fs, OS_FILE_DIR);
    if (fs->root == NULL) {
        wasi_memdir_delete(fs);
        return NULL;
    }
    fs->root->names = 1;
    fs->root->dir.parent = fs->root;
    return fs;
}

struct wasi_memdir_t *wc_memfs_ref(struct wasi_memdir_t *fs)
{
    atomic_fetch_add_explicit(&fs->refs, 1, memory_order_relaxed);
    return fs;
}

void wasi_memdir_delete(wasi_memdir_t *fs)
{
    if (fs == NULL ||
        atomic_fetch_sub_explicit(&fs->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (struct inode *i = fs->all, *next; i != NULL; i = next) {
        next = i->next;
        free_content(i);
        free(i);
    }
    wc_mutex_destroy(&fs->lock);
    free(fs);
}
