/* runtime: the heap of a store. Types come from modules written as text; what
 * engines would do is done by hand. */
#include "fake_engine.h"

#include "runtime/exception.h"
#include "runtime/gc.h"
#include "text/parse.h"

#include <stdlib.h>

static struct store *store_with(size_t limit, bool torture)
{
    struct engine_config c;
    struct error e = ERROR_INIT;
    wc_engine_config_init(&c, &fake_ops);
    c.gc_limit_bytes = limit;
    c.gc_torture = torture;
    struct engine *engine = wc_engine_new(&c);
    struct store *s = wc_store_new(engine, &e);
    cr_assert_not_null(s, "%s", e.message);
    wc_engine_unref(engine);
    return s;
}

static struct instance *make(struct store *s, const char *wat)
{
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    cr_assert(wc_wat_parse(wat, strlen(wat), &bytes, &e), "%s: %s", e.message,
              wat);
    struct module *m =
        wc_engine_load(s->engine, bytes.data, bytes.len, true, &e);
    cr_assert_not_null(m, "%s: %s", e.message, wat);
    struct trap *trap;
    struct instance *i = wc_instance_new(s, m, NULL, 0, &trap, &e);
    cr_assert_not_null(i, "%s", trap ? trap->message : e.message);
    wc_module_unref(m);
    wc_buf_free(&bytes);
    return i;
}

static const struct deftype *type(const struct instance *i, uint32_t n)
{
    return i->module->deftypes[n];
}

static slot new_struct(struct store *s, const struct deftype *t,
                       const slot *fields)
{
    slot ref = 0;
    cr_assert_eq(wc_struct_new(s, t, fields, &ref), STATUS_OK);
    return ref;
}

static slot new_array(struct store *s, const struct deftype *t, slot value,
                      uint32_t len)
{
    slot ref = 0;
    cr_assert_eq(wc_array_new(s, t, (slot[]){value, value}, len, &ref),
                 STATUS_OK);
    return ref;
}

static slot get(slot ref, uint32_t field)
{
    const struct deftype *t = slot_object(ref)->type;
    slot out[2];
    storage_load(storage_of(t->comp.fields[field].type, false),
                 struct_field(ref, t->offsets[field]), out);
    return out[0];
}

static void set(slot ref, uint32_t field, slot value)
{
    const struct deftype *t = slot_object(ref)->type;
    slot in[2] = {value};
    storage_store(storage_of(t->comp.fields[field].type, false),
                  struct_field(ref, t->offsets[field]), in);
}

static bool lives(struct store *s, slot ref)
{
    return wc_gc_find(s->heap, ref) != NULL;
}

static void took_trap(struct store *s, enum status status,
                      enum trap_code code)
{
    cr_expect_eq(status, STATUS_TRAP);
    expect_trap(wc_store_take_trap(s), code);
}

/* An i32 and a reference to anything. */
#define PAIR \
    "(module (type $p (struct (field (mut i32)) (field (mut anyref)))))"

/* --- Layout -------------------------------------------------------------- */

Test(gc, layouts)
{
    static const struct {
        const char *fields;
        uint32_t offsets[6], bytes, refs;
    } rows[] = {
        {"", {0}, 0, 0},
        {"i8", {0}, 1, 0},
        {"i8 i16 i8 i32", {0, 2, 4, 8}, 12, 0},
        {"i32 i64 f32 f64", {0, 8, 16, 24}, 32, 0},
        {"i32 v128 i8", {0, 8, 24}, 25, 0},
        {"i8 anyref i32 externref funcref", {0, 8, 16, 24, 32}, 40, 3},
        {"f32 i16 i16 i8 i8 i16", {0, 4, 6, 8, 9, 10}, 12, 0},
    };
    struct store *s = store_with(0, false);
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct buf wat = {0};
        wc_buf_printf(&wat, "(module (type (struct (field %s))))%c",
                      rows[n].fields, 0);
        const struct deftype *t = type(make(s, (char *)wat.data), 0);
        for (uint32_t i = 0; i < t->comp.fields_len; i++)
            cr_expect_eq(t->offsets[i], rows[n].offsets[i], "%s %u",
                         rows[n].fields, i);
        cr_expect_eq(t->payload_bytes, rows[n].bytes, "%s", rows[n].fields);
        cr_expect_eq(t->refs_len, rows[n].refs, "%s", rows[n].fields);
        wc_buf_free(&wat);
    }
    wc_store_delete(s);
}

