#include "host/linker.h"

#include "base/arena.h"
#include "runtime/externtype.h"
#include "runtime/store.h"

#include <stdlib.h>
#include <string.h>

struct definition {
    struct span module, name;
    struct entity *entity;
};

struct linker {
    struct store *store;
    struct arena names;
    struct map by_key; /* to the number of the definition */
    VEC(struct definition) definitions;
};

struct linker *wc_linker_new(struct store *store)
{
    struct linker *l = calloc(1, sizeof *l);
    if (l != NULL)
        l->store = store;
    return l;
}

void wc_linker_delete(struct linker *l)
{
    if (l == NULL)
        return;
    for (uint32_t i = 0; i < l->definitions.len; i++)
        l->definitions.data[i].entity->object.handles--;
    vec_free(&l->definitions);
    wc_map_free(&l->by_key);
    wc_arena_free(&l->names);
    free(l);
}

/* --- Keys ---------------------------------------------------------------- */

/* Names may contain any byte that UTF-8 does; the byte 0xff it does not. */
#define KEY_SEPARATOR 0xff

/* Names are short: most keys for a look-up need no heap. */
struct key {
    uint8_t local[128];
    uint8_t *heap; /* or NULL */
    struct span span;
};

static bool make_key(struct key *k, struct span module, struct span name)
{
    size_t len = module.len + name.len + 1;
    k->heap = len > sizeof k->local ? malloc(len) : NULL;
    if (len > sizeof k->local && k->heap == NULL)
        return false;
    uint8_t *p = k->heap ? k->heap : k->local;
    k->span = (struct span){p, len};
    if (module.len != 0)
        memcpy(p, module.data, module.len);
    p[module.len] = KEY_SEPARATOR;
    if (name.len != 0)
        memcpy(p + module.len + 1, name.data, name.len);
    return true;
}

/* Where the definition of module.name is, or NULL. */
static struct definition *find(const struct linker *l, struct span module,
                               struct span name)
{
    struct key k;
    if (!make_key(&k, module, name))
        return NULL;
    const uint32_t *n = wc_map_find(&l->by_key, k.span);
    free(k.heap);
    return n ? &l->definitions.data[*n] : NULL;
}

struct entity *wc_linker_find(const struct linker *l, struct span module,
                              struct span name)
{
    struct definition *d = find(l, module, name);
    return d ? d->entity : NULL;
}

/* --- Defining ------------------------------------------------------------ */

/* Copies the names as one key into the arena; *d gets its two parts. */
static bool keep_names(struct linker *l, struct span module, struct span name,
                       struct definition *d, struct span *key)
{
    struct key k;
    if (!make_key(&k, module, name))
        return false;
    uint8_t *p = wc_arena_alloc(&l->names, k.span.len);
    if (p != NULL)
        memcpy(p, k.span.data, k.span.len);
    free(k.heap);
    if (p == NULL)
        return false;
    *key = (struct span){p, k.span.len};
    d->module = (struct span){p, module.len};
    d->name = (struct span){p + module.len + 1, name.len};
    return true;
}

static bool add(struct linker *l, struct span module, struct span name,
                struct entity *entity)
{
    struct definition d = {.entity = entity};
    struct span key;
    bool found;
    return vec_reserve(&l->definitions, 1) &&
           keep_names(l, module, name, &d, &key) &&
           wc_map_add(&l->by_key, key, l->definitions.len, &found) &&
           vec_push(&l->definitions, d);
}

bool wc_linker_define(struct linker *l, struct span module, struct span name,
                      struct entity *entity, struct error *e)
{
    assert(entity->store == l->store);
    struct definition *d = find(l, module, name);
    if (d == NULL && !add(l, module, name, entity))
        return wc_error_no_memory(e, "defining an import");
    entity->object.handles++;
    if (d != NULL) {
        d->entity->object.handles--;
        d->entity = entity;
    }
    return true;
}

bool wc_linker_define_instance(struct linker *l, struct span module,
                               struct instance *i, struct error *e)
{
    for (uint32_t n = 0; n < i->module->exports_len; n++) {
        struct entity *entity = wc_instance_export(i, n);
        if (entity == NULL)
            return wc_error_no_memory(e, "exporting");
        if (!wc_linker_define(l, module,
                              module_span(i->module,
                                          i->module->exports[n].name),
                              entity, e))
            return false;
    }
    return true;
}

/* --- What comes near ----------------------------------------------------- */

/* Longer names than this are compared for equality only. */
#define NEAR_NAME_BYTES 64u

