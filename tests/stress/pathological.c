/* Modules made to be slow or deep: each is accepted or refused with the named
 * limit, in a time that is in proportion to its size, on a native stack of
 * 64 KiB. What is slow here was quadratic in some engine once.
 *
 * Generates everything in memory; prints one line a module with its time.
 */
#include "binary/encode.h"
#include "binary/decode.h"
#include "binary/names.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- Building modules ---------------------------------------------------- */

static const struct comptype void_type = {.kind = COMP_FUNC};

static struct span span_of(const struct buf *b)
{
    return (struct span){b->data, b->len};
}

static void put_functype(struct buf *types, uint32_t params, uint32_t results)
{
    static valtype all_i32[1000];
    for (unsigned i = 0; i < 1000; i++)
        all_i32[i] = VT_I32;
    struct comptype c = {.kind = COMP_FUNC,
                         .params = all_i32,
                         .params_len = params,
                         .results = all_i32,
                         .results_len = results};
    wc_encode_comptype(types, &c);
}

static void put_section(struct buf *out, enum section_id id, uint32_t count,
                        struct buf *content)
{
    wc_encode_section(out, id, count, content);
    wc_buf_free(content);
}

/* `funcs` functions of type 0. */
static void put_funcs(struct buf *out, uint32_t funcs)
{
    struct buf content = {0};
    for (uint32_t i = 0; i < funcs; i++)
        wc_buf_u64(&content, 0);
    put_section(out, SECTION_FUNC, funcs, &content);
}

static void repeat(struct buf *b, const char *bytes, size_t len, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        wc_buf_append(b, bytes, len);
}

#define REPEAT(b, bytes, n) repeat(b, bytes, sizeof(bytes) - 1, n)

/* Types (already encoded), then one function of type 0 with this code. */
static struct buf module_of(struct buf *types, uint32_t types_len,
                            struct buf *code)
{
    struct buf out = {0}, bodies = {0}, body = {0};
    wc_encode_header(&out);
    put_section(&out, SECTION_TYPE, types_len, types);
    put_funcs(&out, 1);
    wc_buf_byte(&body, 0);
    wc_buf_append(&body, code->data, code->len);
    wc_buf_byte(&body, 0x0b);
    wc_encode_bytes(&bodies, span_of(&body));
    wc_buf_free(code);
    wc_buf_free(&body);
    put_section(&out, SECTION_CODE, 1, &bodies);
    return out;
}

static struct buf void_module(struct buf *code)
{
    struct buf types = {0};
    wc_encode_comptype(&types, &void_type);
    return module_of(&types, 1, code);
}

/* --- The set ------------------------------------------------------------- */

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

