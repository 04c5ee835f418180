/* As text: the parser is one of ours, what it makes is read by others too. */
#include "fuzz/adapter.h"

#include "base/span.h"
#include "fuzz/gen_random.h"
#include "fuzz/run.h"

#include <inttypes.h>
#include <stdio.h>

#define put wc_buf_printf
#define DEPTH "(i32.const 2)" /* how far to look into objects */
#define TABLE_MAX 64u
#define FUEL 60u

/* --- Types --------------------------------------------------------------- */

struct text {
    char s[40];
};

static struct text type_text(valtype t)
{
    struct text r;
    wc_valtype_format(t, r.s, sizeof r.s);
    return r;
}

static struct text heap_text(heaptype h)
{
    struct text r;
    if (heaptype_is_index(h))
        snprintf(r.s, sizeof r.s, "%" PRIu32, h);
    else
        snprintf(r.s, sizeof r.s, "%s", wc_heaptype_text(h));
    return r;
}

static void put_list(struct buf *out, const char *what, const valtype *types,
                     uint32_t len)
{
    put(out, " (%s", what);
    for (uint32_t i = 0; i < len; i++)
        put(out, " %s", type_text(types[i]).s);
    put(out, ")");
}

static void put_field(struct buf *out, struct field f)
{
    put(out, f.mutable_ ? " (mut %s)" : " %s", type_text(f.type).s);
}

static void put_comptype(struct buf *out, const struct comptype *c)
{
    switch (c->kind) {
    case COMP_FUNC:
        put(out, "(func");
        put_list(out, "param", c->params, c->params_len);
        put_list(out, "result", c->results, c->results_len);
        break;
    case COMP_STRUCT:
        put(out, "(struct (field");
        for (uint32_t i = 0; i < c->fields_len; i++)
            put_field(out, c->fields[i]);
        put(out, ")");
        break;
    case COMP_ARRAY:
        put(out, "(array");
        put_field(out, c->fields[0]);
        break;
    }
    put(out, ")");
}

/* The same groups in the same order, so that types are the same. */
static void put_types(const struct module *m, struct buf *out)
{
    for (uint32_t i = 0; i < m->types_len; i++) {
        const struct subtype *t = &m->types[i];
        if (t->group_start == i)
            put(out, "(rec");
        put(out, " (type (sub%s", t->final ? " final" : "");
        if (t->super != NO_TYPE)
            put(out, " %" PRIu32, t->super);
        put(out, " ");
        put_comptype(out, &t->comp);
        put(out, "))");
        if (i + 1 == t->group_start + t->group_len)
            put(out, ")\n");
    }
}

static const struct comptype *functype(const struct module *m, uint32_t func)
{
    return &m->types[m->funcs[func].type].comp;
}

/* HEAP_ANY, FUNC, EXTERN or EXN. */
static heaptype top_of(const struct module *m, heaptype h)
{
    if (heaptype_is_index(h))
        return m->types[h].comp.kind == COMP_FUNC ? HEAP_FUNC : HEAP_ANY;
    return h >= HEAP_EXN      ? HEAP_EXN
           : h >= HEAP_EXTERN ? HEAP_EXTERN
           : h >= HEAP_FUNC   ? HEAP_FUNC
                              : HEAP_ANY;
}

/* --- Values -------------------------------------------------------------- */

uint32_t adapter_bytes(const valtype *types, uint32_t len)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < len; i++)
        bytes += 8 * valtype_slots(types[i]);
    return bytes;
}

/* May a host have an i31 for this? */
static bool takes_i31(heaptype h)
{
    return h == HEAP_I31 || h == HEAP_EQ || h == HEAP_ANY || h == HEAP_EXTERN;
}

bool adapter_value(struct choice *c, valtype t, struct buf *out)
{
    union v128 v;
    heaptype h = valtype_heap(t);
    switch (valtype_kind(t)) {
    case KIND_I32:
        wc_buf_le(out, gen_random_i32(c), 8);
        return true;
    case KIND_I64:
        wc_buf_le(out, gen_random_i64(c), 8);
        return true;
    case KIND_F32:
        wc_buf_le(out, gen_random_f32(c), 8);
        return true;
    case KIND_F64:
        wc_buf_le(out, gen_random_f64(c), 8);
        return true;
    case KIND_V128:
        v = gen_random_v128(c);
        wc_buf_append(out, &v, sizeof v);
        return true;
    default:
        if (takes_i31(h) && (!valtype_nullable(t) || choice_chance(c, 70)))
            wc_buf_le(out, 1 | (uint64_t)gen_random_i32(c) << 32, 8);
        else if (valtype_nullable(t))
            wc_buf_le(out, 0, 8);
        else
            return false;
        return true;
    }
}

