/* Types and vectors: values without a store. */
#include "support.h"

Test(valtype, kinds)
{
    static const wasm_valkind_t kinds[] = {
        WASM_I32,       WASM_I64,   WASM_F32,     WASM_F64,
        WASM_EXTERNREF, WASM_FUNCREF, WASMC_V128, WASMC_ANYREF,
        WASMC_EXNREF,
    };
    for (size_t i = 0; i < LEN(kinds); i++) {
        wasm_valtype_t *t = wasm_valtype_new(kinds[i]);
        cr_assert_not_null(t, "kind %u", kinds[i]);
        wasm_valtype_t *copy = wasm_valtype_copy(t);
        wasm_valtype_delete(t);
        cr_expect_eq(wasm_valtype_kind(copy), kinds[i]);
        cr_expect_eq(wasm_valtype_is_ref(copy), kinds[i] >= 128);
        cr_expect_eq(wasm_valtype_is_num(copy), kinds[i] < 128);
        wasm_valtype_delete(copy);
    }
    cr_expect_null(wasm_valtype_new(77));
}

Test(valtype, text)
{
    wasm_valtype_t *t = wasm_valtype_new_funcref();
    char text[4];
    cr_expect_eq(wasmc_valtype_text(t, text, sizeof text), 7);
    cr_expect_str_eq(text, "fun");
    wasm_valtype_delete(t);
}

Test(functype, short_hands_have_the_right_arity)
{
#define I wasm_valtype_new_i32()
#define F wasm_valtype_new_f64()
    struct {
        wasm_functype_t *type;
        size_t params, results;
    } rows[] = {
        {wasm_functype_new_0_0(), 0, 0},
        {wasm_functype_new_1_0(I), 1, 0},
        {wasm_functype_new_2_0(I, I), 2, 0},
        {wasm_functype_new_3_0(I, I, I), 3, 0},
        {wasm_functype_new_0_1(F), 0, 1},
        {wasm_functype_new_1_1(I, F), 1, 1},
        {wasm_functype_new_2_1(I, I, F), 2, 1},
        {wasm_functype_new_3_1(I, I, I, F), 3, 1},
        {wasm_functype_new_0_2(F, F), 0, 2},
        {wasm_functype_new_1_2(I, F, F), 1, 2},
        {wasm_functype_new_2_2(I, I, F, F), 2, 2},
        {wasm_functype_new_3_2(I, I, I, F, F), 3, 2},
    };
#undef I
#undef F
    for (size_t i = 0; i < LEN(rows); i++) {
        wasm_functype_t *t = wasm_functype_copy(rows[i].type);
        wasm_functype_delete(rows[i].type);
        const wasm_valtype_vec_t *params = wasm_functype_params(t);
        const wasm_valtype_vec_t *results = wasm_functype_results(t);
        cr_assert_eq(params->size, rows[i].params, "row %zu", i);
        cr_assert_eq(results->size, rows[i].results, "row %zu", i);
        for (size_t n = 0; n < params->size; n++)
            cr_expect_eq(wasm_valtype_kind(params->data[n]), WASM_I32);
        for (size_t n = 0; n < results->size; n++)
            cr_expect_eq(wasm_valtype_kind(results->data[n]), WASM_F64);
        wasm_functype_delete(t);
    }
}

Test(externtype, casts_check_the_kind)
{
    static const wasm_limits_t limits = {3, 0xffffffff};
    wasm_externtype_t *types[] = {
        wasm_functype_as_externtype(wasm_functype_new_0_0()),
        wasm_globaltype_as_externtype(
            wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR)),
        wasm_tabletype_as_externtype(
            wasm_tabletype_new(wasm_valtype_new_funcref(), &limits)),
        wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)),
    };
    for (wasm_externkind_t kind = 0; kind < LEN(types); kind++) {
        wasm_externtype_t *t = wasm_externtype_copy(types[kind]);
        wasm_externtype_delete(types[kind]);
        cr_expect_eq(wasm_externtype_kind(t), kind);
        cr_expect_eq(wasm_externtype_as_functype(t) != NULL, kind == 0);
        cr_expect_eq(wasm_externtype_as_globaltype(t) != NULL, kind == 1);
        cr_expect_eq(wasm_externtype_as_tabletype(t) != NULL, kind == 2);
        cr_expect_eq(wasm_externtype_as_memorytype(t) != NULL, kind == 3);
        const wasm_externtype_t *c = t;
        cr_expect_eq(wasm_externtype_as_functype_const(c) != NULL, kind == 0);
        cr_expect_eq(wasm_externtype_as_globaltype_const(c) != NULL,
                     kind == 1);
        cr_expect_eq(wasm_externtype_as_tabletype_const(c) != NULL, kind == 2);
        cr_expect_eq(wasm_externtype_as_memorytype_const(c) != NULL,
                     kind == 3);
        wasm_externtype_delete(t);
    }
    cr_expect_null(wasm_externtype_as_functype(NULL));
}

