/* Generated modules, run by us and by V8: both must see the same.
 *
 *   v8 [--modules N] [--seconds N] [--seed S] [--size N] [--out DIR]
 *   v8 --file MODULE.wasm [--verbose]     one module, from a file
 *   v8 --reduce MODULE.wasm               ... made smaller, as MODULE.wasm.min
 *
 * --node PATH is the program that has V8; else $NODE, or node; --script PATH is
 * v8.js. We run modules in our configurations by turns (configs.h). They have
 * no features that V8 lacks. A difference prints the seed and leaves
 * difference-SEED.wasm; the exit status is 1 then, and 77 without a V8 that
 * knows all we want to compare.
 */
#include "fuzz/clock.h"
#include "fuzz/compare.h"
#include "fuzz/configs.h"
#include "fuzz/file.h"
#include "fuzz/gen.h"
#include "fuzz/node.h"
#include "fuzz/reduce.h"
#include "fuzz/trial.h"
#include "text/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 100u

/* Relaxed instructions may have other results there. */
#define LEFT_OUT (NODE_LACKS | FEATURE_BIT(RELAXED_SIMD))

struct options {
    struct node_options node;
    uint32_t size;
    bool verbose, reduce;
};

struct totals {
    uint64_t modules, lines, traps, calls, left_out;
    uint64_t verdicts[VERDICTS];
};

struct item {
    struct trial trial;
    struct buf ours;
};

/* What V8 prints about these, as far as it gets. */
static int ask_v8(const struct options *o, const struct item *items,
                  uint32_t len, struct buf *out)
{
    struct buf batch = {0};
    for (uint32_t i = 0; i < len; i++)
        trial_write(&items[i].trial, &batch);
    int status =
        node_run(&o->node, o->verbose ? "verbose" : "run", &batch, out);
    wc_buf_free(&batch);
    return status;
}

/* --- Comparing ------------------------------------------------------------ */

static void count_lines(struct totals *n, const char *text)
{
    for (const char *s = text; *s != 0; s = compare_next_line(s)) {
        const char *trap = strstr(s, ": trap ");
        n->lines++;
        n->calls += compare_starts(s, "call");
        n->traps += trap != NULL && trap < s + compare_line_len(s);
    }
}

static void print_line(const char *who, const char *line)
{
    size_t len = compare_line_len(line);
    printf("  %s: %.*s\n", who, len != 0 ? (int)len : 12,
           len != 0 ? line : "nothing more");
}

static void found(const struct options *o, const struct item *item,
                  const char *what)
{
    node_found(&o->node, what, item->trial.name, &item->trial.main);
}

static enum verdict judge(const struct options *o, const struct item *item,
                          char *theirs, bool quiet)
{
    const char *at[2];
    enum verdict v = compare((const char *)item->ours.data, theirs, at);
    if (v == DIFFERENT && !quiet) {
        printf("difference: seed %s\n", item->trial.name);
        print_line("ours", at[0]);
        print_line("V8", at[1]);
        found(o, item, "difference");
    }
    return v;
}

/* The text of a module in what V8 printed, ended by a zero; NULL: none. */
static char *text_of(char *out, const char *name, char **rest)
{
    char line[40];
    int len = snprintf(line, sizeof line, "module %s\n", name);
    if (strncmp(out, line, (size_t)len) != 0)
        return NULL;
    char *text = out + len, *next = text;
    while (*next != 0 && !compare_starts(next, "module "))
        next = (char *)compare_next_line(next);
    *rest = next;
    return text;
}

/* Compares as many as V8 came to; returns how many. */
static uint32_t judge_all(const struct options *o, const struct item *items,
                          uint32_t len, struct buf *out, bool whole,
                          struct totals *n)
{
    char *rest = (char *)out->data;
    uint32_t i = 0;
    for (; i < len; i++) {
        char *next = NULL;
        char *text = text_of(rest, items[i].trial.name, &next);
        if (text == NULL || (*next == 0 && i + 1 != len) ||
            (*next == 0 && !whole))
            break;
        char begins = *next;
        *next = 0;
        n->verdicts[judge(o, &items[i], text, false)]++;
        *next = begins;
        count_lines(n, (const char *)items[i].ours.data);
        rest = next;
    }
    return i;
}

