/* What is in objects is looked at by the types that they turn out to be of, so
 * functions for that have all types of the module in them. */
#include "fuzz/wat.h"

#include "fuzz/gen_random.h"

#include <inttypes.h>
#include <stdio.h>

#define put wc_buf_printf

/* --- Types --------------------------------------------------------------- */

struct wat_text wat_type_text(valtype t)
{
    struct wat_text r;
    wc_valtype_format(t, r.s, sizeof r.s);
    return r;
}

struct wat_text wat_heap_text(heaptype h)
{
    struct wat_text r;
    if (heaptype_is_index(h))
        snprintf(r.s, sizeof r.s, "%" PRIu32, h);
    else
        snprintf(r.s, sizeof r.s, "%s", wc_heaptype_text(h));
    return r;
}

void wat_list(struct buf *out, const char *what, const valtype *types,
              uint32_t len)
{
    put(out, " (%s", what);
    for (uint32_t i = 0; i < len; i++)
        put(out, " %s", wat_type_text(types[i]).s);
    put(out, ")");
}

static void put_field(struct buf *out, struct field f)
{
    put(out, f.mutable_ ? " (mut %s)" : " %s", wat_type_text(f.type).s);
}

static void put_comptype(struct buf *out, const struct comptype *c)
{
    switch (c->kind) {
    case COMP_FUNC:
        put(out, "(func");
        wat_list(out, "param", c->params, c->params_len);
        wat_list(out, "result", c->results, c->results_len);
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
void wat_types(const struct module *m, struct buf *out)
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

const struct comptype *wat_functype(const struct module *m, uint32_t func)
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

/* An expression for the value of a local, as 64 bits. */
void wat_bits(const struct module *m, struct buf *out, valtype t,
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
uint32_t wat_store(const struct module *m, struct buf *out, valtype t,
                   const char *local, uint32_t at)
{
    if (t == VT_V128) {
        put(out, "  (v128.store offset=%" PRIu32 " (i32.const 0)", at);
        put(out, " (local.get %s))\n", local);
        return at + 16;
    }
    put(out, "  (i64.store offset=%" PRIu32 " (i32.const 0) ", at);
    wat_bits(m, out, t, local, WAT_DEPTH);
    put(out, ")\n");
    return at + 8;
}

static void put_load_ref(struct buf *out, valtype t, uint32_t at)
{
    heaptype h = valtype_heap(t);
    bool choose = valtype_nullable(t) && gen_random_takes_i31(h);
    if (choose)
        put(out,
            "  (if (result %s) (i32.load offset=%" PRIu32
            " (i32.const 0)) (then",
            wat_type_text(t).s, at);
    if (gen_random_takes_i31(h))
        put(out,
            h == HEAP_EXTERN ? " (extern.convert_any (ref.i31 (i32.load "
                               "offset=%" PRIu32 " (i32.const 0))))"
                             : " (ref.i31 (i32.load offset=%" PRIu32
                               " (i32.const 0)))",
            at + 4);
    if (choose)
        put(out, ") (else");
    if (choose || !gen_random_takes_i31(h))
        put(out, " (ref.null %s)", wat_heap_text(h).s);
    put(out, choose ? "))\n" : "\n");
}

/* Leaves values on the stack. */
void wat_loads(struct buf *out, const valtype *types, uint32_t len)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < len; i++) {
        if (valtype_is_ref(types[i]))
            put_load_ref(out, types[i], at);
        else
            put(out, "  (%s.load offset=%" PRIu32 " (i32.const 0))\n",
                wat_type_text(types[i]).s, at);
        at += 8 * valtype_slots(types[i]);
    }
}

/* Takes values from the stack through locals "$NAMEi" and stores them. */
void wat_stores(const struct module *m, struct buf *out, const char *name,
                const valtype *types, uint32_t len)
{
    uint32_t at = 0;
    char local[24];
    for (uint32_t i = len; i-- > 0;)
        put(out, "  (local.set $%s%" PRIu32 ")\n", name, i);
    for (uint32_t i = 0; i < len; i++) {
        snprintf(local, sizeof local, "$%s%" PRIu32, name, i);
        at = wat_store(m, out, types[i], local, at);
    }
}

void wat_locals(struct buf *out, const char *name, const valtype *types,
                uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        put(out, " (local $%s%" PRIu32 " %s)", name, i,
            wat_type_text(types[i]).s);
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
    wat_bits(m, out, unpacked(t), local,
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
                wat_type_text(unpacked(c->fields[f].type)).s);
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
void wat_helpers(const struct module *m, struct buf *out)
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

void wat_limits(struct buf *out, const struct limits *l)
{
    put(out, "%s %" PRIu64, l->addr64 ? " i64" : "", l->min);
    if (l->has_max)
        put(out, " %" PRIu64, l->max);
    if (l->shared)
        put(out, " shared");
}

void wat_globaltype(struct buf *out, const struct globaltype *t)
{
    put(out, t->mutable_ ? " (mut %s)" : " %s", wat_type_text(t->type).s);
}
