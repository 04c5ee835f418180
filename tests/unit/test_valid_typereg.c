/* syntax: types across modules, and how they match. */
#include "test_valid.h"

Test(typereg, equal_groups_are_one)
{
    struct typereg *reg = wc_typereg_new();
    struct module *a = planned(reg,
        "(type (func)) (rec (type $x (struct (field (ref null $y))))"
        " (type $y (array (ref $x))))");
    uint32_t count = wc_typereg_count(reg);
    cr_expect_eq(count, 3);
    struct module *b = planned(reg,
        "(rec (type $p (struct (field (ref null $q))))"
        " (type $q (array (ref $p)))) (type (func)) (type (func (param i32)))"
        "(rec (type $v (array (ref 5))) (type $w (struct (field (ref null 4)"
        "))))");
    cr_expect_eq(wc_typereg_count(reg), count + 3);
    cr_expect_eq(a->deftypes[0], b->deftypes[2]);
    cr_expect_eq(a->deftypes[1], b->deftypes[0]);
    cr_expect_eq(a->deftypes[2], b->deftypes[1]);
    /* The order within a group is part of it. */
    cr_expect_neq(a->deftypes[1], b->deftypes[5]);
    /* References to members became their ids. */
    cr_expect_eq(a->deftypes[2]->comp.fields[0].type,
                 VALTYPE_REF(false, a->deftypes[1]->id));
    wc_module_unref(a);
    cr_expect_eq(wc_typereg_count(reg), 6);
    cr_expect_eq(wc_typereg_get(reg, b->deftypes[0]->id), b->deftypes[0]);
    wc_module_unref(b);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

Test(typereg, groups_keep_what_they_mention)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(type $a (sub (struct))) (type $b (func (param (ref $a))))"
        "(type $c (sub $a (struct (field i32))))");
    const struct deftype *b = m->deftypes[1], *c = m->deftypes[2];
    wc_typereg_retain(reg, b);
    wc_typereg_retain(reg, c);
    wc_module_unref(m);
    cr_expect_eq(wc_typereg_count(reg), 3);
    cr_expect_eq(c->super, wc_typereg_get(reg, valtype_heap(
                                                   b->comp.params[0])));
    wc_typereg_release(reg, &b, 1);
    cr_expect_eq(wc_typereg_count(reg), 2);
    wc_typereg_release(reg, &c, 1);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