/* Where V8 comes to no end the next one begins behind that module. */
static void ask_all(const struct options *o, const struct item *items,
                    uint32_t len, struct totals *n)
{
    while (len != 0) {
        struct buf out = {0};
        int status = ask_v8(o, items, len, &out);
        uint32_t done = judge_all(o, items, len, &out, status == 0, n);
        wc_buf_free(&out);
        items += done;
        len -= done;
        if (len == 0)
            break;
        printf("V8 ended at seed %s: ", items->trial.name);
        node_print_status(status);
        found(o, items, "gone");
        n->verdicts[GONE]++;
        items++;
        len--;
    }
}

/* --- Modules -------------------------------------------------------------- */

/* Those for twins come last. */
static uint64_t plain_configs(void)
{
    uint64_t n = fuzz_configs_len;
    while (fuzz_configs[n - 1]->twin_ops != NULL)
        n--;
    return n;
}

static const struct run_config *config_for(uint64_t seed)
{
    return fuzz_configs[seed % plain_configs()];
}

static bool make_item(struct item *item, const struct options *o,
                      struct span wasm, uint64_t seed)
{
    struct error e = ERROR_INIT;
    char name[24];
    snprintf(name, sizeof name, "%llu", (unsigned long long)seed);
    item->ours = (struct buf){0};
    if (!trial_make(&item->trial, name, wasm, &e)) {
        printf("seed %s left out: %s\n", name, e.message);
        trial_free(&item->trial);
        return false;
    }
    trial_run(&item->trial, config_for(seed), o->verbose, &item->ours);
    wc_buf_byte(&item->ours, 0);
    return true;
}

static void free_item(struct item *item)
{
    trial_free(&item->trial);
    wc_buf_free(&item->ours);
}

static bool make_seed(struct item *item, const struct options *o,
                      uint64_t seed)
{
    struct buf wasm = {0};
    struct choice c = choice_of_seed(seed);
    struct gen_options options = {.features = ~(feature_set)LEFT_OUT,
                                  .size = o->size,
                                  .one_try = true};
    gen_module(&c, &options, &wasm);
    bool ok =
        make_item(item, o, (struct span){wasm.data, wasm.len}, seed);
    wc_buf_free(&wasm);
    return ok;
}

static uint64_t finds(const struct totals *n)
{
    return n->verdicts[DIFFERENT] + n->verdicts[GONE];
}

static void print_totals(const struct options *o, const struct totals *n,
                         double seconds)
{
    printf("%llu modules from seed %llu against V8: %llu different, "
           "%llu ended V8, %llu cut short, %llu left out; %llu calls, "
           "%llu trapped, %llu lines, %.0f modules/s\n",
           (unsigned long long)n->modules,
           (unsigned long long)o->node.seed,
           (unsigned long long)n->verdicts[DIFFERENT],
           (unsigned long long)n->verdicts[GONE],
           (unsigned long long)n->verdicts[CUT],
           (unsigned long long)n->left_out, (unsigned long long)n->calls,
           (unsigned long long)n->traps, (unsigned long long)n->lines,
           (double)n->modules / seconds);
}

static int test_seeds(const struct options *o)
{
    static struct item items[BATCH];
    struct totals n = {0};
    double from = clock_now();
    while (node_goes_on(&o->node, n.modules, finds(&n), from)) {
        uint32_t len = 0;
        while (len < BATCH && n.modules < o->node.modules) {
            if (make_seed(&items[len], o, o->node.seed + n.modules++))
                len++;
            else
                n.left_out++;
        }
        ask_all(o, items, len, &n);
        while (len > 0)
            free_item(&items[--len]);
        fflush(stdout);
    }
    print_totals(o, &n, clock_now() - from);
    return finds(&n) != 0;
}

