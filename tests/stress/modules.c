/* What is slow in decoders and validators: counts, nesting, arity, names and
 * types. Each was quadratic in some engine once. */
#include "stress/modules.h"

#include "binary/names.h"

static struct buf make_nops(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x01", 7000000);
    return void_module(&code);
}

static struct buf make_blocks(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x02\x40", 2000000);
    REPEAT(&code, "\x0b", 2000000);
    return void_module(&code);
}

static struct buf make_ifs(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x41\x00\x04\x40", 1000000);
    REPEAT(&code, "\x05\x0b", 1000000);
    return void_module(&code);
}

static struct buf make_loops(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x03\x40\x20\x00\x1a\x0b", 1000000);
    struct buf types = {0};
    put_functype(&types, 1, 0);
    return module_of(&types, 1, &code);
}

/* A million operands at once. */
static struct buf make_operands(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x41\x00", 2000000);
    REPEAT(&code, "\x1a", 2000000);
    return void_module(&code);
}

/* br_if out of a function with 1,000 results, over and over. */
static struct buf make_quad_results(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 1000);
    REPEAT(&code, "\x41\x00", 1000);
    REPEAT(&code, "\x41\x00\x0d\x00", 1000000);
    return module_of(&types, 1, &code);
}

/* Calls with 1,000 results that are passed on as parameters. */
static struct buf make_quad_calls(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 1000, 1000);
    REPEAT(&code, "\x20\x00", 1000);
    REPEAT(&code, "\x10\x00", 1000000);
    return module_of(&types, 1, &code);
}

/* The results pile up: refused. */
static struct buf make_pile(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 1000);
    REPEAT(&code, "\x10\x00", 1000000);
    return module_of(&types, 1, &code);
}

/* A hundred tables of 65,520 labels with 1,000 values each. */
static struct buf make_quad_brtable(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 1000);
    REPEAT(&code, "\x02\x00", 100);
    for (int table = 0; table < 100; table++) {
        REPEAT(&code, "\x41\x00", 1000);
        put_br_table(&code, 65520, 101 - (uint32_t)table);
        REPEAT(&code, "\x0b", 1);
        REPEAT(&code, "\x1a", table == 99 ? 0 : 1000);
    }
    return module_of(&types, 1, &code);
}

/* Distinct labels of many distinct types. */
static struct buf make_brtable_types(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 900);
    for (uint32_t i = 1; i <= 100; i++)
        put_functype(&types, 0, 900);
    for (uint32_t i = 0; i < 50000; i++) {
        wc_buf_byte(&code, 0x02);
        wc_buf_s64(&code, i % 101);
    }
    REPEAT(&code, "\x41\x00", 900);
    put_br_table(&code, 65520, 50000);
    REPEAT(&code, "\x0b", 50000);
    return module_of(&types, 101, &code);
}

static struct buf make_brtable_limit(void)
{
    struct buf code = {0};
    put_br_table(&code, 65521, 1);
    return void_module(&code);
}

/* A body of two bytes and 50,000 locals, many times. */
static struct buf make_locals(void)
{
    struct buf out = {0}, types = {0}, bodies = {0}, body = {0};
    wc_encode_header(&out);
    wc_encode_comptype(&types, &void_type);
    put_section(&out, SECTION_TYPE, 1, &types);
    put_funcs(&out, 200000);
    wc_buf_append(&body, "\x01\xd0\x86\x03\x7f\x20\xcf\x86\x03\x1a\x0b", 11);
    for (int i = 0; i < 200000; i++)
        wc_encode_bytes(&bodies, span_of(&body));
    wc_buf_free(&body);
    put_section(&out, SECTION_CODE, 200000, &bodies);
    return out;
}

/* A local that becomes unset again at each of a million block ends. */
static struct buf make_init_reset(void)
{
    struct buf out = {0}, types = {0}, bodies = {0}, body = {0};
    wc_encode_header(&out);
    wc_encode_comptype(&types, &void_type);
    put_section(&out, SECTION_TYPE, 1, &types);
    put_funcs(&out, 1);
    wc_buf_append(&body, "\x01\xe8\x07\x64\x70", 5); /* 1000 (ref func) */
    REPEAT(&body, "\x02\x40\x00\x21\xe7\x07\x0b", 1000000);
    wc_buf_byte(&body, 0x0b);
    wc_encode_bytes(&bodies, span_of(&body));
    wc_buf_free(&body);
    put_section(&out, SECTION_CODE, 1, &bodies);
    return out;
}

