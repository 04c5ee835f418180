#include "syntax/typereg.h"

#include "base/map.h"
#include "base/os_fork.h"
#include "base/vec.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Ids are looked up without a lock: chunks of pointers that never move. */
#define CHUNK_LOG2 12
#define CHUNK_IDS (1u << CHUNK_LOG2)
#define CHUNKS ((HEAP_FIRST + CHUNK_IDS - 1) / CHUNK_IDS)

/* An interned group is one block: this struct, its types, then the arrays they
 * point to, then the key. */
struct recgroup {
    struct recgroup *next; /* in the hash bucket, or in the list to free */
    uint32_t refs;
    uint32_t hash;
    uint32_t len, key_len;
    const uint32_t *key;
    struct deftype types[];
};

struct typereg {
    struct wc_mutex lock;
    struct recgroup **buckets;
    uint32_t buckets_len; /* a power of two */
    uint32_t groups_len, types_len;
    uint32_t ids_len;           /* ids ever given out */
    VEC(uint32_t) ids_free;     /* to be given out again */
    VEC(uint32_t) key;          /* scratch of wc_typereg_intern */
    _Atomic(const struct deftype **) chunks[CHUNKS];
};

/* The group being interned, while its members have no ids yet. */
struct draft {
    const struct subtype *types; /* the members */
    uint32_t start, len; /* type indices of the members */
    /* The canonical types of the indices below start; NULL when indices are
     * ids already. */
    const struct deftype *const *known;
};

struct typereg *wc_typereg_new(void)
{
    struct typereg *reg = calloc(1, sizeof *reg);
    if (reg == NULL)
        return NULL;
    reg->buckets_len = 64;
    reg->buckets = calloc(reg->buckets_len, sizeof(struct recgroup *));
    if (reg->buckets == NULL) {
        free(reg);
        return NULL;
    }
    wc_mutex_init(&reg->lock);
    wc_fork_guard(&reg->lock);
    return reg;
}

void wc_typereg_delete(struct typereg *reg)
{
    if (reg == NULL)
        return;
    assert(reg->groups_len == 0);
    for (uint32_t i = 0; i < CHUNKS; i++)
        free(atomic_load_explicit(&reg->chunks[i], memory_order_relaxed));
    vec_free(&reg->ids_free);
    vec_free(&reg->key);
    free(reg->buckets);
    wc_mutex_destroy(&reg->lock);
    free(reg);
}

const struct deftype *wc_typereg_get(const struct typereg *reg, uint32_t id)
{
    const struct deftype **chunk = atomic_load_explicit(
        &reg->chunks[id >> CHUNK_LOG2], memory_order_acquire);
    return chunk[id & (CHUNK_IDS - 1)];
}

uint32_t wc_typereg_count(const struct typereg *reg)
{
    return reg->types_len;
}

/* --- Keys: what makes two groups equal ---------------------------------- */

/* In a key, a reference to a member of the group itself is its position with
 * this bit, which no packed type uses; every other reference is an id. */
#define KEY_MEMBER 0x80u

static uint32_t id_of_known(const struct draft *d, uint32_t index)
{
    return d->known ? d->known[index]->id : index;
}

static uint32_t key_type(const struct draft *d, valtype t)
{
    if (!valtype_is_ref(t) || !heaptype_is_index(valtype_heap(t)))
        return t;
    uint32_t index = valtype_heap(t);
    if (index >= d->start)
        return VALTYPE_REF(valtype_nullable(t), index - d->start) | KEY_MEMBER;
    return VALTYPE_REF(valtype_nullable(t), id_of_known(d, index));
}

static uint32_t key_super(const struct draft *d, uint32_t super)
{
    return super == NO_TYPE
               ? NO_TYPE
               : key_type(d, VALTYPE_REF(false, super));
}

static size_t key_words(const struct comptype *c)
{
    return 5 + (size_t)c->params_len + c->results_len + 2ul * c->fields_len;
}

static uint32_t *put_key(const struct draft *d, const struct subtype *t,
                         uint32_t *k)
{
    const struct comptype *c = &t->comp;
    *k++ = (uint32_t)c->kind << 1 | t->final;
    *k++ = key_super(d, t->super);
    *k++ = c->params_len;
    *k++ = c->results_len;
    *k++ = c->fields_len;
    for (uint32_t i = 0; i < c->params_len; i++)
        *k++ = key_type(d, c->params[i]);
    for (uint32_t i = 0; i < c->results_len; i++)
        *k++ = key_type(d, c->results[i]);
    for (uint32_t i = 0; i < c->fields_len; i++) {
        *k++ = key_type(d, c->fields[i].type);
        *k++ = c->fields[i].mutable_;
    }
    return k;
}