Test(globaltype, parts)
{
    wasm_globaltype_t *t =
        wasm_globaltype_new(wasm_valtype_new_f32(), WASM_VAR);
    cr_expect_eq(wasm_valtype_kind(wasm_globaltype_content(t)), WASM_F32);
    cr_expect_eq(wasm_globaltype_mutability(t), WASM_VAR);
    wasm_globaltype_delete(t);
    cr_expect_null(wasm_globaltype_new(NULL, WASM_CONST));
}

Test(limits, of_both_widths)
{
    static const wasm_limits_t narrow = {2, 5};
    wasm_memorytype_t *m = wasm_memorytype_new(&narrow);
    wasmc_limits_t wide;
    wasmc_memorytype_limits(m, &wide);
    cr_expect_eq(wide.min, 2);
    cr_expect_eq(wide.max, 5);
    cr_expect(wide.has_max && !wide.shared && !wide.addr64);
    cr_expect_eq(wide.page_log2, 16);
    cr_expect_eq(wasm_memorytype_limits(m)->max, 5);
    wasm_memorytype_delete(m);

    wide = (wasmc_limits_t){.min = (uint64_t)1 << 33, .addr64 = true};
    wasm_tabletype_t *t =
        wasmc_tabletype_new(wasm_valtype_new_externref(), &wide);
    cr_expect_eq(wasm_tabletype_limits(t)->min, UINT32_MAX);
    cr_expect_eq(wasm_tabletype_limits(t)->max, wasm_limits_max_default);
    wasmc_tabletype_limits(t, &wide);
    cr_expect_eq(wide.min, (uint64_t)1 << 33);
    cr_expect_eq(wasm_valtype_kind(wasm_tabletype_element(t)),
                 WASM_EXTERNREF);
    wasm_tabletype_delete(t);
}

Test(limits, that_no_memory_has)
{
    static const wasmc_limits_t rows[] = {
        {.min = 2, .max = 1, .has_max = true, .page_log2 = 16},
        {.min = 1, .shared = true, .page_log2 = 16},
        {.min = 1, .page_log2 = 12},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        cr_expect_null(wasmc_memorytype_new(&rows[i]), "row %zu", i);
}

Test(importtype, owns_its_names)
{
    wasm_name_t module, name;
    wasm_name_new_from_string(&module, "env");
    wasm_name_new_from_string(&name, "f");
    wasm_importtype_t *t = wasm_importtype_new(
        &module, &name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
    cr_expect_null(module.data);
    wasm_importtype_t *copy = wasm_importtype_copy(t);
    wasm_importtype_delete(t);
    cr_expect_eq(wasm_importtype_module(copy)->size, 3);
    cr_expect_arr_eq(wasm_importtype_module(copy)->data, "env", 3);
    cr_expect_arr_eq(wasm_importtype_name(copy)->data, "f", 1);
    cr_expect_eq(wasm_externtype_kind(wasm_importtype_type(copy)),
                 WASM_EXTERN_FUNC);
    wasm_importtype_delete(copy);
}

Test(exporttype, may_have_an_empty_name)
{
    wasm_name_t name;
    wasm_name_new_empty(&name);
    static const wasm_limits_t limits = {0, 1};
    wasm_exporttype_t *t = wasm_exporttype_new(
        &name, wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)));
    wasm_exporttype_t *copy = wasm_exporttype_copy(t);
    wasm_exporttype_delete(t);
    cr_assert_not_null(copy);
    cr_expect_eq(wasm_exporttype_name(copy)->size, 0);
    cr_expect_eq(wasm_externtype_kind(wasm_exporttype_type(copy)),
                 WASM_EXTERN_MEMORY);
    wasm_exporttype_delete(copy);
}