static struct buf type_module(struct buf *types, uint32_t len)
{
    struct buf out = {0};
    wc_encode_header(&out);
    put_section(&out, SECTION_TYPE, len, types);
    return out;
}

/* A million types, each naming the one before. */
static struct buf make_type_chain(void)
{
    struct buf types = {0};
    wc_encode_comptype(&types, &void_type);
    for (uint32_t i = 1; i < 1000000; i++) {
        valtype t = VALTYPE_REF(true, i - 1);
        struct comptype c = {.kind = COMP_FUNC, .params = &t, .params_len = 1};
        wc_encode_comptype(&types, &c);
    }
    return type_module(&types, 1000000);
}

/* One recursion group of a million members, each naming the next. */
static struct buf make_rec_group(void)
{
    struct buf types = {0};
    wc_buf_byte(&types, 0x4e);
    wc_buf_u64(&types, 1000000);
    for (uint32_t i = 0; i < 1000000; i++) {
        valtype t = VALTYPE_REF(true, (i + 1) % 1000000);
        struct comptype c = {.kind = COMP_FUNC, .params = &t, .params_len = 1};
        wc_encode_comptype(&types, &c);
    }
    return type_module(&types, 1);
}

/* Types that hash alike are told apart by more than their hash. */
static struct buf make_equal_types(void)
{
    struct buf types = {0};
    for (uint32_t i = 0; i < 1000000; i++)
        wc_encode_comptype(&types, &void_type);
    return type_module(&types, 1000000);
}

static struct buf subtypes(uint32_t depth)
{
    struct buf types = {0};
    struct comptype c = {.kind = COMP_STRUCT};
    for (uint32_t i = 0; i <= depth; i++) {
        uint32_t super = i - 1;
        wc_encode_subtype(&types, false, &super, i != 0, &c);
    }
    return type_module(&types, depth + 1);
}

static struct buf make_subtypes_63(void)
{
    return subtypes(63);
}

static struct buf make_subtypes_64(void)
{
    return subtypes(64);
}

static struct buf make_functions(void)
{
    struct buf out = {0}, types = {0}, bodies = {0};
    wc_encode_header(&out);
    wc_encode_comptype(&types, &void_type);
    put_section(&out, SECTION_TYPE, 1, &types);
    put_funcs(&out, 1000000);
    for (uint32_t i = 0; i < 1000000; i++) {
        struct buf body = {0};
        wc_buf_append(&body, "\x00\x10", 2);
        wc_buf_u64(&body, i + 1 < 1000000 ? i + 1 : i);
        wc_buf_byte(&body, 0x0b);
        wc_encode_bytes(&bodies, span_of(&body));
        wc_buf_free(&body);
    }
    put_section(&out, SECTION_CODE, 1000000, &bodies);
    return out;
}

static struct buf make_exports(void)
{
    struct buf code = {0}, exports = {0};
    struct buf out = {0}, types = {0}, bodies = {0};
    wc_buf_append(&code, "\x00\x0b", 2);
    wc_encode_header(&out);
    wc_encode_comptype(&types, &void_type);
    put_section(&out, SECTION_TYPE, 1, &types);
    put_funcs(&out, 1);
    for (uint32_t i = 0; i < 500000; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "f%u", i);
        wc_encode_bytes(&exports,
                        (struct span){(uint8_t *)name, (size_t)len});
        wc_buf_append(&exports, "\0\0", 2);
    }
    put_section(&out, SECTION_EXPORT, 500000, &exports);
    wc_encode_bytes(&bodies, span_of(&code));
    wc_buf_free(&code);
    put_section(&out, SECTION_CODE, 1, &bodies);
    return out;
}

/* Every import has a type of its own kind to point to in errors: none may be
 * looked for in a list. */
static struct buf make_imports(void)
{
    struct buf out = {0}, imports = {0};
    wc_encode_header(&out);
    for (uint32_t i = 0; i < 900000; i++)
        wc_buf_append(&imports, "\1m\1g\3\x7f\0", 7);
    put_section(&out, SECTION_IMPORT, 900000, &imports);
    return out;
}