/* Fills reg->key with the key of the group. */
static bool make_key(struct typereg *reg, const struct draft *d)
{
    uint64_t words = 0;
    for (uint32_t i = 0; i < d->len; i++)
        words += key_words(&d->types[i].comp);
    reg->key.len = 0;
    if (!vec_reserve(&reg->key, words))
        return false;
    uint32_t *k = reg->key.data;
    for (uint32_t i = 0; i < d->len; i++)
        k = put_key(d, &d->types[i], k);
    reg->key.len = (uint32_t)words;
    return true;
}

/* --- Building a new group ------------------------------------------------ */

static size_t group_bytes(const struct draft *d, uint32_t key_len)
{
    size_t bytes = sizeof(struct recgroup) + d->len * sizeof(struct deftype);
    for (uint32_t i = 0; i < d->len; i++) {
        const struct comptype *c = &d->types[i].comp;
        bytes += ((size_t)c->params_len + c->results_len) * sizeof(valtype) +
                 c->fields_len *
                     (sizeof(struct field) + 2 * sizeof(uint32_t));
    }
    return bytes + key_len * sizeof(uint32_t);
}

/* A value type of the group with ids throughout; members have theirs by now. */
static valtype canon(const struct draft *d, const struct recgroup *g,
                     valtype t)
{
    if (!valtype_is_ref(t) || !heaptype_is_index(valtype_heap(t)))
        return t;
    uint32_t index = valtype_heap(t);
    uint32_t id = index >= d->start ? g->types[index - d->start].id
                                    : id_of_known(d, index);
    return VALTYPE_REF(valtype_nullable(t), id);
}

static valtype *put_valtypes(const struct draft *d, const struct recgroup *g,
                             const valtype *from, uint32_t len, valtype *to)
{
    for (uint32_t i = 0; i < len; i++)
        *to++ = canon(d, g, from[i]);
    return to;
}

static uint32_t slots_of(const valtype *types, uint32_t len)
{
    uint32_t slots = 0;
    for (uint32_t i = 0; i < len; i++)
        slots += valtype_slots(types[i]);
    return slots;
}

/* Lays out the fields of a type, in words from `p` on; returns what follows.
 * Their order stays, as subtypes only append. No field asks for more than 8
 * bytes of alignment: vectors are accessed unaligned. */
static uint32_t *put_layout(struct deftype *t, uint32_t *p)
{
    uint32_t len = t->comp.fields_len, at = 0;
    uint32_t *offsets = p, *refs = p + len;
    t->offsets = offsets;
    t->ref_offsets = refs;
    for (uint32_t i = 0; i < len; i++) {
        valtype type = t->comp.fields[i].type;
        uint32_t size = valtype_bytes(type), align = size < 8 ? size : 8;
        at = (at + align - 1) & ~(align - 1);
        offsets[i] = at;
        if (valtype_is_ref(type))
            refs[t->refs_len++] = at;
        at += size;
    }
    t->payload_bytes = at;
    return refs + len;
}

/* Copies the composite type of member i to `p`, returns what follows it. */
static uint8_t *put_comptype(const struct draft *d, struct recgroup *g,
                             uint32_t i, uint8_t *p)
{
    const struct comptype *from = &d->types[i].comp;
    struct deftype *t = &g->types[i];
    t->comp = *from;
    valtype *v = (valtype *)(void *)p;
    t->comp.params = v;
    v = put_valtypes(d, g, from->params, from->params_len, v);
    t->comp.results = v;
    v = put_valtypes(d, g, from->results, from->results_len, v);
    t->param_slots = slots_of(t->comp.params, from->params_len);
    t->result_slots = slots_of(t->comp.results, from->results_len);
    struct field *f = (struct field *)(void *)v;
    t->comp.fields = f;
    t->defaultable = true;
    for (uint32_t j = 0; j < from->fields_len; j++) {
        *f++ = (struct field){.type = canon(d, g, from->fields[j].type),
                              .mutable_ = from->fields[j].mutable_};
        t->defaultable &= valtype_defaultable(from->fields[j].type);
    }
    return (uint8_t *)put_layout(t, (uint32_t *)(void *)f);
}