/* An expression for the value of a local, as 64 bits. */
static void put_bits(const struct module *m, struct buf *out, valtype t,
                     const char *local, const char *depth)
{
    switch (valtype_kind(t)) {
    case KIND_I64:
        put(out, "(local.get %s)", local);
        return;
    case KIND_F32:
        put(out,
            "(select (i64.extend_i32_u (i32.reinterpret_f32 (local.get %s)))"
            " (i64.const 0x7fc00000) (f32.eq (local.get %s) (local.get %s)))",
            local, local, local);
        return;
    case KIND_F64:
        put(out,
            "(select (i64.reinterpret_f64 (local.get %s))"
            " (i64.const 0x7ff8000000000000)"
            " (f64.eq (local.get %s) (local.get %s)))",
            local, local, local);
        return;
    case KIND_V128:
        put(out,
            "(call $mix (i64x2.extract_lane 0 (local.get %s))"
            " (i64x2.extract_lane 1 (local.get %s)))",
            local, local);
        return;
    case KIND_REF:
        break;
    default: /* i32, packed fields */
        put(out, "(i64.extend_i32_u (local.get %s))", local);
        return;
    }
    heaptype top = top_of(m, valtype_heap(t));
    if (top == HEAP_ANY)
        put(out, "(call $any (local.get %s) %s)", local, depth);
    else if (top == HEAP_EXTERN)
        put(out, "(call $any (any.convert_extern (local.get %s)) %s)", local,
            depth);
    else if (top == HEAP_FUNC)
        put(out, "(call $func (local.get %s))", local);
    else
        put(out,
            "(i64.extend_i32_u (i32.eqz (ref.is_null (local.get %s))))",
            local);
}

/* Stores a local. Returns where the next value goes. */
static uint32_t put_store(const struct module *m, struct buf *out, valtype t,
                          const char *local, uint32_t at)
{
    if (t == VT_V128) {
        put(out, "  (v128.store offset=%" PRIu32 " (i32.const 0)", at);
        put(out, " (local.get %s))\n", local);
        return at + 16;
    }
    put(out, "  (i64.store offset=%" PRIu32 " (i32.const 0) ", at);
    put_bits(m, out, t, local, DEPTH);
    put(out, ")\n");
    return at + 8;
}

static void put_load_ref(struct buf *out, valtype t, uint32_t at)
{
    heaptype h = valtype_heap(t);
    bool choose = valtype_nullable(t) && takes_i31(h);
    if (choose)
        put(out,
            "  (if (result %s) (i32.load offset=%" PRIu32
            " (i32.const 0)) (then",
            type_text(t).s, at);
    if (takes_i31(h))
        put(out,
            h == HEAP_EXTERN ? " (extern.convert_any (ref.i31 (i32.load "
                               "offset=%" PRIu32 " (i32.const 0))))"
                             : " (ref.i31 (i32.load offset=%" PRIu32
                               " (i32.const 0)))",
            at + 4);
    if (choose)
        put(out, ") (else");
    if (choose || !takes_i31(h))
        put(out, " (ref.null %s)", heap_text(h).s);
    put(out, choose ? "))\n" : "\n");
}

/* Leaves values on the stack. */
static void put_loads(struct buf *out, const valtype *types, uint32_t len)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < len; i++) {
        if (valtype_is_ref(types[i]))
            put_load_ref(out, types[i], at);
        else
            put(out, "  (%s.load offset=%" PRIu32 " (i32.const 0))\n",
                type_text(types[i]).s, at);
        at += 8 * valtype_slots(types[i]);
    }
}

/* Takes values from the stack through locals "$NAMEi" and stores them. */
static void put_stores(const struct module *m, struct buf *out,
                       const char *name, const valtype *types, uint32_t len)
{
    uint32_t at = 0;
    char local[24];
    for (uint32_t i = len; i-- > 0;)
        put(out, "  (local.set $%s%" PRIu32 ")\n", name, i);
    for (uint32_t i = 0; i < len; i++) {
        snprintf(local, sizeof local, "$%s%" PRIu32, name, i);
        at = put_store(m, out, types[i], local, at);
    }
}

