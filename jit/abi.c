#include "jit/abi.h"

/* What has been given out so far. */
struct taken {
    uint32_t regs[2]; /* by class */
    uint32_t bytes;
};

static struct abi_place in_memory(struct taken *t, enum wtype type)
{
    struct abi_place p = {
        .type = (uint8_t)type, .reg = REG_NONE, .offset = t->bytes};
    t->bytes += abi_bytes(type);
    return p;
}

static struct abi_place param(struct taken *t, enum wtype type)
{
    bool fp = wtype_is_fp(type);
    const struct masm_target *target = &wc_masm_target;
    if (t->regs[fp] == target->args_len[fp])
        return in_memory(t, type);
    return (struct abi_place){.type = (uint8_t)type,
                              .reg = target->args[fp][t->regs[fp]++]};
}

static struct abi_place result(struct taken *t, enum wtype type)
{
    bool fp = wtype_is_fp(type);
    const struct masm_target *target = &wc_masm_target;
    if (t->regs[fp] == target->results_len[fp])
        return in_memory(t, type);
    return (struct abi_place){.type = (uint8_t)type,
                              .reg = target->results[fp][t->regs[fp]++]};
}

static void find_ends(struct abi_place *p, uint32_t len)
{
    uint32_t end = len;
    for (uint32_t i = len; i-- > 0; p[i].end = end)
        if (i + 1 < len && (p[i].reg == REG_NONE) != (p[i + 1].reg == REG_NONE))
            end = i + 1;
    for (uint32_t i = 1; i < len; i++)
        p[i].home = p[i - 1].home + abi_bytes(p[i - 1].type) / 8;
}

/* Are those in memory the last ones? */
static bool is_tail(const struct abi_place *p, uint32_t len)
{
    uint32_t i = 0;
    while (i < len && p[i].reg != REG_NONE)
        i = p[i].end;
    return i < len && p[i].end == len;
}

static uint32_t stack_bytes(const struct taken *params)
{
    uint32_t align = wc_masm_target.stack_align;
    return (params->bytes + align - 1) / align * align;
}

bool wc_abi_call(struct arena *arena, const struct deftype *t,
                 struct abi_call *out)
{
    const struct comptype *c = &t->comp;
    struct taken params = {{0, 0}, 0}, results = {{0, 0}, 0};
    *out = (struct abi_call){.params_len = c->params_len,
                             .results_len = c->results_len,
                             .result_types = c->results};
    out->params = wc_arena_array(arena, c->params_len, sizeof *out->params);
    out->results = wc_arena_array(arena, c->results_len, sizeof *out->results);
    if (out->params == NULL || out->results == NULL)
        return false;
    for (uint32_t i = 0; i < c->params_len; i++)
        out->params[i] = param(&params, abi_wtype(c->params[i]));
    for (uint32_t i = 0; i < c->results_len; i++)
        out->results[i] = result(&results, abi_wtype(c->results[i]));
    find_ends(out->params, c->params_len);
    find_ends(out->results, c->results_len);
    out->result_bytes = results.bytes;
    out->room_is_home = is_tail(out->results, c->results_len);
    if (results.bytes != 0)
        out->results_at = param(&params, W_I64);
    out->stack_bytes = stack_bytes(&params);
    return true;
}

uint32_t wc_abi_stack_bytes(const struct deftype *t)
{
    const struct comptype *c = &t->comp;
    struct taken params = {{0, 0}, 0}, results = {{0, 0}, 0};
    for (uint32_t i = 0; i < c->params_len; i++)
        param(&params, abi_wtype(c->params[i]));
    for (uint32_t i = 0; i < c->results_len; i++)
        result(&results, abi_wtype(c->results[i]));
    if (results.bytes != 0)
        param(&params, W_I64);
    return stack_bytes(&params);
}

uint32_t wc_abi_area_slots(const struct abi_place *p, uint32_t from,
                           uint32_t to)
{
    uint32_t end = p[to - 1].offset + abi_bytes(p[to - 1].type);
    return (end - p[from].offset) / 8;
}

uint32_t wc_abi_slots_bytes(const struct abi_place *p, uint32_t len)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < len; i++)
        bytes += abi_bytes(p[i].type);
    return bytes;
}