/* The ancestors of a subtype of `super`, `super` last; made once. */
static const struct deftype **display_below(struct deftype *super)
{
    if (super->display_of_subtypes == NULL) {
        const struct deftype **all =
            malloc((super->depth + 1u) * sizeof(*all));
        if (all == NULL)
            return NULL;
        for (uint32_t i = 0; i < super->depth; i++)
            all[i] = super->display[i];
        all[super->depth] = super;
        super->display_of_subtypes = all;
    }
    return super->display_of_subtypes;
}

static bool put_supertype(const struct draft *d, struct recgroup *g,
                          uint32_t i)
{
    uint32_t index = d->types[i].super;
    if (index == NO_TYPE)
        return true;
    struct deftype *super = index >= d->start
                                ? &g->types[index - d->start]
                                : (struct deftype *)d->known[index];
    struct deftype *t = &g->types[i];
    t->super = super;
    t->depth = (uint16_t)(super->depth + 1);
    t->display = display_below(super);
    return t->display != NULL;
}

static bool reserve_ids(struct typereg *reg, uint32_t n)
{
    if (n <= reg->ids_free.len)
        return true;
    n -= reg->ids_free.len;
    if (n > HEAP_FIRST - reg->ids_len)
        return false;
    for (uint32_t c = reg->ids_len >> CHUNK_LOG2;
         c <= (reg->ids_len + n - 1) >> CHUNK_LOG2; c++) {
        if (atomic_load_explicit(&reg->chunks[c], memory_order_relaxed))
            continue;
        const struct deftype **chunk = calloc(CHUNK_IDS, sizeof(*chunk));
        if (chunk == NULL)
            return false;
        atomic_store_explicit(&reg->chunks[c], chunk, memory_order_release);
    }
    return true;
}

static void give_id(struct typereg *reg, struct deftype *t)
{
    t->id = reg->ids_free.len ? vec_pop(&reg->ids_free) : reg->ids_len++;
    atomic_load_explicit(&reg->chunks[t->id >> CHUNK_LOG2],
                         memory_order_relaxed)[t->id & (CHUNK_IDS - 1)] = t;
}

/* Calls `fn` for each type outside the group that it mentions. */
static void each_outside(struct typereg *reg, const struct recgroup *g,
                         void (*fn)(struct recgroup *, void *), void *arg)
{
    const uint32_t *k = g->key, *end = g->key + g->key_len;
    while (k < end) {
        uint32_t types = k[2] + k[3], fields = k[4];
        const uint32_t *t = k + 5;
        if (k[1] != NO_TYPE && !(k[1] & KEY_MEMBER))
            fn(wc_typereg_get(reg, valtype_heap(k[1]))->group, arg);
        for (uint32_t i = 0; i < types + 2 * fields; i++) {
            /* Of fields, every other word is mutability. */
            if (i >= types && ((i - types) & 1))
                continue;
            if (valtype_is_ref(t[i]) && !(t[i] & KEY_MEMBER) &&
                heaptype_is_index(valtype_heap(t[i])))
                fn(wc_typereg_get(reg, valtype_heap(t[i]))->group, arg);
        }
        k = t + types + 2 * fields;
    }
}

static void retain_group(struct recgroup *g, void *arg)
{
    (void)arg;
    g->refs++;
}

static void free_group_block(struct recgroup *g)
{
    for (uint32_t i = 0; i < g->len; i++)
        free(g->types[i].display_of_subtypes);
    free(g);
}

static struct recgroup *new_group(struct typereg *reg, const struct draft *d,
                                  uint32_t hash)
{
    if (!reserve_ids(reg, d->len))
        return NULL;
    struct recgroup *g = calloc(1, group_bytes(d, reg->key.len));
    if (g == NULL)
        return NULL;
    g->hash = hash;
    g->len = d->len;
    g->key_len = reg->key.len;
    for (uint32_t i = 0; i < d->len; i++) {
        g->types[i].group = g;
        g->types[i].final = d->types[i].final;
        if (!put_supertype(d, g, i)) {
            free_group_block(g);
            return NULL;
        }
    }
    for (uint32_t i = 0; i < d->len; i++)
        give_id(reg, &g->types[i]);
    uint8_t *p = (uint8_t *)&g->types[d->len];
    for (uint32_t i = 0; i < d->len; i++)
        p = put_comptype(d, g, i, p);
    g->key = memcpy(p, reg->key.data, reg->key.len * sizeof(uint32_t));
    each_outside(reg, g, retain_group, NULL);
    return g;
}

