/* binary, valid: with a feature off, what needs it is refused, and with all on
 * it is not. */
#include "support.h"
#include "valid/validate.h"

static bool load(const struct buf *wasm, feature_set features,
                 struct error *e)
{
    *e = (struct error)ERROR_INIT;
    struct typereg *reg = wc_typereg_new();
    struct module *m = module_over(wasm->data, wasm->len);
    m->features = features;
    bool ok = wc_decode(m, e) && wc_validate(m, reg, NULL, e);
    wc_module_unref(m);
    wc_typereg_delete(reg);
    return ok;
}

Test(features, are_needed)
{
    static const struct {
        feature_set off;
        const char *fields, *message;
    } rows[] = {
#define OFF(name) FEATURE_BIT(name)
        {OFF(GC), "(type (struct))", "malformed definition type"},
        {OFF(GC), "(type (array i32))", "malformed definition type"},
        {OFF(GC), "(rec (type (func)) (type (func)))",
         "malformed definition type"},
        {OFF(GC), "(type (sub (func)))", "malformed definition type"},
        {OFF(GC), "(global anyref (ref.null any))",
         "malformed value type 0x6e"},
        {OFF(GC), "(global (ref null i31) (ref.null i31))",
         "malformed value type 0x6c"},
        {OFF(EXCEPTIONS), "(tag)", "malformed section id 13"},
        {OFF(EXCEPTIONS), "(import \"\" \"\" (tag))",
         "malformed import kind 0x04"},
        {OFF(EXCEPTIONS), "(global exnref (ref.null exn))",
         "malformed value type 0x69"},
        {OFF(FUNCTION_REFERENCES), "(type $f (func)) (func (param (ref $f)))",
         "malformed value type 0x64"},
        {OFF(FUNCTION_REFERENCES),
         "(table 1 (ref func) (ref.func 0)) (func)",
         "malformed reference type 0x40"},
        {OFF(REFERENCE_TYPES), "(func (param externref))",
         "malformed value type 0x6f"},
        {OFF(REFERENCE_TYPES), "(func (param funcref))",
         "malformed value type 0x70"},
        {OFF(REFERENCE_TYPES), "(table 1 externref)",
         "malformed reference type 0x6f"},
        {OFF(REFERENCE_TYPES), "(elem funcref (ref.null func))",
         "illegal opcode d0: ref.null needs feature reference-types"},
        {OFF(BULK_MEMORY), "(memory 1) (data \"\")",
         "malformed data segment kind 1"},
        {OFF(BULK_MEMORY), "(memory 1) (data $d \"\") (func data.drop $d)",
         "malformed section id 12"},
        {OFF(BULK_MEMORY) | OFF(REFERENCE_TYPES), "(func) (elem func 0)",
         "malformed elements segment kind 1"},
        {OFF(MULTI_MEMORY), "(memory 1) (memory 1) (data (memory 1) "
         "(i32.const 0) \"\")", "multiple memories"},
        {OFF(MULTI_MEMORY),
         "(memory 1) (memory 1) (func (drop (i32.load 1 (i32.const 0))))",
         "multiple memories"},
        {OFF(MEMORY64), "(memory i64 1)", "malformed limits flags"},
        {OFF(MEMORY64), "(table i64 1 funcref)", "malformed limits flags"},
        {OFF(THREADS), "(memory 1 1 shared)", "malformed limits flags"},
        {OFF(CUSTOM_PAGE_SIZES), "(memory 1 (pagesize 1))",
         "malformed limits flags"},
        {OFF(SIMD), "(func (param v128))", "malformed value type 0x7b"},
        {OFF(MULTI_VALUE), "(func (result i32 i32) unreachable)",
         "invalid result arity: 2 results need feature multi-value"},
        {OFF(MULTI_VALUE), "(func i32.const 0 (block (param i32) drop))",
         "malformed value type"},
        {OFF(MUTABLE_GLOBALS),
         "(import \"\" \"\" (global (mut i32)))",
         "mutable globals cannot be imported"},
        {OFF(TAIL_CALL), "(func return_call 0)",
         "illegal opcode 12: return_call needs feature tail-call"},
        {OFF(LEGACY_EXCEPTIONS), "(func try catch_all end)",
         "illegal opcode 06: try needs feature legacy-exceptions"},
        {OFF(WIDE_ARITHMETIC), "(func unreachable i64.mul_wide_s drop drop)",
         "illegal opcode fc: i64.mul_wide_s needs feature wide-arithmetic"},
#undef OFF
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf wasm = {0};
        struct error e;
        assemble(rows[i].fields, &wasm);
        cr_expect(load(&wasm, ALL_FEATURES, &e), "%s: %s", rows[i].fields,
                  e.message);
        cr_expect(!load(&wasm, ALL_FEATURES & ~rows[i].off, &e) &&
                      starts_with(e.message, rows[i].message),
                  "%s: %s", rows[i].fields, e.message);
        wc_buf_free(&wasm);
    }
}