Test(gc, subtypes_keep_the_layout_of_their_supertype)
{
    struct store *s = store_with(0, false);
    struct instance *i =
        make(s, "(module (type $a (sub (struct (field i8 anyref))))"
                " (type (sub $a (struct (field i8 (ref eq) i8 i64)))))");
    const struct deftype *a = type(i, 0), *b = type(i, 1);
    for (uint32_t n = 0; n < 2; n++)
        cr_expect_eq(a->offsets[n], b->offsets[n]);
    cr_expect_eq(a->ref_offsets[0], b->ref_offsets[0]);
    wc_store_delete(s);
}

Test(gc, structures_of_every_storage)
{
    struct store *s = store_with(0, false);
    const struct deftype *t =
        type(make(s, "(module (type (struct (field i8 i16 i32 i64 f32 f64"
                     " v128 anyref))))"),
             0);
    const slot in[] = {0x1ff, 0x18000, 3, 1ull << 40, 5, 6, 7, 8, i31_new(9)};
    slot ref = new_struct(s, t, in);
    static const struct {
        uint32_t field;
        bool sign;
        slot want[2];
    } rows[] = {
        {0, false, {0xff}},       {0, true, {0xffffffff}},
        {1, false, {0x8000}},     {1, true, {0xffff8000}},
        {2, false, {3}},          {3, false, {1ull << 40}},
        {4, false, {5}},          {5, false, {6}},
        {6, false, {7, 8}},       {7, false, {19}},
    };
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        slot out[2] = {0};
        uint32_t f = rows[n].field;
        storage_load(storage_of(t->comp.fields[f].type, rows[n].sign),
                     struct_field(ref, t->offsets[f]), out);
        cr_expect_arr_eq(out, rows[n].want, sizeof out, "row %zu", n);
    }
    slot zero = new_struct(s, t, NULL);
    for (uint32_t f = 0; f < t->comp.fields_len; f++)
        cr_expect_eq(get(zero, f), 0);
    wc_store_delete(s);
}

Test(gc, i31)
{
    static const struct {
        uint32_t in, u, s;
    } rows[] = {
        {0, 0, 0},
        {1, 1, 1},
        {UINT32_MAX, 0x7fffffff, UINT32_MAX},
        {0x40000000, 0x40000000, 0xc0000000},
        {0x3fffffff, 0x3fffffff, 0x3fffffff},
        {0x80000000, 0, 0},
    };
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        slot ref = i31_new(rows[n].in);
        cr_expect(ref_is_i31(ref));
        cr_expect_not(ref_is_heap(ref));
        cr_expect_lt(ref, 1ull << 32);
        cr_expect_eq(i31_get_u(ref), rows[n].u);
        cr_expect_eq(i31_get_s(ref), rows[n].s);
    }
}

/* --- Arrays -------------------------------------------------------------- */

#define ARRAYS                                                          \
    "(module (type (array (mut i8))) (type (array (mut i16)))"          \
    " (type (array (mut i32))) (type (array (mut i64)))"                \
    " (type (array (mut f32))) (type (array (mut f64)))"                \
    " (type (array (mut v128))) (type (array (mut anyref)))"            \
    " (data \"\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e" \
    "\\0f\\10\\11\\12\\13\\14\")"                                       \
    " (elem anyref (ref.i31 (i32.const 1)) (ref.null any)"              \
    "  (ref.i31 (i32.const 3))))"
#define ARRAY_TYPES 8u

static slot elem(slot ref, uint32_t n)
{
    const struct deftype *t = slot_object(ref)->type;
    slot out[2];
    storage_load(storage_of(t->comp.fields[0].type, false),
                 array_elem(ref, n, t->payload_bytes), out);
    return out[0];
}