static void put_br_table(struct buf *code, uint32_t targets, uint32_t depths)
{
    REPEAT(code, "\x41\x00\x0e", 1);
    wc_buf_u64(code, targets);
    for (uint32_t i = 0; i <= targets; i++)
        wc_buf_u64(code, i % depths);
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

static const struct {
    const char *name;
    struct buf (*make)(void);
    const char *limit; /* NULL: accepted */
} set[] = {
    {"plain nops", make_nops, NULL},
    {"2 M nested blocks", make_blocks, NULL},
    {"1 M nested ifs with else", make_ifs, NULL},
    {"1 M loops", make_loops, NULL},
    {"2 M operands", make_operands, NULL},
    {"br_if to 1,000 results", make_quad_results, NULL},
    {"calls of arity 1,000", make_quad_calls, NULL},
    {"results piling up", make_pile, "operand stack exceeds"},
    {"br_table of arity 1,000", make_quad_brtable, NULL},
    {"br_table of many types", make_brtable_types, NULL},
    {"br_table of 65,521", make_brtable_limit, "br_table with 65521"},
    {"50,000 locals, 200 k bodies", make_locals, NULL},
    {"locals unset again", make_init_reset, NULL},
    {"1 M empty local groups", make_empty_groups, NULL},
    {"1 M types in a chain", make_type_chain, NULL},
    {"1 M types in a group", make_rec_group, NULL},
    {"1 M equal types", make_equal_types, NULL},
    {"subtypes 63 deep", make_subtypes_63, NULL},
    {"subtypes 64 deep", make_subtypes_64, "subtype depth"},
    {"1 M functions", make_functions, NULL},
    {"500 k exports", make_exports, NULL},
    {"900 k imports", make_imports, NULL},
    {"1 M names", make_names, NULL},
    {"structures of 10,000 fields", make_structs, NULL},
    {"body of 7,654,323 bytes", make_body_limit, "function body of 7654323"},
    {"1,001 parameters", make_params_limit, "too many parameters"},
};

/* --- Running it ---------------------------------------------------------- */

struct run {
    const struct buf *bytes;
    struct typereg *reg;
    bool sidetables, ok;
    double seconds;
    struct error error;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* On a thread of its own, with as little stack as promised. */
static void *load(void *arg)
{
    struct run *r = arg;
    struct valid_policy policy = {.sidetables = r->sidetables};
    double start = now();
    r->error = (struct error)ERROR_INIT;
    struct module *m =
        wc_module_new(r->bytes->data, (uint32_t)r->bytes->len, false);
    if (m == NULL)
        return NULL;
    m->features = wc_features_default();
    r->ok = wc_decode(m, &r->error) &&
            wc_validate(m, r->reg, &policy, &r->error);
    if (r->ok && m->funcs_len != 0)
        wc_names_func(m, m->funcs_len - 1);
    wc_module_unref(m);
    r->seconds = now() - start;
    return NULL;
}

static bool run_thread(struct run *r)
{
    pthread_attr_t attr;
    pthread_t thread;
    size_t stack = 65536;
#ifdef PTHREAD_STACK_MIN
    if (stack < (size_t)PTHREAD_STACK_MIN)
        stack = (size_t)PTHREAD_STACK_MIN;
#endif
    pthread_attr_init(&attr);
    bool ok = pthread_attr_setstacksize(&attr, stack) == 0 &&
              pthread_create(&thread, &attr, load, r) == 0;
    pthread_attr_destroy(&attr);
    return ok && pthread_join(thread, NULL) == 0;
}

static bool as_expected(const struct run *r, const char *limit)
{
    if (limit == NULL)
        return r->ok;
    return !r->ok && r->error.kind == ERROR_LIMIT &&
           strncmp(r->error.message, limit, strlen(limit)) == 0;
}

/* Seconds of CPU allowed: generous, and far from what anything quadratic would
 * take. `slow` is how many times slower than a plain build this one is. */
static double bound(const struct buf *bytes, double slow)
{
    return (1.0 + 2e-6 * (double)bytes->len) * (slow > 1 ? slow : 1);
}

/* The first row, nops, says how slow sanitizers or valgrind make us. */
static bool run_one(struct typereg *reg, size_t i, bool sidetables,
                    double *slow)
{
    struct buf bytes = set[i].make();
    struct run r = {
        .bytes = &bytes, .reg = reg, .sidetables = sidetables};
    bool ran = !bytes.failed && run_thread(&r);
    if (i == 0 && ran)
        *slow = r.seconds / (3e-9 * (double)bytes.len);
    bool ok = ran && as_expected(&r, set[i].limit) &&
              r.seconds <= bound(&bytes, *slow) && wc_typereg_count(reg) == 0;
    printf("%s %-30s %8zu bytes %8.1f ms%s %s\n", ok ? "ok  " : "FAIL",
           set[i].name, bytes.len, r.seconds * 1e3,
           sidetables ? " with side table" : "", r.error.message);
    wc_buf_free(&bytes);
    return ok;
}

int main(void)
{
    struct typereg *reg = wc_typereg_new();
    int failed = 0;
    double slow = 1;
    if (reg == NULL)
        return 1;
    for (size_t i = 0; i < ARRAY_LEN(set); i++) {
        failed += !run_one(reg, i, false, &slow);
        failed += !run_one(reg, i, true, &slow);
    }
    wc_typereg_delete(reg);
    printf("%d passed, %d failed\n", (int)(2 * ARRAY_LEN(set)) - failed,
           failed);
    return failed != 0;
}