/* --- The table of groups -------------------------------------------------- */

static void grow_buckets(struct typereg *reg)
{
    uint32_t len = reg->buckets_len * 2;
    struct recgroup **buckets = calloc(len, sizeof(*buckets));
    if (buckets == NULL)
        return; /* longer chains still work */
    for (uint32_t i = 0; i < reg->buckets_len; i++)
        for (struct recgroup *g = reg->buckets[i], *next; g; g = next) {
            next = g->next;
            g->next = buckets[g->hash & (len - 1)];
            buckets[g->hash & (len - 1)] = g;
        }
    free(reg->buckets);
    reg->buckets = buckets;
    reg->buckets_len = len;
}

static struct recgroup *intern(struct typereg *reg, const struct draft *d)
{
    if (!make_key(reg, d))
        return NULL;
    size_t bytes = reg->key.len * sizeof(uint32_t);
    uint32_t hash = wc_hash_bytes(reg->key.data, bytes);
    struct recgroup **bucket = &reg->buckets[hash & (reg->buckets_len - 1)];
    for (struct recgroup *g = *bucket; g != NULL; g = g->next)
        if (g->hash == hash && g->key_len == reg->key.len &&
            memcmp(g->key, reg->key.data, bytes) == 0)
            return g;
    struct recgroup *g = new_group(reg, d, hash);
    if (g == NULL)
        return NULL;
    g->next = *bucket;
    *bucket = g;
    reg->types_len += g->len;
    if (++reg->groups_len > reg->buckets_len)
        grow_buckets(reg);
    return g;
}

static struct recgroup *intern_retained(struct typereg *reg,
                                        const struct draft *d)
{
    wc_mutex_lock(&reg->lock);
    struct recgroup *g = intern(reg, d);
    if (g != NULL)
        g->refs += d->len;
    wc_mutex_unlock(&reg->lock);
    return g;
}

bool wc_typereg_intern(struct typereg *reg, const struct subtype *types,
                       uint32_t start, uint32_t len,
                       const struct deftype **deftypes, struct error *e)
{
    struct draft d = {types + start, start, len, deftypes};
    struct recgroup *g = intern_retained(reg, &d);
    if (g == NULL)
        return wc_error_no_memory(e, "registering types");
    for (uint32_t i = 0; i < len; i++)
        deftypes[start + i] = &g->types[i];
    return true;
}

const struct deftype *wc_typereg_functype(struct typereg *reg,
                                          const valtype *params,
                                          uint32_t params_len,
                                          const valtype *results,
                                          uint32_t results_len,
                                          struct error *e)
{
    struct subtype t = {
        .final = true,
        .super = NO_TYPE,
        .comp = {.kind = COMP_FUNC,
                 .params = params,
                 .params_len = params_len,
                 .results = results,
                 .results_len = results_len},
    };
    struct draft d = {&t, HEAP_FIRST, 1, NULL};
    struct recgroup *g = intern_retained(reg, &d);
    if (g == NULL) {
        wc_error_no_memory(e, "registering a function type");
        return NULL;
    }
    return &g->types[0];
}

/* --- Letting go ----------------------------------------------------------- */

static void unlink_group(struct typereg *reg, struct recgroup *g)
{
    struct recgroup **p = &reg->buckets[g->hash & (reg->buckets_len - 1)];
    while (*p != g)
        p = &(*p)->next;
    *p = g->next;
    reg->groups_len--;
    reg->types_len -= g->len;
}

struct dropping {
    struct typereg *reg;
    struct recgroup *dead; /* unlinked, through next */
};

static void release_group(struct recgroup *g, void *arg)
{
    struct dropping *d = arg;
    if (--g->refs != 0)
        return;
    unlink_group(d->reg, g);
    g->next = d->dead;
    d->dead = g;
}

