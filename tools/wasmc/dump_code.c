/* wasmc dump --code: disassembly. A line is offset, bytes, instruction; long
 * encodings show their first bytes only. */
#include "tools/wasmc/dump.h"

#include "binary/instr.h"
#include "text/print.h"

#include <inttypes.h>
#include <stdio.h>

#define BYTES_SHOWN 10

static void print_bytes(const uint8_t *from, const uint8_t *to)
{
    int shown = 0;
    for (; from < to && shown < BYTES_SHOWN; from++, shown++)
        printf(" %02x", *from);
    printf("%s%*s", from < to ? "+" : " ", 3 * (BYTES_SHOWN - shown), "");
}

/* The runs of locals in front of the code. */
static void print_locals(struct reader *r, const struct module *m)
{
    uint32_t runs = reader_u32(r);
    for (uint32_t i = 0; i < runs && !r->failed; i++) {
        const uint8_t *from = r->p;
        uint32_t offset = reader_offset(r);
        uint32_t n = reader_u32(r);
        char text[64];
        wc_valtype_format(wc_reader_valtype(r, m->features), text, sizeof text);
        printf("  %08" PRIx32 ":", offset);
        print_bytes(from, r->p);
        printf("| local %s * %" PRIu32 "\n", text, n);
    }
}

/* Nesting before and after an instruction, for the indentation. */
static void step_depth(enum opcode op, uint32_t *here, uint32_t *next)
{
    switch (op) {
    case OP_BLOCK:
    case OP_LOOP:
    case OP_IF:
    case OP_TRY:
    case OP_TRY_TABLE:
        *next = *here + 1;
        break;
    case OP_ELSE:
    case OP_CATCH:
    case OP_CATCH_ALL:
        *next = *here;
        *here -= *here > 0;
        break;
    case OP_END:
    case OP_DELEGATE:
        *here -= *here > 0;
        *next = *here;
        break;
    default:
        *next = *here;
        break;
    }
}

static void print_body(struct reader *r, const struct module *m)
{
    struct buf text = {0};
    uint32_t depth = 1;
    while (reader_left(r) > 0) {
        const uint8_t *from = r->p;
        struct instr in;
        uint32_t next = depth;
        if (!wc_instr_read(r, m->features, &in))
            break;
        step_depth(in.op, &depth, &next);
        text.len = 0;
        wc_instr_print(&text, m, &in);
        printf("  %08" PRIx32 ":", in.offset);
        print_bytes(from, r->p);
        printf("| %*s%.*s\n", (int)(depth < 40 ? 2 * depth : 80), "",
               (int)text.len, (const char *)text.data);
        depth = next;
    }
    wc_buf_free(&text);
}

static void dump_one(const struct module *m, uint32_t func)
{
    struct error e = ERROR_INIT;
    struct reader r = reader_make(m->bytes, m->funcs[func].body, &e);
    dump_func_title(m, func);
    printf(" type=%" PRIu32 ":\n", m->funcs[func].type);
    print_locals(&r, m);
    print_body(&r, m);
    if (r.failed)
        printf("  %08" PRIx64 ": malformed: %s\n", e.offset, e.message);
}

void dump_code(const struct module *m, uint32_t func)
{
    if (func != DUMP_ALL_FUNCS) {
        dump_one(m, func);
        return;
    }
    for (uint32_t i = m->funcs_imported; i < m->funcs_len; i++)
        dump_one(m, i);
}