Test(vec, bytes)
{
    wasm_byte_vec_t a, b;
    wasm_byte_vec_new(&a, 3, "abc");
    wasm_byte_vec_copy(&b, &a);
    cr_expect_neq(a.data, b.data);
    a.data[0] = 'x';
    cr_expect_arr_eq(b.data, "abc", 3);
    wasm_byte_vec_delete(&a);
    cr_expect_null(a.data);
    cr_expect_eq(a.size, 0);
    wasm_byte_vec_delete(&a); /* again: empty, so nothing happens */
    wasm_byte_vec_delete(&b);

    wasm_byte_vec_new_empty(&a);
    wasm_byte_vec_copy(&b, &a);
    cr_expect_null(b.data);
    wasm_byte_vec_new_uninitialized(&a, 100);
    cr_expect_eq(a.size, 100);
    wasm_byte_vec_delete(&a);

    wasm_name_new_from_string_nt(&a, "nt");
    cr_expect_eq(a.size, 3);
    cr_expect_str_eq(a.data, "nt");
    wasm_name_delete(&a);
}

Test(vec, of_pointers_owns_and_copies_deeply)
{
    wasm_valtype_t *types[] = {wasm_valtype_new_i32(), NULL,
                               wasm_valtype_new_f32()};
    wasm_valtype_vec_t a, b;
    wasm_valtype_vec_new(&a, LEN(types), types);
    wasm_valtype_vec_copy(&b, &a);
    cr_assert_eq(b.size, 3);
    cr_expect_neq(a.data[0], b.data[0]);
    cr_expect_null(b.data[1]);
    wasm_valtype_vec_delete(&a);
    cr_expect_eq(wasm_valtype_kind(b.data[2]), WASM_F32);
    wasm_valtype_vec_delete(&b);

    wasm_functype_vec_t none;
    wasm_functype_vec_new_uninitialized(&none, 4);
    wasm_functype_vec_delete(&none); /* nothing was put in */
}

Test(vec, too_large_is_empty)
{
    wasm_val_vec_t vec;
    wasm_val_vec_new_uninitialized(&vec, SIZE_MAX / 4);
    cr_expect_eq(vec.size, 0);
    cr_expect_null(vec.data);
}

Test(val, pointers_of_the_host)
{
    int x;
    wasm_val_t v;
    wasm_val_init_ptr(&v, &x);
    cr_expect_eq(wasm_val_ptr(&v), &x);
}

Test(val, vectors_are_copied)
{
    uint8_t bytes[16];
    for (uint8_t i = 0; i < 16; i++)
        bytes[i] = i;
    wasm_val_t a, b;
    cr_assert(wasmc_val_new_v128(&a, bytes));
    wasm_val_copy(&b, &a);
    wasm_val_delete(&a);
    cr_expect_arr_eq(wasmc_val_v128(&b), bytes, 16);
    wasm_val_delete(&b);
    a = (wasm_val_t)WASM_I32_VAL(1);
    cr_expect_null(wasmc_val_v128(&a));
}

Test(delete, of_null_does_nothing)
{
    wasm_config_delete(NULL);
    wasm_engine_delete(NULL);
    wasm_store_delete(NULL);
    wasm_valtype_delete(NULL);
    wasm_functype_delete(NULL);
    wasm_globaltype_delete(NULL);
    wasm_tabletype_delete(NULL);
    wasm_memorytype_delete(NULL);
    wasm_externtype_delete(NULL);
    wasm_importtype_delete(NULL);
    wasm_exporttype_delete(NULL);
    wasm_ref_delete(NULL);
    wasm_frame_delete(NULL);
    wasm_trap_delete(NULL);
    wasm_module_delete(NULL);
    wasm_shared_module_delete(NULL);
    wasm_func_delete(NULL);
    wasm_extern_delete(NULL);
    wasm_instance_delete(NULL);
    wasmc_error_delete(NULL);
    wasmc_interrupt_delete(NULL);
    wasmc_linker_delete(NULL);
}
