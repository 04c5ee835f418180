/* One function: its frame and pins, what stands before its body and behind. */
#include "jit/compiler.h"
#include "jit/move.h"
#include "jit/trace.h"

#include "binary/locals.h"
#include "runtime/instance.h"
#include "runtime/store.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* --- Limits of a module --------------------------------------------------- */

bool wc_compile_measure(const struct module *m, struct compile_options *o)
{
    struct arena arena = {0};
    bool ok = true;
    o->out_bytes = o->room_bytes = 0;
    for (uint32_t i = 0; i < m->types_len && ok; i++) {
        struct abi_call abi;
        if (m->deftypes[i]->comp.kind != COMP_FUNC)
            continue;
        ok = wc_abi_call(&arena, m->deftypes[i], &abi);
        if (ok && abi.stack_bytes > o->out_bytes)
            o->out_bytes = abi.stack_bytes;
        if (ok && !abi.room_is_home && abi.result_bytes > o->room_bytes)
            o->room_bytes = abi.result_bytes;
        wc_arena_reset(&arena);
    }
    wc_arena_free(&arena);
    return ok;
}

/* --- Locals --------------------------------------------------------------- */

static void put_local(struct compiler *c, uint32_t local, valtype type,
                      uint32_t home)
{
    c->locals[local] = (struct local){.type = (uint8_t)wtype_of(type),
                                      .pin = REG_NONE,
                                      .cache = REG_NONE,
                                      .slot = home};
}

static struct local_use used_local(const struct compiler *c, uint32_t i)
{
    return c->table->uses[c->table->profiles[0].uses_first + i];
}

/* Parameters, and what the body names: a few bytes may declare very many. */
static bool lay_out_locals(struct compiler *c)
{
    const struct comptype *type = &c->type->comp;
    const struct module *m = c->module;
    struct reader r = reader_make(m->bytes, m->funcs[c->table->func].body,
                                  c->error);
    struct local_runs runs;
    c->declared_slot = c->type->param_slots;
    if (!vec_reserve(&c->local_room, c->table->locals_len) ||
        !wc_locals_read(&r, m->features, &c->arena, type->params_len,
                        c->declared_slot, &runs))
        return false;
    c->at = r.p;
    c->end = r.end;
    c->locals = c->local_room.data;
    for (uint32_t i = 0, home = 0; i < type->params_len; i++) {
        put_local(c, i, type->params[i], home);
        home += valtype_slots(type->params[i]);
    }
    for (uint32_t i = 0; i < c->table->profiles[0].uses_len; i++) {
        uint32_t local = used_local(c, i).local;
        if (local < type->params_len)
            continue;
        const struct local_run *run = wc_locals_find(&runs, local);
        put_local(c, local, run->type, local_run_slot(run, local));
    }
    return true;
}

/* --- Pins ----------------------------------------------------------------- */

/* For tests: no pins, or random ones. */
static regset pinnable(const struct compiler *c)
{
    const struct masm_target *t = &wc_masm_target;
    uint64_t seed = c->options->pin_seed;
    if (seed == 0)
        return c->options->few_registers ? 0 : t->pinnable;
    seed = (seed + c->module->funcs[c->table->func].body.offset) *
           0x9e3779b97f4a7c15u;
    return t->pinnable & (seed ^ seed >> 29);
}

/* A compare-exchange in a checked memory takes so many, a dot product of
 * relaxed vectors one less. */
#define FEW_REGISTERS 6u

static unsigned count(regset s)
{
    return (unsigned)__builtin_popcountll(s);
}

/* Are there registers enough for operands, those that may be borrowed among
 * them? */
static bool enough(const struct compiler *c, regset few, bool fp)
{
    few &= fp ? REGS_FP : REGS_GENERAL;
    for (uint32_t i = 0; i < c->table->profiles_len; i++)
        if (count(few & ~c->regions[i].set) <
            wc_masm_target.transients_min[fp])
            return false;
    return count(few) >= FEW_REGISTERS;
}

