/* What embedding costs, through the standard API: loading, instances, calls in
 * both directions; and calls without boxed values, through our own. Times are
 * of the processor, so what else runs counts little. Prints one "NAME VALUE
 * UNIT" a line, medians.
 *
 *   embed EMBED.wasm       what calls and instances cost (bench/embed.wat)
 *   embed --large MODULE   what loading a large module costs
 *
 * --jit before these compiles to machine code.
 */
#include <wasmc.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES 9

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static wasmc_engine_kind_t kind = WASMC_ENGINE_INTERP;

static wasm_config_t *new_config(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmc_config_set_engine(config, kind);
    return config;
}

static wasm_engine_t *new_engine(void)
{
    return wasm_engine_new_with_config(new_config());
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *samples)
{
    qsort(samples, SAMPLES, sizeof *samples, by_value);
    return samples[SAMPLES / 2];
}

static void die(const char *what)
{
    fprintf(stderr, "embed: %s failed\n", what);
    exit(1);
}

static void read_file(const char *path, wasm_byte_vec_t *out)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0)
        die(path);
    long size = ftell(f);
    rewind(f);
    wasm_byte_vec_new_uninitialized(out, (size_t)size);
    if (fread(out->data, 1, (size_t)size, f) != (size_t)size)
        die(path);
    fclose(f);
}

static wasm_trap_t *host(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    results->data[0].kind = WASM_I32;
    results->data[0].of.i32 = args->data[0].of.i32 + 1;
    return NULL;
}

static wasm_trap_t *raw_host(wasmc_caller_t *caller, void *env, uint64_t *io)
{
    (void)caller;
    (void)env;
    io[0] = (uint32_t)(io[0] + 1);
    return NULL;
}

struct program {
    wasm_store_t *store;
    wasm_func_t *host;
    wasm_module_t *module;
};

static wasm_func_t *host_func(wasm_store_t *store, bool raw)
{
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_i32());
    wasm_func_t *func =
        raw ? wasmc_func_new_raw(store, type, raw_host, NULL, NULL)
            : wasm_func_new(store, type, host);
    wasm_functype_delete(type);
    return func;
}

static wasm_instance_t *instantiate(struct program *p)
{
    wasm_extern_t *imports[] = {wasm_func_as_extern(p->host)};
    wasm_extern_vec_t vec = WASM_ARRAY_VEC(imports);
    wasm_instance_t *i = wasm_instance_new(p->store, p->module, &vec, NULL);
    if (i == NULL)
        die("instantiation");
    return i;
}

/* Everything a process does to call one function of a small module. */
static double whole_start_us(const wasm_byte_vec_t *bytes)
{
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        double start = now_ns();
        wasm_engine_t *engine = new_engine();
        struct program p = {.store = wasm_store_new(engine)};
        p.host = host_func(p.store, false);
        p.module = wasm_module_new(p.store, bytes);
        wasm_instance_t *instance = instantiate(&p);
        wasm_extern_vec_t exports;
        wasm_instance_exports(instance, &exports);
        wasm_val_vec_t none = WASM_EMPTY_VEC;
        if (wasm_func_call(wasm_extern_as_func(exports.data[1]), &none, &none))
            die("nop");
        samples[i] = (now_ns() - start) / 1e3;
        wasm_extern_vec_delete(&exports);
        wasm_instance_delete(instance);
        wasm_module_delete(p.module);
        wasm_func_delete(p.host);
        wasm_store_delete(p.store);
        wasm_engine_delete(engine);
    }
    return median(samples);
}

/* A store with one instance of a module that is loaded already. */
static double instance_us(wasm_engine_t *engine, const wasm_module_t *module)
{
    enum { TIMES = 200 };
    double samples[SAMPLES];
    wasm_shared_module_t *shared = wasm_module_share(module);
    for (int i = 0; i < SAMPLES; i++) {
        double start = now_ns();
        for (int j = 0; j < TIMES; j++) {
            struct program p = {.store = wasm_store_new(engine)};
            p.host = host_func(p.store, false);
            p.module = wasm_module_obtain(p.store, shared);
            wasm_instance_delete(instantiate(&p));
            wasm_module_delete(p.module);
            wasm_func_delete(p.host);
            wasm_store_delete(p.store);
        }
        samples[i] = (now_ns() - start) / 1e3 / TIMES;
    }
    wasm_shared_module_delete(shared);
    return median(samples);
}

static double export_ns(wasm_func_t *add)
{
    enum { TIMES = 200000 };
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        wasm_val_t in[] = {WASM_I32_VAL(1), WASM_I32_VAL(2)};
        wasm_val_t out[] = {WASM_INIT_VAL};
        wasm_val_vec_t args = WASM_ARRAY_VEC(in), results = WASM_ARRAY_VEC(out);
        double start = now_ns();
        for (int j = 0; j < TIMES; j++)
            if (wasm_func_call(add, &args, &results) != NULL)
                die("add");
        samples[i] = (now_ns() - start) / TIMES;
    }
    return median(samples);
}