static enum verdict try_module(const struct options *o, struct span wasm,
                               bool quiet)
{
    struct item item;
    enum verdict v = SKIPPED;
    for (uint64_t seed = 0; seed < plain_configs(); seed++) {
        struct buf out = {0};
        char *next;
        if (!make_item(&item, o, wasm, seed))
            return SKIPPED;
        int status = ask_v8(o, &item, 1, &out);
        char *text = text_of((char *)out.data, item.trial.name, &next);
        if (o->verbose)
            printf("ours:\n%s\nV8:\n%s\n", (char *)item.ours.data,
                   (char *)out.data);
        v = status != 0 || text == NULL ? GONE : judge(o, &item, text, quiet);
        wc_buf_free(&out);
        free_item(&item);
        if (v == DIFFERENT || v == GONE)
            break;
    }
    return v;
}

static bool still_differs(void *arg, struct span wasm)
{
    const struct options *o = arg;
    struct error e = ERROR_INIT;
    struct module *m = wc_engine_load(fuzz_configs[0]->engine, wasm.data,
                                      wasm.len, false, &e);
    wc_module_unref(m);
    return m != NULL && try_module(o, wasm, true) == DIFFERENT;
}

static int test_file(struct options *o)
{
    struct buf wasm = {0};
    char min[1024];
    if (!file_read(o->node.file, &wasm))
        return 2;
    enum verdict v = try_module(o, (struct span){wasm.data, wasm.len}, false);
    if (o->reduce && v == DIFFERENT) {
        reduce_module(&wasm, still_differs, o);
        snprintf(min, sizeof min, "%s.min", o->node.file);
        file_write(min, (struct span){wasm.data, wasm.len});
        v = try_module(o, (struct span){wasm.data, wasm.len}, false);
    }
    wc_buf_free(&wasm);
    static const char *const names[VERDICTS] = {
        "no difference", "cut short", "different", "left out", "ended V8"};
    printf("%s: %s\n", o->node.file, names[v]);
    return v == DIFFERENT || v == GONE;
}

/* Has this V8 all that is compared? If so, a module with the youngest of it is
 * loaded; whether V8 sees there what we do is a question like any other. */
static bool v8_is_new(const struct options *o)
{
    static const char text[] =
        "(module (type (array i8))\n"
        "(memory (export \"m0\") 1) (memory (export \"m1\") i64 1)\n"
        "(global (export \"g0\") (export \"fuel\") (mut i32)"
        " (i32.const 0))\n"
        "(func (export \"f0\") (result v128 exnref)\n"
        "  (v128.const i64x2 1 2)\n"
        "  (block $b (result exnref)"
        " (try_table (catch_all_ref $b) (nop)) (ref.null exn)))\n"
        "(func (export \"f1\") (return_call 2)) (func (export \"f2\")))\n";
    struct buf wasm = {0}, out = {0};
    struct item item;
    struct error e = ERROR_INIT;
    char *next;
    if (!wc_wat_parse(text, sizeof text - 1, &wasm, &e) ||
        !make_item(&item, o, (struct span){wasm.data, wasm.len}, 0))
        abort();
    int status = ask_v8(o, &item, 1, &out);
    const char *theirs = text_of((char *)out.data, "0", &next);
    bool ok = status == 0 && theirs != NULL &&
              compare_starts(theirs, "loaded\n");
    free_item(&item);
    wc_buf_free(&wasm);
    wc_buf_free(&out);
    return ok;
}

/* --- Options -------------------------------------------------------------- */

static bool parse_options(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--verbose") == 0) {
            o->verbose = true;
            continue;
        }
        if (++i == argc)
            return false;
        if (strcmp(argv[i - 1], "--size") == 0)
            o->size = (uint32_t)strtoul(value, NULL, 0);
        else if (strcmp(argv[i - 1], "--reduce") == 0)
            o->node.file = value, o->reduce = true;
        else if (!node_option(&o->node, argv[i - 1], value))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options o = {.node = node_defaults(), .size = 120};
    if (!parse_options(argc, argv, &o)) {
        fprintf(stderr, "v8: see the top of v8.c\n");
        return 2;
    }
    if (!fuzz_configs_start(NULL))
        return 2;
    int status = NODE_SKIP;
    if (!v8_is_new(&o))
        node_print_skip(&o.node);
    else
        status = o.node.file != NULL ? test_file(&o) : test_seeds(&o);
    fuzz_configs_stop();
    return status;
}