/* For tests: as few as any operation can do with, the pins among them. */
static regset few_registers(const struct compiler *c)
{
    const struct masm_target *t = &wc_masm_target;
    regset few = 0;
    for (uint32_t i = 0; i < c->table->profiles_len; i++)
        few |= c->regions[i].set;
    for (unsigned fp = 0; fp < 2; fp++) {
        few |= REG_BIT(t->results[fp][0]) | REG_BIT(t->results[fp][1]);
        regset more = t->allocatable & ~t->callee_saved & ~few &
                      (fp ? REGS_FP : REGS_GENERAL);
        for (; !enough(c, few, fp); more &= more - 1)
            few |= more & (0 - more);
    }
    return few;
}

static void plan_local(struct compiler *c, uint32_t local, reg prefer)
{
    c->plan_room.data[local] = (struct plan_local){
        .fp = wtype_is_fp(c->locals[local].type), .prefer = prefer};
}

static bool plan_regions(struct compiler *c)
{
    const struct sidetable *t = c->table;
    c->regions = wc_arena_array(&c->arena, t->profiles_len,
                                sizeof *c->regions);
    if (c->regions == NULL || !vec_reserve(&c->plan_room, t->locals_len))
        return false;
    for (uint32_t i = 0; i < t->profiles[0].uses_len; i++)
        plan_local(c, used_local(c, i).local, REG_NONE);
    for (uint32_t i = 0; i < c->own.params_len; i++)
        plan_local(c, i, c->own.params[i].reg);
    regset regs = pinnable(c);
    for (uint32_t i = 0; i < t->profiles_len; i++)
        wc_plan(t, &t->profiles[i], c->plan_room.data, regs,
                i ? c->regions : NULL, &c->regions[i]);
    c->function_region = c->regions;
    c->allocatable = c->options->few_registers ? few_registers(c)
                                               : wc_masm_target.allocatable;
    return true;
}

static void lay_out_frame(struct compiler *c, struct frame *f)
{
    const struct sidetable *t = c->table;
    const struct module *m = c->module;
    bool leaf = t->profiles[0].flags & PROFILE_LEAF;
    c->results_slot = t->local_slots + t->max_slots;
    c->room_slot = c->results_slot + (c->own.result_bytes != 0);
    f->slots = c->room_slot + (leaf ? 0 : c->options->room_bytes / 8);
    f->out_bytes = leaf ? 0 : c->options->out_bytes;
    f->in_bytes = c->own.stack_bytes;
    f->check_stack = !leaf || f->slots > 256;
    f->reload_memory = m->mems_len != 0 && !c->options->guarded;
    for (uint32_t i = 0; i < t->profiles_len; i++)
        f->saved |= c->regions[i].set & wc_masm_target.callee_saved;
    c->write_through = t->profiles[0].flags & PROFILE_THROWS;
    if (c->write_through)
        f->saved = wc_masm_target.callee_saved;
    /* The others are the caller's. */
    c->allocatable &= ~wc_masm_target.callee_saved | f->saved;
}

/* --- Entry ---------------------------------------------------------------- */

static bool goes_home(const struct compiler *c, uint32_t local)
{
    return c->locals[local].pin == REG_NONE || c->write_through;
}

/* Up to which do parameters go home that lie in memory from index `i` on? */
static uint32_t homeward(const struct compiler *c, uint32_t i)
{
    uint32_t end = c->own.params[i].end;
    while (i < end && goes_home(c, i))
        i++;
    return i;
}

/* So many are moved one by one, in the least code for their types. */
#define LONG_RUN 16u

/* Parameters without a pin go home; first, as what they arrive in may be the
 * pin of another. */
static void store_params(struct compiler *c)
{
    struct masm *m = &c->masm;
    for (uint32_t i = 0; i < c->own.params_len; i++) {
        const struct abi_place *p = &c->own.params[i];
        const struct local *l = &c->locals[i];
        reg r = p->reg;
        if (!goes_home(c, i))
            continue;
        uint32_t end = r == REG_NONE ? homeward(c, i) : 0;
        if (end > i + LONG_RUN) {
            wc_masm_copy(m, area_slot(m, l->slot), area_param(m, p->offset),
                         wc_abi_area_slots(c->own.params, i, end));
            i = end - 1;
            continue;
        }
        if (r == REG_NONE) {
            r = wc_masm_target.scratch[wtype_is_fp(p->type)];
            wc_masm_load_param(m, p->type, r, p->offset);
        }
        wc_masm_store_slot(m, p->type, l->slot, r);
    }
    if (c->own.result_bytes != 0) {
        const struct abi_place *p = &c->own.results_at;
        reg r = p->reg;
        if (r == REG_NONE) {
            r = wc_masm_target.scratch[0];
            wc_masm_load_param(m, W_I64, r, p->offset);
        }
        wc_masm_store_slot(m, W_I64, c->results_slot, r);
    }
}