Test(gc, arrays_of_every_storage)
{
    struct store *s = store_with(0, false);
    struct instance *i = make(s, ARRAYS);
    for (uint32_t n = 0; n < ARRAY_TYPES; n++) {
        const struct deftype *t = type(i, n);
        uint32_t slots = valtype_slots(t->comp.fields[0].type);
        slot values[20], ref, other;
        for (uint32_t k = 0; k < 20; k++)
            values[k] = i31_new(k); /* fine for each type */
        cr_assert_eq(wc_array_new_fixed(s, t, values, 10, &ref), STATUS_OK);
        cr_expect_eq(array_len(ref), 10);
        for (uint32_t k = 0; k < 10; k++)
            cr_expect_eq(elem(ref, k), values[k * slots], "%u", n);

        other = new_array(s, t, values[5], 12);
        cr_expect_eq(elem(other, 11), values[5], "%u", n);
        cr_expect_eq(wc_array_fill(s, other, 3, &values[1], 4), STATUS_OK);
        cr_expect_eq(elem(other, 2), values[5]);
        cr_expect_eq(elem(other, 3), values[1]);
        cr_expect_eq(elem(other, 6), values[1]);
        cr_expect_eq(elem(other, 7), values[5]);
        cr_expect_eq(wc_array_copy(s, other, 2, ref, 0, 10), STATUS_OK);
        cr_expect_eq(elem(other, 11), elem(ref, 9));
        cr_expect_eq(wc_array_copy(s, ref, 1, ref, 0, 9), STATUS_OK);
        cr_expect_eq(elem(ref, 1), elem(ref, 0), "overlap");
        cr_expect_eq(elem(ref, 9), values[8 * slots]);

        cr_assert_eq(wc_array_new(s, t, NULL, 5, &ref), STATUS_OK);
        cr_expect_eq(elem(ref, 4), 0);
        cr_assert_eq(wc_array_new(s, t, NULL, 0, &ref), STATUS_OK);
        cr_expect_eq(array_len(ref), 0);
    }
    wc_store_delete(s);
}

Test(gc, arrays_from_segments)
{
    struct store *s = store_with(0, false);
    struct instance *i = make(s, ARRAYS);
    slot ref;
    cr_assert_eq(wc_array_new_data(i, type(i, 1), 0, 1, 3, &ref), STATUS_OK);
    cr_expect_eq(elem(ref, 0), 0x0302);
    cr_expect_eq(elem(ref, 2), 0x0706);
    cr_expect_eq(wc_array_init_data(i, ref, 2, 0, 18, 1), STATUS_OK);
    cr_expect_eq(elem(ref, 2), 0x1413);
    took_trap(s, wc_array_init_data(i, ref, 2, 0, 19, 1),
              TRAP_MEMORY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_init_data(i, ref, 3, 0, 19, 1),
              TRAP_ARRAY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_init_data(i, 0, 0, 0, 0, 0), TRAP_NULL_ARRAY);
    took_trap(s, wc_array_new_data(i, type(i, 1), 0, 1, 10, &ref),
              TRAP_MEMORY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_new_data(i, type(i, 6), 0, 0, UINT32_MAX, &ref),
              TRAP_MEMORY_OUT_OF_BOUNDS);

    cr_assert_eq(wc_array_new_elem(i, type(i, 7), 0, 1, 2, &ref), STATUS_OK);
    cr_expect_eq(elem(ref, 0), SLOT_REF_NULL);
    cr_expect_eq(elem(ref, 1), i31_new(3));
    cr_expect_eq(wc_array_init_elem(i, ref, 0, 0, 0, 1), STATUS_OK);
    cr_expect_eq(elem(ref, 0), i31_new(1));
    took_trap(s, wc_array_init_elem(i, ref, 0, 0, 2, 2),
              TRAP_TABLE_OUT_OF_BOUNDS);
    took_trap(s, wc_array_init_elem(i, ref, 1, 0, 0, 2),
              TRAP_ARRAY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_new_elem(i, type(i, 7), 0, 3, 1, &ref),
              TRAP_TABLE_OUT_OF_BOUNDS);
    wc_data_drop(i, 0);
    wc_elem_drop(i, 0);
    took_trap(s, wc_array_new_data(i, type(i, 0), 0, 0, 1, &ref),
              TRAP_MEMORY_OUT_OF_BOUNDS);
    cr_expect_eq(wc_array_new_data(i, type(i, 0), 0, 0, 0, &ref), STATUS_OK);
    cr_expect_eq(wc_array_new_elem(i, type(i, 7), 0, 0, 0, &ref), STATUS_OK);
    wc_store_delete(s);
}

Test(gc, array_bounds)
{
    struct store *s = store_with(0, false);
    struct instance *i = make(s, ARRAYS);
    slot a = new_array(s, type(i, 0), 1, 10);
    slot b = new_array(s, type(i, 0), 2, 3);
    const slot v = 7;
    took_trap(s, wc_array_fill(s, a, 8, &v, 3), TRAP_ARRAY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_fill(s, a, UINT32_MAX, &v, 2),
              TRAP_ARRAY_OUT_OF_BOUNDS);
    cr_expect_eq(wc_array_fill(s, a, 10, &v, 0), STATUS_OK);
    took_trap(s, wc_array_fill(s, a, 11, &v, 0), TRAP_ARRAY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_fill(s, 0, 0, &v, 0), TRAP_NULL_ARRAY);
    took_trap(s, wc_array_copy(s, a, 0, b, 0, 4), TRAP_ARRAY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_copy(s, b, 0, a, 0, 4), TRAP_ARRAY_OUT_OF_BOUNDS);
    took_trap(s, wc_array_copy(s, 0, 0, a, 0, 0), TRAP_NULL_ARRAY);
    took_trap(s, wc_array_copy(s, a, 0, 0, 0, 0), TRAP_NULL_ARRAY);
    slot ref;
    took_trap(s, wc_array_new(s, type(i, 6), NULL, UINT32_MAX, &ref),
              TRAP_ALLOCATION_SIZE);
    wc_store_delete(s);
}