static void put_locals(struct buf *out, const char *name, const valtype *types,
                       uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        put(out, " (local $%s%" PRIu32 " %s)", name, i, type_text(types[i]).s);
}

/* --- What references refer to --------------------------------------------- */

static valtype unpacked(valtype t)
{
    return t == VT_I8 || t == VT_I16 ? VT_I32 : t;
}

static void put_look_at(const struct module *m, struct buf *out, valtype t,
                        const char *local)
{
    put(out, "    (local.set $h (call $mix (local.get $h) ");
    put_bits(m, out, unpacked(t), local,
             "(i32.sub (local.get $d) (i32.const 1))");
    put(out, "))\n");
}

static const char *getter(valtype t)
{
    return t == VT_I8 || t == VT_I16 ? "get_u" : "get";
}

static void put_look_struct(const struct module *m, struct buf *out,
                            uint32_t type)
{
    const struct comptype *c = &m->types[type].comp;
    char local[24];
    for (uint32_t f = 0; f < c->fields_len; f++) {
        snprintf(local, sizeof local, "$f%" PRIu32 "_%" PRIu32, type, f);
        put(out,
            "    (local.set %s (struct.%s %" PRIu32 " %" PRIu32
            " (ref.cast (ref %" PRIu32 ") (local.get $r))))\n",
            local, getter(c->fields[f].type), type, f, type);
        put_look_at(m, out, c->fields[f].type, local);
    }
}

static void put_look_array(const struct module *m, struct buf *out,
                           uint32_t type)
{
    valtype t = m->types[type].comp.fields[0].type;
    char local[24];
    snprintf(local, sizeof local, "$f%" PRIu32 "_0", type);
    put(out,
        "    (local.set $i (i32.const 0))\n"
        "    (block $done (loop $next\n"
        "    (br_if $done (i32.or (i32.eq (local.get $i) (i32.const 16))\n"
        "      (i32.eq (local.get $i) (array.len (ref.cast (ref array)\n"
        "        (local.get $r))))))\n"
        "    (local.set %s (array.%s %" PRIu32 " (ref.cast (ref %" PRIu32
        ") (local.get $r)) (local.get $i)))\n",
        local, getter(t), type, type);
    put_look_at(m, out, t, local);
    put(out,
        "    (local.set $i (i32.add (local.get $i) (i32.const 1)))\n"
        "    (br $next)))\n");
}

static void put_look_locals(const struct module *m, struct buf *out)
{
    for (uint32_t i = 0; i < m->types_len; i++) {
        const struct comptype *c = &m->types[i].comp;
        for (uint32_t f = 0; c->kind != COMP_FUNC && f < c->fields_len; f++)
            put(out, " (local $f%" PRIu32 "_%" PRIu32 " %s)", i, f,
                type_text(unpacked(c->fields[f].type)).s);
    }
    put(out, "\n");
}

/* Types that it is of, and what is in it, to the depth $d. */
static void put_look_at_all(const struct module *m, struct buf *out, bool funcs)
{
    for (uint32_t i = 0; i < m->types_len; i++) {
        const struct comptype *c = &m->types[i].comp;
        if ((c->kind == COMP_FUNC) != funcs)
            continue;
        put(out,
            "  (if (ref.test (ref %" PRIu32 ") (local.get $r)) (then\n"
            "    (local.set $h (call $mix (local.get $h) (i64.const %" PRIu32
            ")))\n",
            i, i);
        if (!funcs)
            put(out, "    (if (local.get $d) (then\n");
        if (c->kind == COMP_STRUCT)
            put_look_struct(m, out, i);
        if (c->kind == COMP_ARRAY)
            put_look_array(m, out, i);
        put(out, funcs ? "))\n" : "))))\n");
    }
}