static void pin_params(struct compiler *c)
{
    struct moves moves = {0};
    for (uint32_t i = 0; i < c->own.params_len; i++) {
        const struct abi_place *p = &c->own.params[i];
        if (p->reg != REG_NONE && c->locals[i].pin != REG_NONE)
            wc_moves_add(&moves, p->type, c->locals[i].pin, p->reg);
    }
    wc_moves_emit(&moves, &c->masm);
    for (uint32_t i = 0; i < c->own.params_len; i++) {
        const struct abi_place *p = &c->own.params[i];
        if (p->reg == REG_NONE && c->locals[i].pin != REG_NONE)
            wc_masm_load_param(&c->masm, p->type, c->locals[i].pin, p->offset);
    }
}

/* The lowest home, from `home` up, of a local that lives in a register. */
static const struct local *next_pinned(const struct compiler *c, uint32_t home)
{
    const struct local *next = NULL;
    for (uint32_t i = 0; i < c->function_region->pins_len; i++) {
        const struct local *l = &c->locals[c->function_region->pins[i].local];
        if (l->slot >= home && (next == NULL || l->slot < next->slot))
            next = l;
    }
    return next;
}

/* All other locals are zero, at home if that may be read. */
static void zero_locals(struct compiler *c)
{
    struct masm *m = &c->masm;
    uint32_t end = c->table->local_slots;
    for (uint32_t at = c->declared_slot; at < end;) {
        const struct local *l = c->write_through ? NULL : next_pinned(c, at);
        uint32_t stop = l != NULL ? l->slot : end;
        wc_masm_zero_slots(m, at, stop - at);
        at = l != NULL ? stop + wtype_slots(l->type) : end;
    }
    for (uint32_t i = 0; i < c->function_region->pins_len; i++) {
        const struct pin *p = &c->function_region->pins[i];
        const struct local *l = &c->locals[p->local];
        if (p->local < c->own.params_len)
            continue;
        if (l->type == W_V128)
            wc_masm_v128_const(m, p->reg, (union v128){.u64 = {0, 0}});
        else
            wc_masm_const(m, l->type, p->reg, 0);
    }
}

static void begin_function(struct compiler *c)
{
    struct masm *m = &c->masm;
    c->entry = wc_label_new(c);
    instr_goto(c, SITE_NO_FRAME);
    uint32_t exhausted = wc_trap_label(c, TRAP_STACK_EXHAUSTED);
    wc_masm_bind(m, label_at(c, c->entry));
    wc_masm_prologue(m, label_at(c, exhausted));
    wc_region_set(c, c->function_region);
    instr_goto(c, c->module->funcs[c->table->func].body.offset);
    store_params(c);
    pin_params(c);
    zero_locals(c);
    if (!(c->table->profiles[0].flags & PROFILE_LEAF))
        wc_poll(c);
    c->height = c->table->local_slots;
    struct control body = {
        .kind = CONTROL_FUNC, .height = c->height,
        .results = c->type->comp.results,
        .results_len = c->type->comp.results_len, .label = wc_label_new(c)};
    c->failed |= !vec_push(&c->controls, body);
}

/* --- Everything ----------------------------------------------------------- */

void wc_compiler_free(struct compiler *c)
{
    if (c == NULL)
        return;
    vec_free(&c->stack);
    vec_free(&c->homes.runs);
    vec_free(&c->controls);
    vec_free(&c->labels);
    vec_free(&c->asides);
    vec_free(&c->calls);
    vec_free(&c->local_room);
    vec_free(&c->plan_room);
    wc_arena_free(&c->conventions);
    wc_arena_free(&c->arena);
    wc_masm_free(&c->masm);
    free(c);
}

