#include "fuzz/adapter.h"

#include "fuzz/gen_random.h"
#include "fuzz/run.h"
#include "fuzz/wat.h"
#include "text/number.h"

#include <inttypes.h>
#include <stdio.h>

#define put wc_buf_printf
#define TABLE_MAX 64u

/* --- Values -------------------------------------------------------------- */

uint32_t adapter_bytes(const valtype *types, uint32_t len)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < len; i++)
        bytes += 8 * valtype_slots(types[i]);
    return bytes;
}

bool adapter_value(struct choice *c, valtype t, struct buf *out)
{
    slot v[2];
    struct gen_host_ref ref;
    if (gen_random_number(c, t, v)) {
        for (uint32_t i = 0; i < valtype_slots(t); i++)
            wc_buf_le(out, v[i], 8);
        return true;
    }
    if (!gen_random_host_ref(c, t, &ref))
        return false;
    wc_buf_le(out, !ref.null, 4);
    wc_buf_le(out, ref.i31, 4);
    return true;
}

/* --- The host module ------------------------------------------------------ */

static bool put_host_func(const struct module *m, struct buf *out, uint32_t n)
{
    const struct comptype *c = wat_functype(m, n);
    uint32_t at = 0;
    char local[12];
    put(out, "(func (export \"f%" PRIu32 "\") (type %" PRIu32 ")\n", n,
        m->funcs[n].type);
    for (uint32_t i = 0; i < c->params_len; i++) {
        snprintf(local, sizeof local, "%" PRIu32, i);
        at = wat_store(m, out, c->params[i], local, at);
    }
    put(out, "  (call $js (i32.const %" PRIu32 ") (i32.const %" PRIu32 "))\n",
        n, at);
    wat_loads(out, c->results, c->results_len);
    put(out, ")\n");
    return at <= ADAPTER_STATE &&
           adapter_bytes(c->results, c->results_len) <= ADAPTER_STATE;
}

static void put_number(struct buf *out, valtype t, const slot v[2])
{
    put(out, "(%s.const ", wat_type_text(t).s);
    if (t == VT_F32)
        wc_number_print_f32(out, (uint32_t)v[0]);
    else if (t == VT_F64)
        wc_number_print_f64(out, v[0]);
    else if (t == VT_V128)
        put(out, "i64x2 %" PRIu64 " %" PRIu64, v[0], v[1]);
    else
        put(out, "%" PRIu64, v[0]);
    put(out, ")");
}

/* A constant expression; false if there is none that a host would have. */
static bool put_const(struct buf *out, valtype t, uint64_t seed)
{
    struct choice c = choice_of_seed(seed);
    heaptype h = valtype_heap(t);
    slot v[2];
    struct gen_host_ref ref;
    if (gen_random_number(&c, t, v)) {
        put_number(out, t, v);
        return true;
    }
    if (!gen_random_host_ref(&c, t, &ref))
        return false;
    if (ref.null)
        put(out, "(ref.null %s)", wat_heap_text(h).s);
    else
        put(out,
            h == HEAP_EXTERN
                ? "(extern.convert_any (ref.i31 (i32.const %" PRIu32 ")))"
                : "(ref.i31 (i32.const %" PRIu32 "))",
            ref.i31);
    return true;
}

