/* wasmc dump --jit: what the compiler makes, for memories with guards and this
 * CPU. Offsets are from the start of the function. Code reaches the runtime
 * through words whose places are filled in later: what they stand for is behind
 * the instruction.
 */
#include "binary/instr.h"
#include "jit/compile.h"
#include "jit/trace.h"
#include "text/print.h"
#include "tools/wasmc/disasm.h"
#include "tools/wasmc/dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BYTES_SHOWN 8

/* --- The function ------------------------------------------------------ */

static void print_reg(reg r)
{
    char name[8];
    wc_masm_reg_name(r, name);
    printf(" %s", name);
}

static void print_frame(const struct compile_trace *t,
                        const struct compiled *c)
{
    const struct frame *f = &t->frame;
    printf("  frame %" PRIu32 " bytes:", c->frame_bytes);
    if (f->out_bytes != 0)
        printf(" arguments 0..%" PRIu32 ",", f->out_bytes - 1);
    printf(" %" PRIu32 " slots from %" PRIu32 " (%" PRIu32 " of locals)",
           f->slots, c->home_bytes, t->local_slots);
    if (f->saved != 0)
        printf(", saved");
    for (reg r = 0; r < REGS; r++)
        if (f->saved & REG_BIT(r))
            print_reg(r);
    if (f->in_bytes != 0)
        printf(", arguments of the caller %" PRIu32, f->in_bytes);
    printf("\n");
}

static void print_pins(const struct trace_pins *p)
{
    printf("  pins from +%" PRIx32 ":", p->code);
    for (uint32_t i = 0; i < p->region.pins_len; i++) {
        printf("%s local %" PRIu32, i ? "," : "", p->region.pins[i].local);
        print_reg(p->region.pins[i].reg);
    }
    printf("%s\n", p->region.pins_len == 0 ? " none" : "");
}

/* --- Code -------------------------------------------------------------- */

/* What a word of the module's data is. */
static void print_word(const struct module *m, uint32_t word)
{
    static const char *const builtins[] = {
#define BUILTIN(id, fn) #id,
#include "jit/builtins.def"
#undef BUILTIN
    };
    if (word < DATA_BUILTIN)
        printf("trap: %s", wc_trap_text((enum trap_code)(word - DATA_TRAP)));
    else if (word < DATA_BUILTIN + ARRAY_LEN(builtins))
        printf("builtin %s", builtins[word - DATA_BUILTIN]);
    else if (word < DATA_COMMON_LEN)
        printf("%s", word == DATA_LAZY ? "lazy" : "tail call");
    else if (word < data_func(m->types_len, 0))
        printf("type %" PRIu32, word - DATA_COMMON_LEN);
    else
        printf("func %" PRIu32, word - data_func(m->types_len, 0));
}

/* Those of the code up to `to`, from *next on: they are in its order. */
static void print_words(const struct module *m, const struct compiled *c,
                        uint32_t to, uint32_t *next)
{
    for (; *next < c->relocs.len && c->relocs.data[*next].at < to; ++*next) {
        printf("  ; ");
        print_word(m, c->relocs.data[*next].word);
    }
}

static void print_bytes(const uint8_t *code, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        printf(" %02x", code[i]);
}

/* Lines of bytes alone. */
static void print_data(const struct compiled *c, uint32_t from, uint32_t to)
{
    for (; from < to; from += BYTES_SHOWN) {
        uint32_t len = to - from < BYTES_SHOWN ? to - from : BYTES_SHOWN;
        printf("    +%04" PRIx32 ":", from);
        print_bytes(c->code.bytes + from, len);
        printf("\n");
    }
}

static void print_code(const struct module *m, const struct compiled *c,
                       uint32_t from, uint32_t to, uint32_t *next)
{
    char text[128];
    while (from < to) {
        const uint8_t *code = c->code.bytes + from;
        uint32_t len = (uint32_t)disasm_one(code, to - from, from, text,
                                            sizeof text);
        if (len == 0) { /* a table of jumps, or nothing to read it with */
            print_data(c, from, to);
            return;
        }
        uint32_t shown = len < BYTES_SHOWN ? len : BYTES_SHOWN;
        printf("    +%04" PRIx32 ":", from);
        print_bytes(code, shown);
        printf("%-*s| %s", (int)(3 * (BYTES_SHOWN - shown) + 1),
               len > shown ? "+" : "", text);
        print_words(m, c, from + len, next);
        printf("\n");
        from += len;
    }
}

/* --- Both -------------------------------------------------------------- */

static void print_instr(const struct module *m, const struct trace_instr *i,
                        struct buf *text)
{
    struct error e = ERROR_INIT;
    struct reader r = reader_make(
        m->bytes, (struct range){i->wasm, m->bytes_len - i->wasm}, &e);
    struct instr in;
    text->len = 0;
    if (wc_instr_read(&r, m->features, &in))
        wc_instr_print(text, m, &in);
    printf("  %08" PRIx32 ":%s %.*s\n", i->wasm, i->aside ? " aside:" : "",
           (int)text->len, text->data ? (const char *)text->data : "");
}

/* Instructions that made no code wait for one that does. */
static void print_all(const struct module *m, const struct compile_trace *t,
                      const struct compiled *c)
{
    struct buf text = {0};
    uint32_t at = 0, pins = 0, word = 0;
    for (uint32_t i = 0; i <= t->instrs.len; i++) {
        bool last = i == t->instrs.len;
        uint32_t next = last ? t->end : t->instrs.data[i].code;
        for (; pins < t->pins.len && t->pins.data[pins].code <= next; pins++) {
            uint32_t code = t->pins.data[pins].code;
            print_code(m, c, at, code, &word);
            at = code;
            print_pins(&t->pins.data[pins]);
        }
        print_code(m, c, at, next, &word);
        at = next;
        if (!last && !(t->instrs.data[i].aside &&
                       t->instrs.data[i].wasm >= m->bytes_len))
            print_instr(m, &t->instrs.data[i], &text);
        else if (!last)
            printf("  aside: entry\n");
    }
    if (at < c->code.len)
        printf("  constants\n");
    print_data(c, at, c->code.len);
    wc_buf_free(&text);
}

static bool dump_one(struct module *m, uint32_t func,
                     struct compile_options *o, struct compiled *c)
{
    struct error e = ERROR_INIT;
    dump_func_title(m, func);
    if (!wc_compile_function(o, m, func, c, &e) || o->trace->failed) {
        printf("\n");
        fprintf(stderr, "wasmc dump: %s\n",
                o->trace->failed ? "out of memory" : e.message);
        return false;
    }
    printf(": %" PRIu32 " bytes of code for %" PRIu32 "\n", c->code.len,
           m->funcs[func].body.len);
    print_frame(o->trace, c);
    print_all(m, o->trace, c);
    return true;
}

bool dump_jit(struct module *m, uint32_t func)
{
    struct compile_trace trace = {0};
    struct compiled c = {0};
    struct compile_options o = {
        .cpu = wc_masm_host_cpu(), .guarded = true, .trace = &trace};
    bool ok = wc_compile_measure(m, &o);
    if (!ok)
        fprintf(stderr, "wasmc dump: out of memory\n");
    if (disasm_missing() != NULL)
        printf("%s: bytes only\n", disasm_missing());
    uint32_t first = func == DUMP_ALL_FUNCS ? m->funcs_imported : func;
    uint32_t end = func == DUMP_ALL_FUNCS ? m->funcs_len : func + 1;
    for (uint32_t i = first; ok && i < end; i++)
        ok = dump_one(m, i, &o, &c);
    wc_compiled_free(&c);
    wc_trace_free(&trace);
    return ok;
}
