/* Bodies: one instruction a line, blocks indented, or operands folded into the
 * instruction that takes them. Folding keeps the order of execution, so it
 * needs no proof that the counts of operands are right. */
#include "text/printer.h"

#include <string.h>

enum { MAX_INDENT = 40, SHORT_TREE = 4 };

static bool no_memory(struct printer *p)
{
    return wc_error_no_memory(p->error, "printing a body");
}

static void newline(struct printer *p, uint32_t indent)
{
    static const char spaces[] = "                    "
                                 "                    "
                                 "                    "
                                 "                    ";
    _Static_assert(sizeof spaces == 2 * MAX_INDENT + 1, "indentation");
    wc_buf_byte(p->out, '\n');
    wc_buf_append(p->out, spaces,
                  2u * (indent < MAX_INDENT ? indent : MAX_INDENT));
}

void wc_print_body_newline(struct printer *p)
{
    newline(p, p->indent);
}

static bool opens(enum opcode op)
{
    enum imm imm = (enum imm)wc_opcodes[op].imm;
    return imm == IMM_BLOCK || imm == IMM_TRY_TABLE;
}

/* --- Labels --------------------------------------------------------------- */

/* Gives each name of a label in the function a number: that of its first
 * place in the run. */
static bool start_labels(struct printer *p, uint32_t func)
{
    bool ok = true;
    p->labels.len = p->label_bound.len = p->labels_seen = 0;
    p->label_names = wc_print_names_inner(p, NAME_LABEL, func, &p->label_end);
    p->label_next = p->label_names;
    wc_map_free(&p->label_map);
    for (const struct inner_name *n = p->label_names;
         ok && n != p->label_end; n++) {
        bool found;
        uint32_t number = (uint32_t)(n - p->label_names);
        ok = wc_map_add(&p->label_map, n->text, number, &found) &&
             vec_push(&p->label_bound, 0);
    }
    return ok || no_memory(p);
}

/* The name of the next label, NULL if it has none. */
static const struct inner_name *next_label(struct printer *p)
{
    uint32_t index = p->labels_seen++;
    while (p->label_next != p->label_end && p->label_next->index < index)
        p->label_next++;
    if (p->label_next == p->label_end || p->label_next->index != index ||
        p->label_next->text.len == 0)
        return NULL;
    return p->label_next;
}

static bool push_label(struct printer *p, const struct inner_name *n)
{
    struct print_label l = {.number = NO_LABEL_NAME};
    if (n != NULL) {
        l.number = *wc_map_find(&p->label_map, n->text);
        l.shadowed = p->label_bound.data[l.number];
        p->label_bound.data[l.number] = p->labels.len + 1;
    }
    return vec_push(&p->labels, l) || no_memory(p);
}

static void pop_label(struct printer *p)
{
    struct print_label l = vec_pop(&p->labels);
    if (l.number != NO_LABEL_NAME)
        p->label_bound.data[l.number] = l.shadowed;
}

/* --- Folding -------------------------------------------------------------- */

static const struct comptype *functype(const struct module *m, uint32_t type)
{
    if (type >= m->types_len || m->types[type].comp.kind != COMP_FUNC)
        return NULL;
    return &m->types[type].comp;
}

static const struct comptype *callee(const struct module *m,
                                     const struct instr *in)
{
    switch (in->op) {
    case OP_CALL:
        return in->index < m->funcs_len
                   ? functype(m, m->funcs[in->index].type)
                   : NULL;
    case OP_CALL_INDIRECT:
        return functype(m, in->x);
    case OP_CALL_REF:
        return functype(m, in->index);
    default:
        return NULL;
    }
}

/* Operands and results of instructions whose signature is not fixed; those
 * that are missing take nothing and stand alone. */
struct arity {
    enum opcode op;
    uint8_t operands, results;
};