Test(typereg, function_types_of_hosts_are_those_of_modules)
{
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    struct module *m =
        planned(reg, "(type (func (param i32 f64) (result v128)))");
    static const valtype params[] = {VT_I32, VT_F64}, results[] = {VT_V128};
    const struct deftype *t =
        wc_typereg_functype(reg, params, 2, results, 1, &e);
    cr_expect_eq(t, m->deftypes[0]);
    cr_expect(t->param_slots == 2 && t->result_slots == 2);
    wc_module_unref(m);
    cr_expect_eq(wc_typereg_count(reg), 1);
    wc_typereg_release(reg, &t, 1);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

Test(typereg, matching)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(type (sub (struct))) (type (sub 0 (struct (field i32))))"
        "(type (sub 1 (struct (field i32) (field i64))))"
        "(type (array i8)) (type (func))");
    heaptype s0 = m->deftypes[0]->id, s2 = m->deftypes[2]->id;
    heaptype a = m->deftypes[3]->id, f = m->deftypes[4]->id;
    const struct {
        heaptype sub, super;
        bool matches;
    } rows[] = {
        {s2, s0, true},
        {s0, s2, false},
        {s2, HEAP_STRUCT, true},
        {s2, HEAP_EQ, true},
        {s2, HEAP_ANY, true},
        {s2, HEAP_ARRAY, false},
        {s2, HEAP_FUNC, false},
        {s2, a, false},
        {a, HEAP_ARRAY, true},
        {f, HEAP_FUNC, true},
        {f, HEAP_ANY, false},
        {HEAP_NONE, s2, true},
        {HEAP_NONE, HEAP_I31, true},
        {HEAP_NONE, f, false},
        {HEAP_NONE, HEAP_EXTERN, false},
        {HEAP_NOFUNC, f, true},
        {HEAP_NOEXTERN, HEAP_EXTERN, true},
        {HEAP_NOEXN, HEAP_EXN, true},
        {HEAP_EXN, HEAP_NOEXN, false},
        {HEAP_I31, HEAP_EQ, true},
        {HEAP_EQ, HEAP_I31, false},
        {HEAP_STRUCT, s0, false},
        {HEAP_BOT, s2, true},
        {HEAP_BOT, HEAP_EXTERN, true},
        {HEAP_NONE, HEAP_BOT, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(wc_heaptype_matches(reg, rows[i].sub, rows[i].super),
                     rows[i].matches, "row %zu", i);
    cr_expect_eq(wc_heaptype_top(reg, s2), HEAP_ANY);
    cr_expect_eq(wc_heaptype_top(reg, HEAP_NONE), HEAP_ANY);
    cr_expect_eq(wc_heaptype_top(reg, f), HEAP_FUNC);
    cr_expect(valtype_matches(reg, VALTYPE_REF(false, s2),
                              VALTYPE_REF(true, s0)));
    cr_expect_not(valtype_matches(reg, VALTYPE_REF(true, s2),
                                  VALTYPE_REF(false, s0)));
    cr_expect(valtype_matches(reg, VT_BOT, VT_I32));
    cr_expect_not(valtype_matches(reg, VT_I32, VT_I64));
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

/* So many that the hashes of some are equal. */
Test(typereg, many_types_are_kept_apart)
{
    enum { TYPES = 200000 };
    static const valtype digits[] = {VT_I32, VT_I64, VT_F32, VT_F64};
    static const struct deftype *types[TYPES];
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    for (uint32_t again = 0; again < 2; again++)
        for (uint32_t i = 0; i < TYPES; i++) {
            valtype params[16];
            uint32_t len = 0;
            for (uint32_t n = i; n != 0; n /= 4)
                params[len++] = digits[n % 4];
            const struct deftype *t =
                wc_typereg_functype(reg, params, len, NULL, 0, &e);
            cr_assert_not_null(t, "%s", e.message);
            cr_assert(again == 0 || t == types[i], "type %u", i);
            types[i] = t;
        }
    cr_expect_eq(wc_typereg_count(reg), TYPES);
    for (uint32_t again = 0; again < 2; again++)
        wc_typereg_release(reg, types, TYPES);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

/* What a host makes may name a type by its id. */
Test(typereg, host_type_of_a_defined_type)
{
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    const struct deftype *t = wc_typereg_functype(reg, NULL, 0, NULL, 0, &e);
    cr_assert_not_null(t);
    valtype param = VALTYPE_REF(true, t->id);
    const struct deftype *u = wc_typereg_functype(reg, &param, 1, NULL, 0, &e);
    const struct deftype *again =
        wc_typereg_functype(reg, &param, 1, NULL, 0, &e);
    cr_assert(u != NULL && u == again);
    cr_expect_eq(u->comp.params[0], param);
    wc_typereg_release(reg, &t, 1);
    cr_expect_eq(wc_typereg_count(reg), 2); /* kept by what names it */
    wc_typereg_release(reg, &u, 1);
    wc_typereg_release(reg, &again, 1);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

/* All pairs of abstract heap types, core/valid/matching#heap-types. */
Test(typereg, abstract_heap_types)
{
    enum { ANY = 1, EQ = 2, I31 = 4, STRUCT = 8, ARRAY = 16, NONE = 32,
           FUNC = 64, NOFUNC = 128, EXTERN = 256, NOEXTERN = 512, EXN = 1024,
           NOEXN = 2048 };
    static const unsigned supers[] = {
        [HEAP_ANY - HEAP_FIRST] = ANY,
        [HEAP_EQ - HEAP_FIRST] = EQ | ANY,
        [HEAP_I31 - HEAP_FIRST] = I31 | EQ | ANY,
        [HEAP_STRUCT - HEAP_FIRST] = STRUCT | EQ | ANY,
        [HEAP_ARRAY - HEAP_FIRST] = ARRAY | EQ | ANY,
        [HEAP_NONE - HEAP_FIRST] = NONE | I31 | STRUCT | ARRAY | EQ | ANY,
        [HEAP_FUNC - HEAP_FIRST] = FUNC,
        [HEAP_NOFUNC - HEAP_FIRST] = NOFUNC | FUNC,
        [HEAP_EXTERN - HEAP_FIRST] = EXTERN,
        [HEAP_NOEXTERN - HEAP_FIRST] = NOEXTERN | EXTERN,
        [HEAP_EXN - HEAP_FIRST] = EXN,
        [HEAP_NOEXN - HEAP_FIRST] = NOEXN | EXN,
    };
    struct typereg *reg = wc_typereg_new();
    cr_assert_not_null(reg);
    for (unsigned sub = 0; sub < ARRAY_LEN(supers); sub++)
        for (unsigned super = 0; super < ARRAY_LEN(supers); super++)
            cr_expect_eq(wc_heaptype_matches(reg, HEAP_FIRST + sub,
                                             HEAP_FIRST + super),
                         (supers[sub] >> super & 1) != 0, "%u <: %u", sub,
                         super);
    wc_typereg_delete(reg);
}