/* --- Casts --------------------------------------------------------------- */

Test(gc, casts)
{
    struct store *s = store_with(0, false);
    struct instance *i =
        make(s, "(module (type $a (sub (struct)))"
                " (type $b (sub $a (struct (field i32))))"
                " (type $c (sub $b (struct (field i32 i32))))"
                " (type $d (sub $a (struct (field i64))))"
                " (type $e (array i8)) (type $f (sub (func)))"
                " (type $g (sub $f (func)))"
                " (func $x (type $g)) (export \"\" (func $x))"
                " (tag (type $f)))");
    slot b = new_struct(s, type(i, 1), NULL);
    slot c = new_struct(s, type(i, 2), NULL);
    slot e = new_array(s, type(i, 4), 0, 1), exn;
    struct func *f = wc_instance_func(i, 0);
    struct foreign *host = wc_foreign_new(s);
    cr_assert_eq(wc_exn_new(s, i->tags[0], NULL, &exn), STATUS_OK);
    const slot values[] = {SLOT_REF_NULL,
                           i31_new(5),
                           b,
                           c,
                           e,
                           slot_of_object(&host->entity.object),
                           slot_of_object(&f->entity.object),
                           exn};
    /* One digit per value, in that order; those of other hierarchies, which
     * validation excludes, are 'x'. */
    const struct {
        heaptype heap;
        const char *want;
    } rows[] = {
        {HEAP_ANY, "0111" "11xx"},      {HEAP_EQ, "0111" "10xx"},
        {HEAP_I31, "0100" "00xx"},      {HEAP_STRUCT, "0011" "00xx"},
        {HEAP_ARRAY, "0000" "10xx"},    {HEAP_NONE, "0000" "00xx"},
        {type(i, 0)->id, "0011" "00xx"}, {type(i, 1)->id, "0011" "00xx"},
        {type(i, 2)->id, "0001" "00xx"}, {type(i, 3)->id, "0000" "00xx"},
        {type(i, 4)->id, "0000" "10xx"}, {HEAP_EXTERN, "0111" "11xx"},
        {HEAP_NOEXTERN, "0000" "00xx"}, {HEAP_FUNC, "0xxx" "xx1x"},
        {type(i, 5)->id, "0xxx" "xx1x"}, {type(i, 6)->id, "0xxx" "xx1x"},
        {HEAP_NOFUNC, "0xxx" "xx0x"},   {HEAP_EXN, "0xxx" "xxx1"},
        {HEAP_NOEXN, "0xxx" "xxx0"},
    };
    for (size_t n = 0; n < ARRAY_LEN(rows); n++)
        for (size_t v = 0; v < ARRAY_LEN(values); v++) {
            if (rows[n].want[v] == 'x')
                continue;
            bool want = rows[n].want[v] == '1';
            for (int nullable = 0; nullable < 2; nullable++)
                cr_expect_eq(
                    wc_ref_matches(s, values[v],
                                   VALTYPE_REF(nullable, rows[n].heap)),
                    want || (nullable && v == 0), "row %zu value %zu", n, v);
        }
    cr_expect(ref_is_of(c, type(i, 1)));
    cr_expect_not(ref_is_of(b, type(i, 2)));
    cr_expect_not(ref_is_of(i31_new(1), type(i, 0)));
    wc_store_delete(s);
}

/* --- Collection ---------------------------------------------------------- */

