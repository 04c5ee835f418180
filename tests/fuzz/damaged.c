/* Generated modules, damaged: what is valid for us must be so for V8, and the
 * other way round.
 *
 *   damaged [--modules N] [--seconds N] [--seed S] [--out DIR]
 *   damaged --file MODULE.wasm            as it is
 *
 * --node and --script are as in v8.c. Each module is damaged in many ways,
 * mostly by a byte or two in the middle of it. A difference prints both
 * opinions and leaves damaged-SEED-NUMBER.wasm; what V8 does not survive is
 * left as gone-SEED-NUMBER.wasm.
 */
#include "binary/decode.h"
#include "fuzz/clock.h"
#include "fuzz/file.h"
#include "fuzz/gen.h"
#include "fuzz/node.h"
#include "syntax/typereg.h"
#include "valid/validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIANTS 50u /* of a module */
#define BATCH 40u    /* modules */

#define FEATURES ((((feature_set)1 << FEATURE_COUNT) - 1) & ~NODE_LACKS)

/* Why V8 refuses what is valid. */
static const char *const refused[] = {
    "mix of legacy and new exception handling",
};

/* What we say of things that V8 takes, and should not, with the bytes in front
 * of where we say it and there. */
#define ANY_BYTE 256u
static const struct {
    const char *message;
    unsigned before, at;
} taken[] = {
    /* A reference that comes of nothing, by ref.as_non_null in code that
     * cannot be reached, is still a reference: no operand for i32.add. */
    {"(ref bot)", ANY_BYTE, ANY_BYTE},
    /* A passive segment of elements that are numbers. */
    {"malformed reference type 0x7", ANY_BYTE, ANY_BYTE},
    /* select with 257 types: V8 looks at the last byte of their number. */
    {"length out of bounds", 0x1c, ANY_BYTE},
    /* Numbers for ref.eq, in code that cannot be reached. */
    {"requires [eqref", ANY_BYTE, 0xd3},
    /* The empty block type in more than one byte. */
    {"malformed value type", ANY_BYTE, 0xc0},
    /* br_on_non_null to a label without a reference, where it knows that there
     * will be no branch. */
    {"the label takes no reference", ANY_BYTE, 0xd6},
};

struct totals {
    uint64_t modules, variants, valid, known, differences;
};

struct variant {
    uint64_t seed;
    uint32_t number;
    struct buf wasm;
    bool valid;
    struct error error;  /* if not */
    unsigned before, at; /* bytes around it */
};

/* --- Ours ----------------------------------------------------------------- */