static struct buf make_names(void)
{
    struct buf out = {0}, content = {0}, sub = {0};
    struct buf functions = make_functions();
    wc_buf_u64(&sub, 1000000);
    for (uint32_t i = 0; i < 1000000; i++) {
        wc_buf_u64(&sub, i);
        wc_buf_append(&sub, "\4name", 5);
    }
    wc_buf_byte(&content, NAME_FUNC);
    wc_encode_bytes(&content, span_of(&sub));
    wc_buf_free(&sub);
    wc_buf_append(&out, functions.data, functions.len);
    wc_buf_free(&functions);
    wc_encode_custom(&out, (struct span){(const uint8_t *)"name", 4},
                     span_of(&content));
    wc_buf_free(&content);
    return out;
}

/* Groups of locals that hold none. */
static struct buf make_empty_groups(void)
{
    struct buf out = {0}, types = {0}, bodies = {0}, body = {0};
    wc_encode_header(&out);
    wc_encode_comptype(&types, &void_type);
    put_section(&out, SECTION_TYPE, 1, &types);
    put_funcs(&out, 1);
    wc_buf_u64(&body, 1000000);
    REPEAT(&body, "\0\x7f", 1000000);
    wc_buf_byte(&body, 0x0b);
    wc_encode_bytes(&bodies, span_of(&body));
    wc_buf_free(&body);
    put_section(&out, SECTION_CODE, 1, &bodies);
    return out;
}

/* struct.new of 10,000 fields in unreachable code, and the default one. */
static struct buf make_structs(void)
{
    struct buf types = {0}, code = {0};
    static struct field fields[10000];
    for (unsigned i = 0; i < 10000; i++)
        fields[i] = (struct field){VT_I32, false};
    struct comptype c = {
        .kind = COMP_STRUCT, .fields = fields, .fields_len = 10000};
    wc_encode_comptype(&types, &void_type);
    wc_encode_comptype(&types, &c);
    REPEAT(&code, "\xfb\x01\x01\x1a", 500000);
    REPEAT(&code, "\x00", 1);
    REPEAT(&code, "\xfb\x00\x01\x1a", 500000);
    return module_of(&types, 2, &code);
}

static struct buf make_body_limit(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x01", 7654321);
    return void_module(&code);
}

static struct buf make_params_limit(void)
{
    struct buf types = {0};
    REPEAT(&types, "\x60\xe9\x07", 1);
    REPEAT(&types, "\x7f", 1001);
    REPEAT(&types, "\x00", 1);
    return type_module(&types, 1);
}

const struct stress_module stress_modules[] = {
    {"plain nops", make_nops, NULL, 0},
    {"2 M nested blocks", make_blocks, NULL, 0},
    {"1 M nested ifs with else", make_ifs, NULL, 0},
    {"1 M loops", make_loops, NULL, 0},
    {"2 M operands", make_operands, NULL, 0},
    {"br_if to 1,000 results", make_quad_results, NULL, 0},
    {"calls of arity 1,000", make_quad_calls, NULL, 0},
    {"results piling up", make_pile, "operand stack exceeds", 0},
    {"br_table of arity 1,000", make_quad_brtable, NULL, 0},
    {"br_table of many types", make_brtable_types, NULL, 0},
    {"br_table of 65,521", make_brtable_limit, "br_table with 65521", 0},
    {"50,000 locals, 200 k bodies", make_locals, NULL, NO_TEXT},
    {"locals unset again", make_init_reset, NULL, 0},
    {"1 M empty local groups", make_empty_groups, NULL, 0},
    {"1 M types in a chain", make_type_chain, NULL, 0},
    {"1 M types in a group", make_rec_group, NULL, 0},
    {"1 M equal types", make_equal_types, NULL, 0},
    {"subtypes 63 deep", make_subtypes_63, NULL, 0},
    {"subtypes 64 deep", make_subtypes_64, "subtype depth", 0},
    {"1 M functions", make_functions, NULL, 0},
    {"500 k exports", make_exports, NULL, 0},
    {"900 k imports", make_imports, NULL, 0},
    {"1 M names", make_names, NULL, 0},
    {"structures of 10,000 fields", make_structs, NULL, 0},
    {"body of 7,654,323 bytes", make_body_limit, "function body of 7654323", 0},
    {"1,001 parameters", make_params_limit, "too many parameters", 0},
    {NULL, NULL, NULL, 0},
};