/* Every kind of root keeps one object of its own; then none does. */
Test(gc, roots)
{
    struct store *s = store_with(0, false);
    struct instance *i = make(
        s, "(module (type $p (struct (field (mut i32)) (field (mut anyref))))"
           " (table 4 externref) (global (mut anyref) (ref.null any))"
           " (global v128 (v128.const i64x2 0 0))"
           " (global (mut eqref) (struct.new $p (i32.const 5)"
           "   (ref.i31 (i32.const 6))))"
           " (elem anyref (struct.new_default $p) (array.new $a (f32.const 1)"
           "  (i32.const 7)))"
           " (type $a (array f32)) (type $f (func (param i32 anyref)))"
           " (tag (type $f)))");
    const struct deftype *t = type(i, 0);
    slot none = 0, x[8];
    struct global *g =
        wc_global_new(s, &(struct globaltype){VT_ANYREF, true}, &none);
    for (uint32_t n = 0; n < 8; n++)
        x[n] = new_struct(s, t, (slot[]){n, 0});
    struct gc_root root;
    slot kept[3] = {0, x[0], 0};
    gc_root_add(s, &root, kept, 3);
    i->tables[0]->elems[2] = x[1];
    *instance_cell(i, 0) = x[2];
    *g->cell = x[3];
    *s->stack_top++ = x[4];
    cr_assert_eq(wc_exn_new(s, i->tags[0], (slot[]){1, x[5]}, &s->exception),
                 STATUS_OK);
    slot exn = s->exception;
    set(x[1], 1, x[6]);
    slot initial = *instance_cell(i, 2), segment[2];
    memcpy(segment, i->elems[0].refs, sizeof segment);
    cr_expect_eq(get(initial, 0), 5);
    wc_gc_collect(s);
    for (uint32_t n = 0; n < 7; n++) {
        cr_assert(lives(s, x[n]), "%u", n);
        cr_expect_eq(get(x[n], 0), n);
    }
    cr_expect_not(lives(s, x[7]), "reached by nothing");
    cr_expect(lives(s, exn));
    cr_expect(lives(s, initial));
    cr_expect(lives(s, segment[0]) && lives(s, segment[1]));
    cr_expect_eq(array_len(segment[1]), 7);

    gc_root_remove(&root);
    i->tables[0]->elems[2] = *instance_cell(i, 0) = 0;
    *g->cell = *instance_cell(i, 2) = s->exception = 0;
    s->stack_top--;
    wc_elem_drop(i, 0);
    wc_gc_collect(s);
    for (uint32_t n = 0; n < 8; n++)
        cr_expect_not(lives(s, x[n]), "%u", n);
    cr_expect_not(lives(s, exn) || lives(s, initial));
    cr_expect_not(lives(s, segment[0]) || lives(s, segment[1]));
    cr_expect_eq(s->heap->live_bytes, 0);
    wc_store_delete(s);
}

Test(gc, what_a_table_grew_by_is_a_root)
{
    struct store *s = store_with(0, false);
    struct instance *i = make(
        s, "(module (type (struct (field (mut i32))))"
           " (table 1 structref))");
    slot kept = new_struct(s, type(i, 0), (slot[]){1});
    cr_assert_eq(wc_table_grow(i->tables[0], 100, kept), 1);
    for (uint32_t n = 0; n < 100; n++)
        i->tables[0]->elems[n] = 0;
    wc_gc_collect(s);
    cr_expect(lives(s, kept), "by the last entry");
    cr_expect_eq(get(kept, 0), 1);
    i->tables[0]->elems[100] = 0;
    wc_gc_collect(s);
    cr_expect_not(lives(s, kept));
    wc_store_delete(s);
}

Test(gc, cycles_go)
{
    struct store *s = store_with(0, false);
    const struct deftype *t = type(make(s, PAIR), 0);
    slot a = new_struct(s, t, NULL), b = new_struct(s, t, (slot[]){1, a});
    set(a, 1, b);
    *s->stack_top++ = a;
    wc_gc_collect(s);
    cr_expect(lives(s, a) && lives(s, b));
    s->stack_top--;
    wc_gc_collect(s);
    cr_expect_not(lives(s, a) || lives(s, b));
    wc_store_delete(s);
}

/* 10^7 objects in lists of ten, of which 10^4 lists live at a time. */
Test(gc, churn_in_bounded_memory)
{
    enum { LISTS = 10000, LEN = 10, ALL = 10000000 };
    struct store *s = store_with(0, false);
    const struct deftype *t = type(make(s, PAIR), 0);
    struct tabletype tt = {VT_ANYREF, {.min = LISTS}};
    struct table *table = wc_table_new(s, &tt, 0, NULL);
    slot *at = s->stack_top++;
    uint32_t x = 1;
    for (uint32_t n = 0; n < ALL / LEN; n++) {
        *at = 0;
        for (uint32_t k = 0; k < LEN; k++)
            *at = new_struct(s, t, (slot[]){n, *at});
        x = x * 1664525 + 1013904223;
        table->elems[n < LISTS ? n : (x >> 8) % LISTS] = *at;
    }
    cr_expect_gt(s->heap->collections, 10);
    cr_expect_lt(s->heap->used_bytes, 12u << 20);
    for (uint32_t n = 0; n < LISTS; n++) {
        uint32_t len = 0;
        slot first = get(table->elems[n], 0);
        for (slot ref = table->elems[n]; ref != 0; ref = get(ref, 1), len++)
            cr_assert_eq(get(ref, 0), first);
        cr_assert_eq(len, LEN);
    }
    wc_store_delete(s);
}