static const struct arity arities[] = {
    {OP_DROP, 1, 0},          {OP_SELECT, 3, 1},
    {OP_SELECT_T, 3, 1},      {OP_LOCAL_GET, 0, 1},
    {OP_LOCAL_SET, 1, 0},     {OP_LOCAL_TEE, 1, 1},
    {OP_GLOBAL_GET, 0, 1},    {OP_GLOBAL_SET, 1, 0},
    {OP_TABLE_GET, 1, 1},     {OP_TABLE_SET, 2, 0},
    {OP_TABLE_SIZE, 0, 1},    {OP_TABLE_GROW, 2, 1},
    {OP_TABLE_FILL, 3, 0},    {OP_TABLE_COPY, 3, 0},
    {OP_TABLE_INIT, 3, 0},    {OP_MEMORY_INIT, 3, 0},
    {OP_MEMORY_COPY, 3, 0},   {OP_BR_IF, 1, 0},
    {OP_BR_TABLE, 1, 0},      {OP_REF_NULL, 0, 1},
    {OP_REF_FUNC, 0, 1},      {OP_REF_IS_NULL, 1, 1},
    {OP_REF_EQ, 2, 1},        {OP_REF_AS_NON_NULL, 1, 1},
    {OP_REF_I31, 1, 1},       {OP_I31_GET_S, 1, 1},
    {OP_I31_GET_U, 1, 1},     {OP_REF_TEST, 1, 1},
    {OP_REF_TEST_NULL, 1, 1}, {OP_REF_CAST, 1, 1},
    {OP_REF_CAST_NULL, 1, 1}, {OP_STRUCT_NEW_DEFAULT, 0, 1},
    {OP_STRUCT_GET, 1, 1},    {OP_STRUCT_GET_S, 1, 1},
    {OP_STRUCT_GET_U, 1, 1},  {OP_STRUCT_SET, 2, 0},
    {OP_ARRAY_NEW, 2, 1},     {OP_ARRAY_NEW_DEFAULT, 1, 1},
    {OP_ARRAY_NEW_DATA, 2, 1}, {OP_ARRAY_NEW_ELEM, 2, 1},
    {OP_ARRAY_GET, 2, 1},     {OP_ARRAY_GET_S, 2, 1},
    {OP_ARRAY_GET_U, 2, 1},   {OP_ARRAY_SET, 3, 0},
    {OP_ARRAY_LEN, 1, 1},     {OP_ARRAY_FILL, 4, 0},
    {OP_ARRAY_COPY, 5, 0},    {OP_ANY_CONVERT_EXTERN, 1, 1},
    {OP_EXTERN_CONVERT_ANY, 1, 1},
};

static void arity_of(const struct module *m, const struct instr *in,
                     size_t *operands, size_t *results)
{
    const struct opcode_info *info = &wc_opcodes[in->op];
    const struct comptype *c = callee(m, in);
    *operands = *results = 0;
    if (info->sig != SIG_CUSTOM) {
        *operands = strlen(wc_sigs[info->sig].operands);
        *results = strlen(wc_sigs[info->sig].results);
    } else if (c != NULL) {
        *operands = c->params_len + (size_t)(in->op != OP_CALL);
        *results = c->results_len;
    } else if (in->op == OP_STRUCT_NEW && in->index < m->types_len) {
        *operands = m->types[in->index].comp.fields_len;
        *results = 1;
    } else if (in->op == OP_ARRAY_NEW_FIXED) {
        *operands = in->y;
        *results = 1;
    } else {
        for (unsigned i = 0; i < ARRAY_LEN(arities); i++)
            if (arities[i].op == in->op) {
                *operands = arities[i].operands;
                *results = arities[i].results;
            }
    }
}

/* Puts the operands of a node on the stack of items, the last one first. */
static bool push_operands(struct printer *p, uint32_t node, uint32_t indent)
{
    const struct fold_node *n = p->nodes.data;
    bool split = node - n[node].start >= SHORT_TREE;
    for (uint32_t child = node; child > n[node].start;
         child = n[child - 1].start) {
        struct fold_item item = {child - 1, indent + 1, split};
        if (!vec_push(&p->items, item))
            return no_memory(p);
    }
    return true;
}

static bool print_tree(struct printer *p)
{
    while (p->items.len != 0) {
        struct fold_item *top = &vec_top(&p->items), item = *top;
        if (item.node == UINT32_MAX) {
            p->items.len--;
            wc_buf_byte(p->out, ')');
            continue;
        }
        top->node = UINT32_MAX; /* when its operands are printed */
        if (item.newline)
            newline(p, item.indent);
        else
            wc_buf_byte(p->out, ' ');
        wc_buf_byte(p->out, '(');
        wc_print_instr(p, p->out, &p->nodes.data[item.node].in);
        if (!push_operands(p, item.node, item.indent))
            return false;
    }
    return true;
}