/* Functions that make one number of a reference; $mix, of two numbers. */
static void put_helpers(const struct module *m, struct buf *out)
{
    put(out,
        "(func $mix (param i64 i64) (result i64)\n"
        "  (local.set 0 (i64.mul (i64.xor (local.get 0) (local.get 1))"
        " (i64.const 0x9e3779b97f4a7c15)))\n"
        "  (i64.xor (local.get 0) (i64.shr_u (local.get 0)"
        " (i64.const 29))))\n"
        "(func $func (param $r funcref) (result i64) (local $h i64)\n"
        "  (if (ref.is_null (local.get $r)) (then (return (i64.const 0))))\n"
        "  (local.set $h (i64.const 5))\n");
    put_look_at_all(m, out, true);
    put(out,
        "  (local.get $h))\n"
        "(func $any (param $r anyref) (param $d i32) (result i64)\n"
        "  (local $h i64) (local $i i32)");
    put_look_locals(m, out);
    put(out,
        "  (if (ref.is_null (local.get $r)) (then (return (i64.const 0))))\n"
        "  (if (ref.test (ref i31) (local.get $r)) (then (return\n"
        "    (i64.or (i64.const 1) (i64.shl (i64.extend_i32_u (i31.get_s\n"
        "      (ref.cast (ref i31) (local.get $r)))) (i64.const 32))))))\n"
        "  (local.set $h (i64.const 2))\n"
        "  (if (ref.test (ref array) (local.get $r)) (then\n"
        "    (local.set $h (call $mix (i64.const 3) (i64.extend_i32_u\n"
        "      (array.len (ref.cast (ref array) (local.get $r))))))))\n");
    put_look_at_all(m, out, false);
    put(out, "  (local.get $h))\n");
}

/* --- Types of things ------------------------------------------------------ */

static void put_limits(struct buf *out, const struct limits *l)
{
    put(out, "%s %" PRIu64, l->addr64 ? " i64" : "", l->min);
    if (l->has_max)
        put(out, " %" PRIu64, l->max);
    if (l->shared)
        put(out, " shared");
}

static void put_globaltype(struct buf *out, const struct globaltype *t)
{
    put(out, t->mutable_ ? " (mut %s)" : " %s", type_text(t->type).s);
}

/* --- The host module ------------------------------------------------------ */

static bool put_host_func(const struct module *m, struct buf *out, uint32_t n)
{
    const struct comptype *c = functype(m, n);
    uint32_t at = 0;
    char local[12];
    put(out, "(func (export \"f%" PRIu32 "\") (type %" PRIu32 ")\n", n,
        m->funcs[n].type);
    for (uint32_t i = 0; i < c->params_len; i++) {
        snprintf(local, sizeof local, "%" PRIu32, i);
        at = put_store(m, out, c->params[i], local, at);
    }
    put(out, "  (call $js (i32.const %" PRIu32 ") (i32.const %" PRIu32 "))\n",
        n, at);
    put_loads(out, c->results, c->results_len);
    put(out, ")\n");
    return at <= ADAPTER_STATE &&
           adapter_bytes(c->results, c->results_len) <= ADAPTER_STATE;
}

static uint32_t word(const struct buf *b, uint32_t at)
{
    return b->data[at] | (uint32_t)b->data[at + 1] << 8 |
           (uint32_t)b->data[at + 2] << 16 | (uint32_t)b->data[at + 3] << 24;
}

static void put_f32(struct buf *out, uint32_t bits)
{
    const char *sign = bits >> 31 ? "-" : "";
    uint32_t fraction = bits & 0x7fffff;
    int exponent = (int)(bits >> 23 & 0xff);
    if (exponent == 0xff && fraction != 0)
        put(out, "(f32.const %snan:0x%x)", sign, fraction);
    else if (exponent == 0xff)
        put(out, "(f32.const %sinf)", sign);
    else
        put(out, "(f32.const %s0x%x.%06xp%d)", sign, exponent != 0,
            fraction << 1, exponent != 0 ? exponent - 127 : -126);
}

static void put_f64(struct buf *out, uint64_t bits)
{
    const char *sign = bits >> 63 ? "-" : "";
    uint64_t fraction = bits & 0xfffffffffffff;
    int exponent = (int)(bits >> 52 & 0x7ff);
    if (exponent == 0x7ff && fraction != 0)
        put(out, "(f64.const %snan:0x%" PRIx64 ")", sign, fraction);
    else if (exponent == 0x7ff)
        put(out, "(f64.const %sinf)", sign);
    else
        put(out, "(f64.const %s0x%x.%013" PRIx64 "p%d)", sign, exponent != 0,
            fraction, exponent != 0 ? exponent - 1023 : -1022);
}