static bool put_host_things(const struct module *m, struct buf *out)
{
    bool ok = true;
    uint32_t fuel = run_fuel_of(m);
    for (uint32_t n = 0; n < m->mems_imported; n++) {
        put(out, "(memory (export \"m%" PRIu32 "\")", n);
        wat_limits(out, &m->mems[n].type.limits);
        put(out, ")\n");
    }
    for (uint32_t n = 0; n < m->tables_imported; n++) {
        put(out, "(table (export \"t%" PRIu32 "\")", n);
        wat_limits(out, &m->tables[n].type.limits);
        put(out, " %s)\n", wat_type_text(m->tables[n].type.element).s);
        ok &= valtype_nullable(m->tables[n].type.element);
    }
    for (uint32_t n = 0; n < m->globals_imported; n++) {
        put(out, "(global (export \"g%" PRIu32 "\")", n);
        wat_globaltype(out, &m->globals[n].type);
        put(out, " ");
        if (n == fuel)
            put(out, "(i32.const %u)", RUN_FUEL);
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
    wat_types(m, out);
    put(out, "(import \"js\" \"host\" (func $js (param i32 i32)))\n"
             "(memory (export \"io\") 1 1)\n");
    ok &= put_host_things(m, out);
    wat_helpers(m, out);
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
        wat_limits(out, &m->mems[n].type.limits);
        put(out, "))\n");
    }
    for (uint32_t n = 0; n < m->tables_len; n++) {
        put(out, "(import \"main\" \"t%" PRIu32 "\" (table $t%" PRIu32, n, n);
        wat_limits(out, &m->tables[n].type.limits);
        put(out, " %s))\n", wat_type_text(m->tables[n].type.element).s);
    }
    for (uint32_t n = 0; n < m->globals_len; n++) {
        put(out, "(import \"main\" \"g%" PRIu32 "\" (global $g%" PRIu32, n, n);
        wat_globaltype(out, &m->globals[n].type);
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
        wat_list(out, "result", c->params, c->params_len);
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
        wat_stores(m, out, name, c->params, c->params_len);
        put(out, "  (return (i32.const %" PRIu32 "))\n",
            ADAPTER_CAUGHT(n) + adapter_bytes(c->params, c->params_len));
    }
    put(out, "  )\n  (i32.const %" PRIu32 "))\n", ADAPTER_CAUGHT_OTHER);
}

static bool can_call(const struct comptype *c)
{
    for (uint32_t i = 0; i < c->params_len; i++) {
        valtype t = c->params[i];
        if (!valtype_defaultable(t) && !gen_random_takes_i31(valtype_heap(t)))
            return false;
    }
    return adapter_bytes(c->params, c->params_len) <= ADAPTER_STATE &&
           adapter_bytes(c->results, c->results_len) <= ADAPTER_STATE;
}

static void put_call(const struct module *m, struct buf *out, uint32_t func)
{
    const struct comptype *c = wat_functype(m, func);
    char name[24];
    put(out, "(func (export \"c%" PRIu32 "\") (result i32)", func);
    wat_locals(out, "r", c->results, c->results_len);
    for (uint32_t n = 0; n < m->tags_len; n++) {
        const struct comptype *e = &m->types[m->tags[n].type].comp;
        snprintf(name, sizeof name, "p%" PRIu32 "_", n);
        wat_locals(out, name, e->params, e->params_len);
    }
    put(out, "\n");
    put_catch_begin(m, out);
    wat_loads(out, c->params, c->params_len);
    put(out, "  (call $f%" PRIu32 ")\n", func);
    wat_stores(m, out, "r", c->results, c->results_len);
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
    wat_locals(out, "l", c->params, c->params_len);
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
static void put_table_state(const struct module *m, struct buf *out, uint32_t n)
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
    wat_bits(m, out, t->element, local, WAT_DEPTH);
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
            wat_type_text(m->globals[n].type.type).s);
    for (uint32_t n = 0; n < m->tables_len; n++)
        put(out, " (local $x%" PRIu32 " %s)", n,
            wat_type_text(m->tables[n].type.element).s);
    put(out, "\n");
    for (uint32_t n = 0; n < m->globals_len; n++) {
        snprintf(local, sizeof local, "$g%" PRIu32, n);
        put(out, "  (local.set %s (global.get $g%" PRIu32 "))\n", local, n);
        at = wat_store(m, out, m->globals[n].type.type, local, at);
    }
    for (uint32_t n = 0; n < m->tables_len; n++) {
        put_table_state(m, out, n);
        at = wat_store(m, out, VT_I64, "$h", at);
    }
    put(out, "  (i32.const %" PRIu32 "))\n", at - ADAPTER_STATE);
    return at <= 2 * ADAPTER_STATE;
}

bool adapter_caller(const struct module *m, struct buf *out)
{
    put(out, "(module\n");
    wat_types(m, out);
    put_imports(m, out);
    wat_helpers(m, out);
    for (uint32_t n = m->funcs_imported; n < m->funcs_len; n++) {
        if (can_call(wat_functype(m, n)))
            put_call(m, out, n);
    }
    put(out,
        "(func (export \"refuel\") (global.set $fuel (i32.const %u)))\n"
        "(func (export \"trap\") (unreachable))\n",
        RUN_FUEL);
    put_throw(m, out);
    put_memory_acts(m, out);
    bool ok = put_state(m, out);
    put(out, ")\n");
    return ok && !out->failed;
}