/* Prints the nodes, whose roots stand side by side. */
static bool flush(struct printer *p)
{
    for (uint32_t end = p->nodes.len; end > 0;
         end = p->nodes.data[end - 1].start) {
        struct fold_item item = {end - 1, p->indent, true};
        if (!vec_push(&p->items, item))
            return no_memory(p);
    }
    if (!print_tree(p))
        return false;
    p->nodes.len = 0;
    return true;
}

/* All nodes before this one are values; it takes what it can of them. */
static bool fold(struct printer *p, const struct instr *in)
{
    size_t operands, results;
    arity_of(p->m, in, &operands, &results);
    struct fold_node node = {*in, p->nodes.len};
    for (; operands > 0 && node.start > 0; operands--)
        node.start = p->nodes.data[node.start - 1].start;
    if (!vec_push(&p->nodes, node))
        return no_memory(p);
    return results == 1 || flush(p);
}

/* --- Bodies --------------------------------------------------------------- */

static bool open_block(struct printer *p, const struct instr *in)
{
    const struct inner_name *name = next_label(p);
    newline(p, p->indent++);
    wc_buf_string(p->out, wc_opcodes[in->op].text);
    if (name != NULL) {
        wc_buf_byte(p->out, ' ');
        wc_print_names_id(p->out, name->text);
    }
    wc_print_instr_immediates(p, p->out, in);
    return push_label(p, name);
}

static bool structured(struct printer *p, const struct instr *in)
{
    if (opens(in->op))
        return open_block(p, in);
    if (in->op == OP_END || in->op == OP_DELEGATE) {
        p->indent--;
        pop_label(p);
    }
    bool inner = in->op != OP_END && in->op != OP_DELEGATE;
    newline(p, p->indent - inner);
    wc_print_instr(p, p->out, in);
    return true;
}

static bool is_structured(enum opcode op)
{
    return opens(op) || op == OP_END || op == OP_ELSE || op == OP_CATCH ||
           op == OP_CATCH_ALL || op == OP_DELEGATE;
}

bool wc_print_body(struct printer *p, uint32_t func, struct reader *r)
{
    struct instr in;
    if (!start_labels(p, func))
        return false;
    while (wc_instr_read(r, p->m->features, &in)) {
        if (!is_structured(in.op)) {
            if (p->options.fold) {
                if (!fold(p, &in))
                    return false;
                continue;
            }
            newline(p, p->indent);
            wc_print_instr(p, p->out, &in);
            continue;
        }
        if (!flush(p))
            return false;
        if (p->labels.len == 0 && !opens(in.op)) {
            if (in.op == OP_END && r->p == r->end)
                return true;
            return wc_error_set(p->error, ERROR_MALFORMED, in.offset,
                                "malformed nesting of blocks");
        }
        if (!structured(p, &in))
            return false;
    }
    return wc_error_set(p->error, ERROR_MALFORMED, reader_offset(r),
                        "unexpected end of section or function");
}

/* --- Constant expressions: decoding has read them, so that reading fails at
 * their ends only. */

/* Is there exactly one instruction, and no block? */
static bool is_single(const struct printer *p, struct reader r)
{
    struct instr in;
    return wc_instr_read(&r, p->m->features, &in) && !is_structured(in.op) &&
           (!wc_instr_read(&r, p->m->features, &in) || in.op == OP_END);
}

void wc_print_body_expr(struct printer *p, struct reader *r, const char *open)
{
    struct instr in;
    size_t depth = 0;
    bool single = is_single(p, *r);
    if (!single && open != NULL) {
        wc_buf_byte(p->out, ' ');
        wc_buf_string(p->out, open);
    }
    while (wc_instr_read(r, p->m->features, &in)) {
        if (in.op == OP_END && depth == 0)
            break;
        depth += opens(in.op);
        depth -= in.op == OP_END || in.op == OP_DELEGATE;
        wc_buf_string(p->out, single ? " (" : " ");
        wc_print_instr(p, p->out, &in);
    }
    if (single || open != NULL)
        wc_buf_byte(p->out, ')');
}