static void free_group(struct typereg *reg, struct recgroup *g)
{
    for (uint32_t i = 0; i < g->len; i++) {
        uint32_t id = g->types[i].id;
        atomic_load_explicit(&reg->chunks[id >> CHUNK_LOG2],
                             memory_order_relaxed)[id & (CHUNK_IDS - 1)] =
            NULL;
        if (!vec_push(&reg->ids_free, id))
            continue; /* the id is never used again, which is harmless */
    }
    free_group_block(g);
}

void wc_typereg_release(struct typereg *reg, const struct deftype **deftypes,
                        uint32_t len)
{
    struct dropping d = {reg, NULL};
    wc_mutex_lock(&reg->lock);
    for (uint32_t i = 0; i < len; i++)
        if (deftypes[i] != NULL)
            release_group(deftypes[i]->group, &d);
    /* A chain of a million groups must not recurse: dead ones queue up. */
    while (d.dead != NULL) {
        struct recgroup *g = d.dead;
        d.dead = g->next;
        each_outside(reg, g, release_group, &d);
        free_group(reg, g);
    }
    wc_mutex_unlock(&reg->lock);
}

void wc_typereg_retain(struct typereg *reg, const struct deftype *t)
{
    wc_mutex_lock(&reg->lock);
    t->group->refs++;
    wc_mutex_unlock(&reg->lock);
}

/* --- Matching ------------------------------------------------------------- */

static heaptype abstract_of(const struct deftype *t)
{
    static const heaptype of_kind[] = {[COMP_FUNC] = HEAP_FUNC,
                                       [COMP_STRUCT] = HEAP_STRUCT,
                                       [COMP_ARRAY] = HEAP_ARRAY};
    return of_kind[t->comp.kind];
}

/* What lies directly above each abstract heap type; tops map to themselves. */
static const heaptype above[] = {
    [HEAP_ANY - HEAP_FIRST] = HEAP_ANY,
    [HEAP_EQ - HEAP_FIRST] = HEAP_ANY,
    [HEAP_I31 - HEAP_FIRST] = HEAP_EQ,
    [HEAP_STRUCT - HEAP_FIRST] = HEAP_EQ,
    [HEAP_ARRAY - HEAP_FIRST] = HEAP_EQ,
    [HEAP_NONE - HEAP_FIRST] = HEAP_I31, /* and all else below HEAP_ANY */
    [HEAP_FUNC - HEAP_FIRST] = HEAP_FUNC,
    [HEAP_NOFUNC - HEAP_FIRST] = HEAP_FUNC,
    [HEAP_EXTERN - HEAP_FIRST] = HEAP_EXTERN,
    [HEAP_NOEXTERN - HEAP_FIRST] = HEAP_EXTERN,
    [HEAP_EXN - HEAP_FIRST] = HEAP_EXN,
    [HEAP_NOEXN - HEAP_FIRST] = HEAP_EXN,
    [HEAP_BOT - HEAP_FIRST] = HEAP_BOT,
};

heaptype wc_heaptype_top(const struct typereg *reg, heaptype h)
{
    if (heaptype_is_index(h))
        h = abstract_of(wc_typereg_get(reg, h));
    while (above[h - HEAP_FIRST] != h)
        h = above[h - HEAP_FIRST];
    return h;
}

bool wc_heaptype_matches(const struct typereg *reg, heaptype sub,
                         heaptype super)
{
    if (sub == super || sub == HEAP_BOT)
        return true;
    if (sub == HEAP_NONE || sub == HEAP_NOFUNC || sub == HEAP_NOEXTERN ||
        sub == HEAP_NOEXN)
        return super != HEAP_BOT &&
               wc_heaptype_top(reg, sub) == wc_heaptype_top(reg, super);
    if (heaptype_is_index(sub)) {
        const struct deftype *t = wc_typereg_get(reg, sub);
        if (heaptype_is_index(super))
            return deftype_matches(t, wc_typereg_get(reg, super));
        sub = abstract_of(t);
    }
    while (sub != super && above[sub - HEAP_FIRST] != sub)
        sub = above[sub - HEAP_FIRST];
    return sub == super;
}

bool wc_valtype_matches_slow(const struct typereg *reg, valtype sub,
                             valtype super)
{
    if (sub == VT_BOT)
        return true;
    if (!valtype_is_ref(sub) || !valtype_is_ref(super))
        return false;
    if (valtype_nullable(sub) && !valtype_nullable(super))
        return false;
    return wc_heaptype_matches(reg, valtype_heap(sub), valtype_heap(super));
}