/* The edit distance of two names, letters of either case being the same. */
static uint32_t distance(struct span a, struct span b)
{
    uint32_t row[NEAR_NAME_BYTES + 1];
    if (a.len > NEAR_NAME_BYTES || b.len > NEAR_NAME_BYTES)
        return UINT32_MAX;
    for (uint32_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (uint32_t i = 0; i < a.len; i++) {
        uint32_t diagonal = row[0];
        row[0] = i + 1;
        for (uint32_t j = 0; j < b.len; j++) {
            bool same = (a.data[i] | 0x20) == (b.data[j] | 0x20);
            uint32_t best = diagonal + !same;
            diagonal = row[j + 1];
            if (row[j + 1] + 1 < best)
                best = row[j + 1] + 1;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            row[j + 1] = best;
        }
    }
    return row[b.len];
}

static bool equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* How far a definition is from the import: the name exactly in another module,
 * or a name nearly the same in a module nearly the same. UINT32_MAX: far. */
static uint32_t farness(const struct definition *d, struct span module,
                        struct span name)
{
    uint32_t of_name = equal(d->name, name) ? 0 : distance(d->name, name);
    if (of_name == 0)
        return equal(d->module, module) ? 0 : 1;
    uint32_t allowed = name.len < 6 ? 1 : 2;
    if (of_name > allowed || !equal(d->module, module))
        return UINT32_MAX;
    return of_name;
}

static const struct definition *nearest(const struct linker *l,
                                        struct span module, struct span name)
{
    const struct definition *best = NULL;
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < l->definitions.len; i++) {
        const struct definition *d = &l->definitions.data[i];
        uint32_t far = farness(d, module, name);
        if (far < least) {
            least = far;
            best = d;
        }
    }
    return best;
}

/* --- Resolving ----------------------------------------------------------- */

/* Looking for near misses takes time in proportion to all that is defined. */
#define NEAR_IMPORTS_MAX 32u

static void describe(const struct linker *l, const struct module *m,
                     uint32_t n, const struct entity *found, bool look,
                     struct buf *out)
{
    struct span module = module_span(m, m->imports[n].module);
    struct span name = module_span(m, m->imports[n].name);
    wc_import_print_error(m, n, found, out);
    const struct definition *d =
        found == NULL && look ? nearest(l, module, name) : NULL;
    if (d == NULL)
        return;
    wc_buf_string(out, ", did you mean ");
    wc_name_print(d->module, out);
    wc_buf_byte(out, ' ');
    wc_name_print(d->name, out);
    wc_buf_byte(out, '?');
}

/* What goes into the message: the first descriptions, whole ones, and how many
 * there are beyond them. */
struct summary {
    char text[sizeof(((struct error *)0)->message)];
    size_t len;
    uint32_t listed, all;
};

#define ROOM_FOR_MORE 28u /* "; ... and 4294967295 more" */

static void summarize(struct summary *s, const struct buf *line)
{
    size_t separator = s->listed ? 2 : 0;
    size_t room = sizeof s->text - 1 - ROOM_FOR_MORE - s->len;
    bool fits = s->listed == s->all && separator + line->len <= room;
    s->all++;
    if (!fits && s->listed != 0)
        return;
    /* The first one is cut rather than left out. */
    size_t len = fits ? line->len : room;
    memcpy(s->text + s->len, "; ", separator);
    if (len != 0)
        memcpy(s->text + s->len + separator, line->data, len);
    s->len += separator + len;
    s->listed++;
}

static bool unlinkable(const struct summary *s, uint64_t offset,
                       struct error *e)
{
    if (s->all == s->listed)
        return wc_error_set(e, ERROR_UNLINKABLE, offset, "%.*s", (int)s->len,
                            s->text);
    return wc_error_set(e, ERROR_UNLINKABLE, offset, "%.*s; ... and %u more",
                        (int)s->len, s->text, s->all - s->listed);
}

/* Is this import fine? If not, `found` may be what there is instead. */
static bool resolve_one(const struct linker *l, const struct module *m,
                        uint32_t n, struct entity **found)
{
    *found = wc_linker_find(l, module_span(m, m->imports[n].module),
                            module_span(m, m->imports[n].name));
    if (*found == NULL)
        return false;
    struct externtype is = wc_externtype_of_entity(*found);
    struct externtype wanted = externtype_of_import(m, n);
    return wc_externtype_matches(l->store->engine->reg, &is, &wanted);
}

bool wc_linker_resolve(const struct linker *l, const struct module *m,
                       struct entity **out, struct buf *report,
                       struct error *e)
{
    struct summary s = {.all = 0};
    struct buf line = {0};
    uint64_t offset = ERROR_NO_OFFSET;
    for (uint32_t n = 0; n < m->imports_len; n++) {
        if (resolve_one(l, m, n, &out[n]))
            continue;
        if (s.all == 0)
            offset = m->imports[n].offset;
        line.len = 0;
        describe(l, m, n, out[n], s.all < NEAR_IMPORTS_MAX, &line);
        summarize(&s, &line);
        if (report != NULL) {
            wc_buf_append(report, line.data, line.len);
            wc_buf_byte(report, '\n');
        }
    }
    wc_buf_free(&line);
    return s.all == 0 || unlinkable(&s, offset, e);
}