static void validate(struct variant *v)
{
    struct error *e = &v->error;
    struct typereg *reg = wc_typereg_new();
    struct module *m =
        wc_module_new(v->wasm.data, (uint32_t)v->wasm.len, false);
    if (reg == NULL || m == NULL)
        abort();
    *e = (struct error)ERROR_INIT;
    m->features = FEATURES;
    v->valid = wc_decode(m, e) && wc_validate(m, reg, NULL, e);
    v->before = v->at = ANY_BYTE;
    if (e->offset > 0 && e->offset < v->wasm.len) {
        v->before = v->wasm.data[e->offset - 1];
        v->at = v->wasm.data[e->offset];
    }
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

static const char *opinion(const struct variant *v)
{
    return v->valid ? "valid" : v->error.message;
}

/* --- Damage --------------------------------------------------------------- */

static uint8_t some_byte(struct choice *c)
{
    static const uint8_t bytes[] = {
        0, 1, 2, 3, 4, 0x0b, 0x10, 0x1a, 0x20, 0x21, 0x40, 0x41, 0x42,
        0x50, 0x5e, 0x5f, 0x60, 0x63, 0x64, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
        0x6e, 0x6f, 0x70, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0xd0, 0xd2,
        0xfb, 0xfc, 0xfd, 0xfe, 0xff,
    };
    return choice_chance(c, 50) ? (uint8_t)choice_random(c)
                                : bytes[choice_below(c, sizeof bytes)];
}

static void damage(struct choice *c, struct buf *b)
{
    uint32_t len = (uint32_t)b->len, at = choice_below(c, len);
    uint32_t n = choice_below(c, len - at < 8 ? len - at : 8);
    uint32_t from = choice_below(c, len - n);
    uint32_t kind = choice_below(c, 100);
    if (kind < 40)
        b->data[at] ^= (uint8_t)(1u << choice_below(c, 8));
    else if (kind < 65)
        b->data[at] = some_byte(c);
    else if (kind < 75)
        b->data[at] = (uint8_t)(b->data[at] + choice_range(c, 0, 2) - 1);
    else if (kind < 95)
        memmove(b->data + at, b->data + from, n);
    else if (kind < 98) {
        memmove(b->data + at, b->data + at + n, len - at - n);
        b->len -= n;
    } else
        b->len = at;
}

static void make_variant(struct variant *v, const struct buf *wasm,
                         struct choice *c)
{
    v->wasm = (struct buf){0};
    wc_buf_append(&v->wasm, wasm->data, wasm->len);
    for (uint32_t n = choice_range(c, 1, 3); n > 0 && v->number != 0; n--) {
        if (v->wasm.len > 8)
            damage(c, &v->wasm);
    }
    validate(v);
}

static uint32_t make_variants(struct variant *v, uint64_t seed)
{
    struct buf wasm = {0};
    struct choice c = choice_of_seed(seed);
    struct gen_options options = {.features = FEATURES,
                                  .size = 10 + (uint32_t)(seed % 50),
                                  .one_try = true};
    gen_module(&c, &options, &wasm);
    for (uint32_t n = 0; n < VARIANTS; n++) {
        v[n] = (struct variant){.seed = seed, .number = n};
        make_variant(&v[n], &wasm, &c);
    }
    wc_buf_free(&wasm);
    return VARIANTS;
}

/* --- Both ----------------------------------------------------------------- */

/* What a loop leaves is of the type that it says. V8 goes on with that of what
 * is on the stack at its end, which may be a better one. Has the module such a
 * loop, by the bytes that one begins with? */
static bool may_leave_better(const struct variant *v)
{
    for (size_t i = 0; i + 1 < v->wasm.len; i++) {
        uint8_t type = v->wasm.data[i + 1];
        if (v->wasm.data[i] == 0x03 && type >= 0x63 && type <= 0x73)
            return strstr(v->error.message, "type mismatch") != NULL;
    }
    return false;
}

static bool is_byte(unsigned wanted, unsigned byte)
{
    return wanted == ANY_BYTE || wanted == byte;
}

static bool is_known(const struct variant *v, const char *theirs, size_t len)
{
    for (size_t i = 0; v->valid && i < ARRAY_LEN(refused); i++) {
        const char *at = strstr(theirs, refused[i]);
        if (at != NULL && at < theirs + len)
            return true;
    }
    for (size_t i = 0; !v->valid && i < ARRAY_LEN(taken); i++) {
        if (strstr(v->error.message, taken[i].message) != NULL &&
            is_byte(taken[i].before, v->before) && is_byte(taken[i].at, v->at))
            return true;
    }
    return !v->valid && may_leave_better(v);
}

static void leave(const struct node_options *o, const struct variant *v,
                  const char *what)
{
    char name[40];
    snprintf(name, sizeof name, "%llu-%u", (unsigned long long)v->seed,
             v->number);
    if (o->file == NULL)
        node_found(o, what, name, &v->wasm);
}

static void compare(const struct node_options *o, const struct variant *v,
                    const char *theirs, struct totals *n)
{
    size_t len = strcspn(theirs, "\n");
    bool valid = strncmp(theirs, "valid", 5) == 0;
    n->variants++;
    n->valid += v->valid;
    if (v->valid == valid)
        return;
    if (is_known(v, theirs, len)) {
        n->known++;
        return;
    }
    n->differences++;
    printf("difference: seed %llu, number %u\n  ours: %s\n  V8: %.*s\n",
           (unsigned long long)v->seed, v->number, opinion(v), (int)len,
           theirs);
    leave(o, v, "damaged");
}

/* False: V8 did not come to the end of them. */
static bool ask_v8(const struct node_options *o, const struct variant *v,
                   uint32_t len, struct totals *n)
{
    struct buf batch = {0}, out = {0};
    for (uint32_t i = 0; i < len; i++) {
        wc_buf_le(&batch, v[i].wasm.len, 4);
        wc_buf_append(&batch, v[i].wasm.data, v[i].wasm.len);
    }
    int status = node_run(o, "validate", &batch, &out);
    const char *line = (const char *)out.data;
    uint32_t done = 0;
    for (; done < len && *line != 0; done++) {
        compare(o, &v[done], line, n);
        line += strcspn(line, "\n");
        line += *line != 0;
    }
    if (done < len) {
        printf("V8 ended at seed %llu, number %u: ",
               (unsigned long long)v[done].seed, v[done].number);
        node_print_status(status);
        leave(o, &v[done], "gone");
        n->differences++;
    }
    wc_buf_free(&batch);
    wc_buf_free(&out);
    return done == len;
}

static int test_seeds(const struct node_options *o)
{
    static struct variant v[BATCH * VARIANTS];
    struct totals n = {0};
    double begun = clock_now();
    bool ok = true;
    while (ok && node_goes_on(o, n.modules, n.differences, begun)) {
        uint32_t len = 0;
        while (len < BATCH * VARIANTS && n.modules < o->modules)
            len += make_variants(v + len, o->seed + n.modules++);
        ok = ask_v8(o, v, len, &n);
        while (len > 0)
            wc_buf_free(&v[--len].wasm);
        fflush(stdout);
    }
    printf("%llu variants of %llu modules from seed %llu, %llu of them valid: "
           "%llu different from V8, %llu by a known rule of its own, "
           "%.0f variants/s\n",
           (unsigned long long)n.variants, (unsigned long long)n.modules,
           (unsigned long long)o->seed, (unsigned long long)n.valid,
           (unsigned long long)n.differences, (unsigned long long)n.known,
           (double)n.variants / (clock_now() - begun));
    return n.differences != 0;
}

static int test_file(const struct node_options *o)
{
    struct variant v = {0};
    struct totals n = {0};
    if (!file_read(o->file, &v.wasm))
        return 2;
    validate(&v);
    (void)ask_v8(o, &v, 1, &n);
    printf("%s: %s; %s\n", o->file, opinion(&v),
           n.differences != 0 ? "different" : "no difference");
    wc_buf_free(&v.wasm);
    return n.differences != 0;
}

/* Has this V8 all that is compared? A memory of 64 bits is the youngest. */
static bool v8_is_new(const struct node_options *o)
{
    static const uint8_t wasm[] = {0, 'a', 's', 'm', 1, 0, 0, 0,
                                   5, 3, 1, 4, 1};
    struct buf batch = {0}, out = {0};
    wc_buf_le(&batch, sizeof wasm, 4);
    wc_buf_append(&batch, wasm, sizeof wasm);
    bool ok = node_run(o, "validate", &batch, &out) == 0 &&
              strncmp((char *)out.data, "valid", 5) == 0;
    wc_buf_free(&batch);
    wc_buf_free(&out);
    return ok;
}

static bool parse_options(int argc, char **argv, struct node_options *o)
{
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || !node_option(o, argv[i], argv[i + 1]))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct node_options o = node_defaults();
    if (!parse_options(argc, argv, &o)) {
        fprintf(stderr, "damaged: see the top of damaged.c\n");
        return 2;
    }
    if (!v8_is_new(&o)) {
        node_print_skip(&o);
        return NODE_SKIP;
    }
    return o.file != NULL ? test_file(&o) : test_seeds(&o);
}