/* A constant expression; false if there is none that a host would have. */
static bool put_const(struct buf *out, valtype t, uint64_t seed)
{
    struct buf b = {0};
    struct choice c = choice_of_seed(seed);
    bool ok = adapter_value(&c, t, &b) && !b.failed;
    heaptype h = valtype_heap(t);
    uint32_t low = ok ? word(&b, 0) : 0, high = ok ? word(&b, 4) : 0;
    uint64_t both = low | (uint64_t)high << 32;
    if (t == VT_I32)
        put(out, "(i32.const %" PRIu32 ")", low);
    else if (t == VT_I64)
        put(out, "(i64.const %" PRIu64 ")", both);
    else if (t == VT_F32)
        put_f32(out, low);
    else if (t == VT_F64)
        put_f64(out, both);
    else if (t == VT_V128 && ok)
        put(out, "(v128.const i32x4 %u %u %u %u)", low, high, word(&b, 8),
            word(&b, 12));
    else if (low == 0)
        put(out, "(ref.null %s)", heap_text(h).s);
    else
        put(out,
            h == HEAP_EXTERN
                ? "(extern.convert_any (ref.i31 (i32.const %" PRIu32 ")))"
                : "(ref.i31 (i32.const %" PRIu32 "))",
            high);
    wc_buf_free(&b);
    return ok;
}

static bool put_host_things(const struct module *m, struct buf *out)
{
    bool ok = true;
    uint32_t fuel = run_fuel_of(m);
    for (uint32_t n = 0; n < m->mems_imported; n++) {
        put(out, "(memory (export \"m%" PRIu32 "\")", n);
        put_limits(out, &m->mems[n].type.limits);
        put(out, ")\n");
    }
    for (uint32_t n = 0; n < m->tables_imported; n++) {
        put(out, "(table (export \"t%" PRIu32 "\")", n);
        put_limits(out, &m->tables[n].type.limits);
        put(out, " %s)\n", type_text(m->tables[n].type.element).s);
        ok &= valtype_nullable(m->tables[n].type.element);
    }
    for (uint32_t n = 0; n < m->globals_imported; n++) {
        put(out, "(global (export \"g%" PRIu32 "\")", n);
        put_globaltype(out, &m->globals[n].type);
        put(out, " ");
        if (n == fuel)
            put(out, "(i32.const %u)", FUEL);
        else
            ok &= put_const(out, m->globals[n].type.type, n);
        put(out, ")\n");
    }
    for (uint32_t n = 0; n < m->tags_imported; n++)
        put(out, "(tag (export \"e%" PRIu32 "\") (type %" PRIu32 "))\n", n,
            m->tags[n].type);
    return ok;
}

bool adapter_host(const struct module *m, struct buf *out)
{
    bool ok = true;
    put(out, "(module\n");
    put_types(m, out);
    put(out, "(import \"js\" \"host\" (func $js (param i32 i32)))\n"
             "(memory (export \"io\") 1 1)\n");
    ok &= put_host_things(m, out);
    put_helpers(m, out);
    for (uint32_t n = 0; n < m->funcs_imported; n++)
        ok &= put_host_func(m, out, n);
    put(out, ")\n");
    return ok && !out->failed;
}

/* --- The calling module --------------------------------------------------- */

static void put_imports(const struct module *m, struct buf *out)
{
    put(out, "(import \"host0\" \"io\" (memory 1 1))\n");
    for (uint32_t n = 0; n < m->mems_len; n++) {
        put(out, "(import \"main\" \"m%" PRIu32 "\" (memory $m%" PRIu32, n, n);
        put_limits(out, &m->mems[n].type.limits);
        put(out, "))\n");
    }
    for (uint32_t n = 0; n < m->tables_len; n++) {
        put(out, "(import \"main\" \"t%" PRIu32 "\" (table $t%" PRIu32, n, n);
        put_limits(out, &m->tables[n].type.limits);
        put(out, " %s))\n", type_text(m->tables[n].type.element).s);
    }
    for (uint32_t n = 0; n < m->globals_len; n++) {
        put(out, "(import \"main\" \"g%" PRIu32 "\" (global $g%" PRIu32, n, n);
        put_globaltype(out, &m->globals[n].type);
        put(out, "))\n");
    }
    put(out, "(import \"main\" \"fuel\" (global $fuel (mut i32)))\n");
    for (uint32_t n = 0; n < m->tags_len; n++)
        put(out,
            "(import \"main\" \"e%" PRIu32 "\" (tag $e%" PRIu32
            " (type %" PRIu32 ")))\n",
            n, n, m->tags[n].type);
    for (uint32_t n = m->funcs_imported; n < m->funcs_len; n++)
        put(out,
            "(import \"main\" \"f%" PRIu32 "\" (func $f%" PRIu32
            " (type %" PRIu32 ")))\n",
            n, n, m->funcs[n].type);
}