static void empty(struct compiler *c)
{
    size_t kept = offsetof(struct compiler, options);
    c->stack.len = c->controls.len = c->labels.len = c->asides.len = 0;
    wc_homes_cut(&c->homes, 0);
    wc_arena_reset(&c->arena);
    memset((uint8_t *)c + kept, 0, sizeof *c - kept);
}

/* What made the last function, emptied; NULL: out of memory. */
static struct compiler *compiler_of(struct compiled *out)
{
    if (out->compiler != NULL)
        empty(out->compiler);
    else
        out->compiler = calloc(1, sizeof *out->compiler);
    return out->compiler;
}

/* Longer bodies than this are likely to need far branches: their code is about
 * eight times as long. */
#define FAR_BODY_BYTES 131072u

/* A place for the convention of each type of the module. */
static bool extend_calls(struct compiler *c)
{
    uint32_t len = c->module->types_len;
    if (c->serial != c->options->serial || c->serial == 0) {
        wc_arena_reset(&c->conventions);
        c->serial = c->options->serial;
        c->epoch++;
    }
    if (len <= c->calls.len)
        return true;
    if (!vec_reserve(&c->calls, len - c->calls.len))
        return false;
    memset(c->calls.data + c->calls.len, 0,
           (len - c->calls.len) * sizeof *c->calls.data);
    c->calls.len = len;
    return true;
}

static bool prepare(struct compiler *c, bool far)
{
    struct frame frame = {0};
    if (!extend_calls(c) || !lay_out_locals(c))
        return false;
    c->own = *wc_call_abi(c, c->module->funcs[c->table->func].type);
    if (c->failed ||
        !plan_regions(c) ||
        !vec_reserve(&c->stack, (uint64_t)c->table->max_slots + 8) ||
        !vec_reserve(&c->labels, 8))
        return false;
    lay_out_frame(c, &frame);
    c->masm.cpu = c->options->cpu;
    c->masm.code.hard = c->options->moving_buffer;
    c->masm.far = far;
    wc_masm_begin(&c->masm, &frame);
    if (c->options->trace != NULL)
        wc_trace_begin(c, &frame);
    return true;
}

/* Hands the code and what belongs to it over. */
static void hand_over(struct compiler *c, struct compiled *out)
{
    struct masm *m = &c->masm;
    struct codebuf code = out->code;
    struct masm_relocs relocs = out->relocs;
    out->frame_bytes = wc_masm_frame_bytes(&m->frame);
    out->home_bytes = m->frame.out_bytes;
    out->in_bytes = m->frame.in_bytes;
    out->code = m->code;
    out->relocs = m->relocs;
    m->code = code;
    m->relocs = relocs;
}

/* *far: in, whether branches reach far; out, whether they did not but should
 * have. */
static bool compile(const struct compile_options *options, struct module *m,
                    uint32_t func, struct compiled *out, struct error *e,
                    bool *far)
{
    struct compiler *c = compiler_of(out);
    wc_compiled_reset(out);
    if (c == NULL)
        return false;
    c->options = options;
    c->module = m;
    c->type = module_functype(m, func);
    c->table = sidetable_of(m, func);
    c->out = out;
    c->error = e;
    c->sink = NOWHERE;
    c->next_loop = 1;
    bool ok = prepare(c, *far);
    if (ok) {
        begin_function(c);
        wc_compile_body(c);
        wc_emit_asides(c);
        if (options->trace != NULL)
            wc_trace_end(c);
        wc_masm_finish(&c->masm);
        ok = !c->failed && !c->masm.code.failed;
    }
    *far = !*far && c->masm.code.too_far;
    if (ok)
        hand_over(c, out);
    return ok;
}

/* No bound on the code of a body is of use: a byte may stand for thousands of
 * moves. So what is surely long has far branches from the start, and what turns
 * out to be is compiled again. */
bool wc_compile_function(const struct compile_options *options,
                         struct module *m, uint32_t func, struct compiled *out,
                         struct error *e)
{
    bool far = options->far_branches ||
               m->funcs[func].body.len > FAR_BODY_BYTES;
    bool again = far;
    bool ok = compile(options, m, func, out, e, &again);
    if (!ok && again)
        ok = compile(options, m, func, out, e, &again);
    if (!ok && e->kind == ERROR_NONE)
        wc_error_no_memory(e, "compiling a function");
    return ok;
}