static double import_ns(wasm_func_t *calls)
{
    enum { TIMES = 1000000 };
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        wasm_val_t in[] = {WASM_I32_VAL(TIMES)};
        wasm_val_t out[] = {WASM_INIT_VAL};
        wasm_val_vec_t args = WASM_ARRAY_VEC(in), results = WASM_ARRAY_VEC(out);
        double start = now_ns();
        if (wasm_func_call(calls, &args, &results) != NULL ||
            out[0].of.i32 != TIMES)
            die("calls");
        samples[i] = (now_ns() - start) / TIMES;
    }
    return median(samples);
}

static double export_raw_ns(wasm_func_t *add)
{
    enum { TIMES = 200000 };
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        double start = now_ns();
        for (int j = 0; j < TIMES; j++) {
            uint64_t io[] = {1, 2};
            if (wasmc_func_call_raw(add, io) != NULL)
                die("add");
        }
        samples[i] = (now_ns() - start) / TIMES;
    }
    return median(samples);
}

/* The calls of an instance whose import is a raw function. */
static double import_raw_ns(const struct program *p)
{
    struct program raw = *p;
    raw.host = host_func(p->store, true);
    wasm_instance_t *instance = instantiate(&raw);
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    double ns = import_ns(wasm_extern_as_func(exports.data[3]));
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_func_delete(raw.host);
    return ns;
}

static double validate_ms(wasm_store_t *store, const wasm_byte_vec_t *bytes)
{
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        double start = now_ns();
        if (!wasm_module_validate(store, bytes))
            die("validation");
        samples[i] = (now_ns() - start) / 1e6;
    }
    return median(samples);
}

/* Loading with all functions compiled at once, or each at its first call; of
 * bytes that are copied, or that we keep. */
static double load_ms(const wasm_byte_vec_t *bytes, bool eager, bool copy,
                      size_t *code_bytes)
{
    wasm_config_t *config = new_config();
    wasmc_config_set_eager_compilation(config, eager);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *store = wasm_store_new(engine);
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        double start = now_ns();
        wasm_module_t *m = copy ? wasm_module_new(store, bytes)
                                : wasmc_module_new_nocopy(store, bytes, NULL);
        if (m == NULL)
            die("loading");
        samples[i] = (now_ns() - start) / 1e6;
        *code_bytes = wasmc_module_code_size(m);
        wasm_module_delete(m);
    }
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return median(samples);
}

/* What a large module costs before it runs. */
static int large_module(const char *path)
{
    wasm_byte_vec_t bytes;
    size_t code;
    read_file(path, &bytes);
    wasm_engine_t *engine = new_engine();
    wasm_store_t *store = wasm_store_new(engine);
    printf("validate %.2f ms\n", validate_ms(store, &bytes));
    printf("load %.2f ms\n", load_ms(&bytes, false, false, &code));
    printf("compile %.2f ms\n", load_ms(&bytes, true, false, &code));
    printf("copy+compile %.2f ms\n", load_ms(&bytes, true, true, &code));
    printf("code %zu bytes\n", code);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    wasm_byte_vec_delete(&bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--jit") == 0) {
        kind = WASMC_ENGINE_JIT;
        argc--, argv++;
    }
    if (argc == 3)
        return large_module(argv[2]);
    if (argc != 2)
        die("usage: embed [--jit] EMBED.wasm | --large MODULE:");
    wasm_byte_vec_t bytes;
    read_file(argv[1], &bytes);
    printf("start %.1f us\n", whole_start_us(&bytes));

    wasm_engine_t *engine = new_engine();
    struct program p = {.store = wasm_store_new(engine)};
    p.host = host_func(p.store, false);
    p.module = wasm_module_new(p.store, &bytes);
    wasm_instance_t *instance = instantiate(&p);
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    printf("instance %.2f us\n", instance_us(engine, p.module));
    printf("export-call %.1f ns\n",
           export_ns(wasm_extern_as_func(exports.data[2])));
    printf("import-call %.1f ns\n",
           import_ns(wasm_extern_as_func(exports.data[3])));
    printf("export-call-raw %.1f ns\n",
           export_raw_ns(wasm_extern_as_func(exports.data[2])));
    printf("import-call-raw %.1f ns\n", import_raw_ns(&p));
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_module_delete(p.module);
    wasm_func_delete(p.host);
    wasm_store_delete(p.store);
    wasm_engine_delete(engine);
    wasm_byte_vec_delete(&bytes);
    return 0;
}