/* Around a call, whose blocks are begun and ended here: an exception of a tag
 * leaves its values and returns, any other returns. */
static void put_catch_begin(const struct module *m, struct buf *out)
{
    put(out, "  (block $all\n");
    for (uint32_t n = m->tags_len; n-- > 0;) {
        const struct comptype *c = &m->types[m->tags[n].type].comp;
        put(out, "  (block $b%" PRIu32, n);
        put_list(out, "result", c->params, c->params_len);
        put(out, "\n");
    }
    put(out, "  (try_table");
    for (uint32_t n = 0; n < m->tags_len; n++)
        put(out, " (catch $e%" PRIu32 " $b%" PRIu32 ")", n, n);
    put(out, " (catch_all $all)\n");
}

static void put_catch_end(const struct module *m, struct buf *out)
{
    char name[24];
    put(out, "  )\n  (unreachable)\n");
    for (uint32_t n = 0; n < m->tags_len; n++) {
        const struct comptype *c = &m->types[m->tags[n].type].comp;
        snprintf(name, sizeof name, "p%" PRIu32 "_", n);
        put(out, "  )\n");
        put_stores(m, out, name, c->params, c->params_len);
        put(out, "  (return (i32.const %" PRIu32 "))\n",
            ADAPTER_CAUGHT(n) + adapter_bytes(c->params, c->params_len));
    }
    put(out, "  )\n  (i32.const %" PRIu32 "))\n", ADAPTER_CAUGHT_OTHER);
}

static bool can_call(const struct comptype *c)
{
    for (uint32_t i = 0; i < c->params_len; i++) {
        valtype t = c->params[i];
        if (!valtype_defaultable(t) && !takes_i31(valtype_heap(t)))
            return false;
    }
    return adapter_bytes(c->params, c->params_len) <= ADAPTER_STATE &&
           adapter_bytes(c->results, c->results_len) <= ADAPTER_STATE;
}

static void put_call(const struct module *m, struct buf *out, uint32_t func)
{
    const struct comptype *c = functype(m, func);
    char name[24];
    put(out, "(func (export \"c%" PRIu32 "\") (result i32)", func);
    put_locals(out, "r", c->results, c->results_len);
    for (uint32_t n = 0; n < m->tags_len; n++) {
        const struct comptype *e = &m->types[m->tags[n].type].comp;
        snprintf(name, sizeof name, "p%" PRIu32 "_", n);
        put_locals(out, name, e->params, e->params_len);
    }
    put(out, "\n");
    put_catch_begin(m, out);
    put_loads(out, c->params, c->params_len);
    put(out, "  (call $f%" PRIu32 ")\n", func);
    put_stores(m, out, "r", c->results, c->results_len);
    put(out, "  (return (i32.const %" PRIu32 "))\n",
        adapter_bytes(c->results, c->results_len));
    put_catch_end(m, out);
}

/* What a host may do: trap, throw, change a memory. */
static void put_throw(const struct module *m, struct buf *out)
{
    if (m->tags_len == 0)
        return;
    const struct comptype *c = &m->types[m->tags[0].type].comp;
    for (uint32_t i = 0; i < c->params_len; i++) {
        if (!valtype_defaultable(c->params[i]))
            return;
    }
    put(out, "(func (export \"throw\")");
    put_locals(out, "l", c->params, c->params_len);
    for (uint32_t i = 0; i < c->params_len; i++)
        put(out, " (local.get $l%" PRIu32 ")", i);
    put(out, " (throw $e0))\n");
}