/* Objects of all sizes, so that classes, large objects and reuse of blocks by
 * other classes are seen; every byte is checked. */
Test(gc, sizes)
{
    enum { LIVE = 300, ALL = 30000 };
    struct store *s = store_with(64u << 20, false);
    const struct deftype *t =
        type(make(s, "(module (type (array (mut i8))))"), 0);
    struct tabletype tt = {VT_ANYREF, {.min = LIVE}};
    struct table *table = wc_table_new(s, &tt, 0, NULL);
    uint32_t x = 7;
    for (uint32_t n = 0; n < ALL; n++) {
        x = x * 1664525 + 1013904223;
        uint32_t len = (x >> 4) % (1u << (x >> 28) % 18);
        slot *place = &table->elems[(x >> 8) % LIVE];
        if (*place != 0) {
            const uint8_t *p = array_elem(*place, 0, 1);
            for (uint32_t k = 0; k < array_len(*place); k++)
                cr_assert_eq(p[k], array_len(*place) & 0xff);
        }
        *place = new_array(s, t, len, len);
        cr_assert(lives(s, *place));
        cr_assert_eq(*place & 15, 0);
    }
    cr_expect_gt(s->heap->collections, 5);
    for (uint32_t n = 0; n < LIVE; n++)
        table->elems[n] = 0;
    wc_gc_collect(s);
    cr_expect_eq(s->heap->used_bytes, 0);
    wc_store_delete(s);
}

Test(gc, deep_lists_and_wide_arrays)
{
    enum { LEN = 1000000, WIDE = 1200000 };
    struct store *s = store_with(0, false);
    struct instance *i = make(
        s, "(module (type (struct (field (mut i32)) (field (mut anyref))))"
           " (type (array (mut anyref))))");
    const struct deftype *t = type(i, 0);
    slot *list = s->stack_top++, *wide = s->stack_top++;
    *list = *wide = 0;
    for (uint32_t n = 0; n < LEN; n++)
        *list = new_struct(s, t, (slot[]){n, *list});
    /* more than the stack of the collector holds, each with one below */
    *wide = new_array(s, type(i, 1), 0, WIDE);
    cr_assert_gt((size_t)WIDE, GC_MARKING_MAX);
    slot *elems = (slot *)(void *)array_elem(*wide, 0, 8);
    for (uint32_t n = 0; n < WIDE; n++) {
        elems[n] = new_struct(s, t, (slot[]){n, 0});
        set(elems[n], 1, new_struct(s, t, (slot[]){n, i31_new(n)}));
    }
    wc_gc_collect(s);
    wc_gc_collect(s);
    for (uint32_t n = 0; n < WIDE; n++) {
        cr_assert(lives(s, elems[n]));
        cr_assert(lives(s, get(elems[n], 1)), "%u", n);
        cr_assert_eq(get(get(elems[n], 1), 1), i31_new(n));
    }
    uint32_t len = 0;
    for (slot ref = *list; ref != 0; ref = get(ref, 1))
        len++;
    cr_expect_eq(len, LEN);
    wc_store_delete(s);
}

/* Whatever lies on the stack, only starts of objects are found. */
Test(gc, false_pointers)
{
    struct store *s = store_with(0, false);
    struct instance *i = make(
        s, "(module (type (struct (field (mut i32)) (field (mut anyref))))"
           " (type (array (mut i8))))");
    enum { OBJECTS = 3000 };
    static slot x[OBJECTS];
    for (uint32_t n = 0; n < OBJECTS; n++)
        x[n] = n % 100 ? new_struct(s, type(i, 0), NULL)
                       : new_array(s, type(i, 1), 0, n * 40);
    slot *stack = s->stack_top;
    size_t len = 0;
    for (uint32_t n = 0; n < OBJECTS; n++) {
        for (slot d = 1; d < 16; d++)
            stack[len++] = x[n] + d;
        stack[len++] = x[n] & ~(slot)0xffff;
        stack[len++] = (x[n] & ~(slot)0xffff) + 0xfff0;
        stack[len++] = (x[n] & ~(slot)0xffff) + (slot)(n % 0x10000);
        stack[len++] = x[n] | (slot)0x100 << 48;
        stack[len++] = x[n] + 0x100000;
    }
    uint64_t r = 88172645463325252u;
    for (uint32_t n = 0; n < 100000; n++) {
        r ^= r << 13, r ^= r >> 7, r ^= r << 17;
        stack[len++] = r >> (n % 64);
    }
    /* addresses that may be objects are no false pointers */
    size_t kept = 0;
    for (size_t n = 0; n < len; n++)
        if (!lives(s, stack[n]))
            stack[kept++] = stack[n];
    s->stack_top += kept;
    cr_assert_gt(s->stack.end, s->stack_top);
    wc_gc_collect(s);
    cr_expect_eq(s->heap->live_bytes, 0);
    for (uint32_t n = 0; n < OBJECTS; n++)
        cr_assert_not(lives(s, x[n]));
    /* stale references, then free cells: found dead, and safe */
    memcpy(stack, x, sizeof x);
    wc_gc_collect(s);
    cr_expect_eq(s->heap->live_bytes, 0);
    wc_store_delete(s);
}

Test(gc, the_rest_of_a_run_is_no_object)
{
    struct store *s = store_with(0, false);
    const struct deftype *t = type(make(s, PAIR), 0);
    slot a = new_struct(s, t, NULL);
    *s->stack_top++ = a;
    *s->stack_top++ = a + 32; /* free, never allocated */
    wc_gc_collect(s);
    cr_expect(lives(s, a));
    cr_expect_not(lives(s, a + 32));
    cr_expect_eq(s->heap->live_bytes, 32);
    wc_store_delete(s);
}

/* --- Limits and torture -------------------------------------------------- */

Test(gc, limit)
{
    static const size_t limits[] = {1, 65536, 300000, 4u << 20};
    for (size_t n = 0; n < ARRAY_LEN(limits); n++) {
        struct store *s = store_with(limits[n], false);
        struct instance *i = make(
            s, "(module (type (struct (field (mut i32)) (field (mut anyref))))"
               " (type (array (mut i8))))");
        slot *at = s->stack_top++, ref, none = 0;
        for (int again = 0; again < 2; again++) {
            *at = 0;
            uint32_t made = 0;
            enum status status;
            while ((status = wc_struct_new(s, type(i, 0), (slot[]){1, *at},
                                           at)) == STATUS_OK)
                made++;
            took_trap(s, status, TRAP_OUT_OF_MEMORY);
            cr_expect_leq(s->heap->used_bytes, limits[n]);
            cr_expect_geq(made, limits[n] / 65536 * 1900, "%zu", limits[n]);
            took_trap(s, wc_array_new(s, type(i, 1), &none, 5u << 20, &ref),
                      TRAP_OUT_OF_MEMORY);
            uint32_t len = 0;
            for (ref = *at; ref != 0; ref = get(ref, 1))
                len++;
            cr_expect_eq(len, made, "all that was made is still there");
        }
        *at = 0; /* and room comes back */
        if (limits[n] > 65536)
            cr_expect_eq(wc_array_new(s, type(i, 1), &none, 65536, &ref),
                         STATUS_OK);
        wc_store_delete(s);
    }
}

Test(gc, torture)
{
    struct store *s = store_with(0, true);
    struct instance *i = make(
        s, "(module (type $p (struct (field (mut i32)) (field (mut anyref))))"
           " (type $a (array (mut anyref)))"
           " (global (mut anyref) (array.new_fixed $a 3"
           "  (struct.new $p (i32.const 1) (array.new_default $a"
           "   (i32.const 5))) (ref.i31 (i32.const 2))"
           "  (struct.new $p (i32.const 3) (array.new $a (ref.null any)"
           "   (i32.const 2))))))");
    slot g = *instance_cell(i, 0);
    cr_expect_eq(array_len(g), 3);
    cr_expect_eq(get(elem(g, 0), 0), 1);
    cr_expect_eq(array_len(get(elem(g, 0), 1)), 5);
    cr_expect_eq(elem(g, 1), i31_new(2));
    cr_expect_eq(array_len(get(elem(g, 2), 1)), 2);
    cr_expect_geq(s->heap->collections, 5);
    slot *at = s->stack_top++;
    *at = 0;
    for (uint32_t n = 0; n < 200; n++) {
        slot dead = new_struct(s, type(i, 0), (slot[]){n, 0});
        cr_expect_eq(slot_object(dead)->kind, OBJECT_STRUCT);
        *at = new_struct(s, type(i, 0), (slot[]){n, *at});
    }
    uint32_t n = 200;
    for (slot ref = *at; ref != 0; ref = get(ref, 1))
        cr_expect_eq(get(ref, 0), --n);
    cr_expect_eq(n, 0);
    slot dead = new_struct(s, type(i, 0), (slot[]){n, 0});
    wc_gc_collect(s);
    cr_expect_neq(slot_object(dead)->kind, OBJECT_STRUCT, "overwritten");
    wc_store_delete(s);
}