static void put_memory_acts(const struct module *m, struct buf *out)
{
    if (m->mems_len == 0)
        return;
    bool wide = m->mems[0].type.limits.addr64;
    const char *t = wide ? "i64" : "i32";
    put(out,
        "(func (export \"poke\") (param i32) (local $a %s)\n"
        "  (if (%s.eqz (memory.size $m0)) (then (return)))\n"
        "  (local.set $a (%s.rem_u %s\n"
        "    (%s.mul (memory.size $m0) (%s.const 65536))))\n"
        "  (i32.store8 $m0 (local.get $a) (i32.xor (i32.const 1)\n"
        "    (i32.load8_u $m0 (local.get $a)))))\n"
        "(func (export \"grow\") (drop (memory.grow $m0 (%s.const 1))))\n",
        t, t, t,
        wide ? "(i64.extend_i32_u (local.get 0))" : "(local.get 0)", t, t, t);
}

/* Size and first elements of a table, in $h. */
static void put_table_state(const struct module *m, struct buf *out,
                            uint32_t n)
{
    const struct tabletype *t = &m->tables[n].type;
    char local[24];
    snprintf(local, sizeof local, "$x%" PRIu32, n);
    put(out,
        t->limits.addr64
            ? "  (local.set $n (table.size $t%" PRIu32 "))\n"
            : "  (local.set $n (i64.extend_i32_u (table.size $t%" PRIu32
              ")))\n",
        n);
    put(out,
        "  (local.set $h (local.get $n)) (local.set $i (i64.const 0))\n"
        "  (if (i64.gt_u (local.get $n) (i64.const %u))\n"
        "    (then (local.set $n (i64.const %u))))\n"
        "  (block $done (loop $next\n"
        "    (br_if $done (i64.ge_u (local.get $i) (local.get $n)))\n"
        "    (local.set %s (table.get $t%" PRIu32 " %s))\n"
        "    (local.set $h (call $mix (local.get $h) ",
        TABLE_MAX, TABLE_MAX, local, n,
        t->limits.addr64 ? "(local.get $i)" : "(i32.wrap_i64 (local.get $i))");
    put_bits(m, out, t->element, local, DEPTH);
    put(out,
        "))\n"
        "    (local.set $i (i64.add (local.get $i) (i64.const 1)))\n"
        "    (br $next)))\n");
}

/* Writes globals and tables; returns how many bytes. */
static bool put_state(const struct module *m, struct buf *out)
{
    uint32_t at = ADAPTER_STATE;
    char local[24];
    put(out, "(func (export \"state\") (result i32)"
             " (local $h i64) (local $i i64) (local $n i64)\n");
    for (uint32_t n = 0; n < m->globals_len; n++)
        put(out, " (local $g%" PRIu32 " %s)", n,
            type_text(m->globals[n].type.type).s);
    for (uint32_t n = 0; n < m->tables_len; n++)
        put(out, " (local $x%" PRIu32 " %s)", n,
            type_text(m->tables[n].type.element).s);
    put(out, "\n");
    for (uint32_t n = 0; n < m->globals_len; n++) {
        snprintf(local, sizeof local, "$g%" PRIu32, n);
        put(out, "  (local.set %s (global.get $g%" PRIu32 "))\n", local, n);
        at = put_store(m, out, m->globals[n].type.type, local, at);
    }
    for (uint32_t n = 0; n < m->tables_len; n++) {
        put_table_state(m, out, n);
        at = put_store(m, out, VT_I64, "$h", at);
    }
    put(out, "  (i32.const %" PRIu32 "))\n", at - ADAPTER_STATE);
    return at <= 2 * ADAPTER_STATE;
}

bool adapter_caller(const struct module *m, struct buf *out)
{
    put(out, "(module\n");
    put_types(m, out);
    put_imports(m, out);
    put_helpers(m, out);
    for (uint32_t n = m->funcs_imported; n < m->funcs_len; n++) {
        if (can_call(functype(m, n)))
            put_call(m, out, n);
    }
    put(out,
        "(func (export \"refuel\") (global.set $fuel (i32.const %u)))\n"
        "(func (export \"trap\") (unreachable))\n",
        FUEL);
    put_throw(m, out);
    put_memory_acts(m, out);
    bool ok = put_state(m, out);
    put(out, ")\n");
    return ok && !out->failed;
}