/* --- Constant expressions, exceptions ------------------------------------ */

Test(gc, constant_expressions)
{
    struct store *s = store_with(0, true);
    struct instance *i = make(
        s, "(module (type $p (struct (field i8 v128 externref)))"
           " (type $a (array v128))"
           " (global anyref (struct.new $p (i32.const -1)"
           "  (v128.const i64x2 3 4) (extern.convert_any"
           "   (ref.i31 (i32.const 5)))))"
           " (global anyref (array.new_fixed $a 2 (v128.const i64x2 1 2)"
           "  (v128.const i64x2 3 4)))"
           " (global anyref (array.new $a (v128.const i64x2 5 6)"
           "  (i32.const 3)))"
           " (global externref (extern.convert_any (ref.i31 (i32.const 8))))"
           " (global anyref (any.convert_extern (global.get 3))))");
    slot p = *instance_cell(i, 0);
    cr_expect_eq(get(p, 0), 0xff);
    cr_expect_eq(get(p, 1), 3);
    cr_expect_eq(get(p, 2), i31_new(5));
    cr_expect_eq(elem(*instance_cell(i, 1), 1), 3);
    cr_expect_eq(elem(*instance_cell(i, 2), 2), 5);
    cr_expect_eq(*instance_cell(i, 4), i31_new(8));
    wc_store_delete(s);
}

Test(gc, constant_expressions_trap)
{
    struct store *s = store_with(0, false);
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    struct trap *trap;
    static const char wat[] =
        "(module (type $a (array i64))"
        " (global anyref (array.new_default $a (i32.const -1))))";
    cr_assert(wc_wat_parse(wat, strlen(wat), &bytes, &e));
    struct module *m =
        wc_engine_load(s->engine, bytes.data, bytes.len, true, &e);
    cr_expect_null(wc_instance_new(s, m, NULL, 0, &trap, &e));
    expect_trap(trap, TRAP_ALLOCATION_SIZE);
    wc_module_unref(m);
    wc_buf_free(&bytes);
    wc_store_delete(s);
}

static struct tag *thrown;

static enum status throws(struct caller *caller, void *env, slot *io)
{
    (void)env;
    return wc_exn_throw(caller->store, thrown, io);
}

Test(gc, exceptions)
{
    struct store *s = store_with(0, true);
    struct instance *i =
        make(s, "(module (tag (param i32 v128 anyref))"
                " (tag (param i32 v128 anyref))"
                " (type $p (struct (field i32))))");
    slot ref = new_struct(s, type(i, 0), (slot[]){9});
    slot io[] = {1, 2, 3, ref};
    struct func *f = wc_func_new_host(s, i->tags[0]->entity.object.type,
                                      throws, NULL, NULL);
    thrown = i->tags[0];
    struct gc_root root;
    gc_root_add(s, &root, io, 4);
    cr_expect_eq(wc_invoke(s, f, io), STATUS_TRAP);
    gc_root_remove(&root);
    expect_trap(wc_store_take_trap(s), TRAP_UNCAUGHT_EXCEPTION);
    wc_gc_collect(s);
    slot exn = store_take_exception(s);
    cr_assert(lives(s, exn));
    cr_expect_eq(exn_of(exn)->tag, i->tags[0]);
    cr_expect_neq(exn_of(exn)->tag, i->tags[1]);
    cr_expect_arr_eq(exn_of(exn)->args, io, sizeof io);
    cr_expect_eq(get(ref, 0), 9);
    cr_expect_eq(wc_exn_throw_ref(s, exn), STATUS_THROW);
    cr_expect_eq(s->exception, exn);
    took_trap(s, wc_exn_throw_ref(s, 0), TRAP_NULL_EXCEPTION);
    wc_store_delete(s);
}
