/* Serialized modules: the binary alone, and with machine code; damaged, forged,
 * and such as do not fit. */
#include "support.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

Test(serialize, round_trip_and_damage)
{
    struct env env = env_new();
    wasm_module_t *module = load(env.store, ANSWERING);
    wasm_byte_vec_t bytes, again;
    wasm_module_serialize(module, &bytes);
    wasm_module_delete(module);
    cr_assert_gt(bytes.size, 8);
    module = wasm_module_deserialize(env.store, &bytes);
    cr_assert_not_null(module);
    expect_answer(env.store, module);
    wasm_module_serialize(module, &again);
    cr_assert_eq(again.size, bytes.size);
    cr_expect_arr_eq(again.data, bytes.data, bytes.size);
    wasm_byte_vec_delete(&again);
    wasm_module_delete(module);

    for (size_t i = 0; i < bytes.size * 8; i++) {
        bytes.data[i / 8] ^= (char)(1 << i % 8);
        cr_expect_null(wasm_module_deserialize(env.store, &bytes),
                       "bit %zu flipped", i);
        bytes.data[i / 8] ^= (char)(1 << i % 8);
    }
    for (size_t size = 0; size < bytes.size; size++) {
        wasm_byte_vec_t cut = {size, bytes.data};
        cr_expect_null(wasm_module_deserialize(env.store, &cut));
    }
    wasm_byte_vec_delete(&bytes);
    wasm_byte_vec_t binary = {8, (char[]){0, 'a', 's', 'm', 1, 0, 0, 0}};
    cr_expect_null(wasm_module_deserialize(env.store, &binary));
    env_delete(&env);
}

/* An engine of machine code; there is none on every host. */
static bool env_jit(struct env *env, bool trust,
                    wasmc_memory_strategy_t memory)
{
    wasm_config_t *config = wasm_config_new();
    if (!wasmc_config_set_engine(config, WASMC_ENGINE_JIT)) {
        wasm_config_delete(config);
        return false;
    }
    wasmc_config_set_trust_serialized_code(config, trust);
    wasmc_config_set_memory_strategy(config, memory);
    env->engine = wasm_engine_new_with_config(config);
    cr_assert_not_null(env->engine);
    env->store = wasm_store_new(env->engine);
    cr_assert_not_null(env->store);
    return true;
}

/* Calls, a trap with frames, a handler, constants behind the code. */
static const char varied[] =
    "(module (memory 1) (tag $t (param i32))\n"
    "  (type $unary (func (param i32) (result i32)))\n"
    "  (table funcref (elem $six))\n"
    "  (func $six (param i32) (result i32)\n"
    "    (i32.mul (local.get 0) (i32.const 6)))\n"
    "  (func $throws (param i32) (result i32)\n"
    "    (throw $t (call_indirect (type $unary) (local.get 0)\n"
    "      (i32.const 0))))\n"
    "  (func (export \"f\") (param i32) (result i32)\n"
    "    (block $h (result i32)\n"
    "      (try_table (result i32) (catch $t $h)\n"
    "        (call $throws (local.get 0)))))\n"
    "  (func (export \"load\") (param i32) (result i32)\n"
    "    (i32.load (local.get 0)))\n"
    "  (func (export \"round\") (param f64) (result f64)\n"
    "    (f64.add (local.get 0) (f64.const 1.25))))";

static void expect_load_traps(wasm_store_t *store, const wasm_module_t *module)
{
    wasm_instance_t *i = wasm_instance_new(store, module, NULL, NULL);
    cr_assert_not_null(i);
    wasm_func_t *f = export_func(i, "load");
    uint64_t io[1] = {0x7fffffff};
    wasm_trap_t *trap = wasmc_func_call_raw(f, io);
    cr_assert_not_null(trap);
    cr_expect_eq(wasmc_trap_code(trap), WASMC_TRAP_MEMORY_OUT_OF_BOUNDS);
    wasm_frame_t *frame = wasm_trap_origin(trap);
    cr_assert_not_null(frame);
    cr_expect_eq(wasm_frame_func_index(frame), 3);
    wasm_frame_delete(frame);
    wasm_trap_delete(trap);
    wasm_func_delete(f);
    wasm_instance_delete(i);
}

static wasm_byte_vec_t serialized(wasm_store_t *store, const char *text)
{
    wasm_module_t *module = load(store, text);
    wasm_byte_vec_t bytes;
    wasmc_error_t *err;
    cr_assert(wasmc_module_serialize(module, &bytes, &err));
    cr_assert_null(err);
    wasm_module_delete(module);
    return bytes;
}

/* The first bytes of the machine code's header, by its magic. */
static size_t code_at(const wasm_byte_vec_t *bytes)
{
    for (size_t i = 8; i + 4 <= bytes->size; i += 8)
        if (memcmp(bytes->data + i, "code", 4) == 0)
            return i;
    cr_assert_fail("no machine code");
    return 0;
}

/* As lib/base/checksum.c: a forger has it too. */
static uint64_t fold(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0xff51afd7ed558ccdu;
    return h ^ h >> 32;
}

static uint64_t checksum(const char *data, size_t len)
{
    uint64_t lanes[4] = {len, 1, 2, 3}, h = 0x9e3779b97f4a7c15u, words[4];
    size_t at = 0;
    for (; at + 32 <= len; at += 32) {
        memcpy(words, data + at, 32);
        for (int i = 0; i < 4; i++)
            lanes[i] = fold(lanes[i], words[i]);
    }
    memset(words, 0, sizeof words);
    memcpy(words, data + at, len - at);
    for (int i = 0; i < 4; i++)
        h = fold(h, fold(lanes[i], words[i]));
    return h;
}

static void sum_again(const wasm_byte_vec_t *bytes)
{
    uint64_t binary, sum;
    memcpy(&binary, bytes->data + 16, 8);
    size_t rest = 32 + (size_t)binary;
    sum = checksum(bytes->data + 16, 16) ^
          checksum(bytes->data + rest, bytes->size - rest);
    memcpy(bytes->data + 8, &sum, 8);
}

Test(serialize_code, round_trip)
{
    struct env env;
    if (!env_jit(&env, true, WASMC_MEMORY_GUARDED))
        return;
    wasm_byte_vec_t bytes = serialized(env.store, varied), again;
    wasmc_error_t *err;
    wasm_module_t *module = wasmc_module_deserialize(env.store, &bytes, &err);
    cr_assert_not_null(module, "%s", err ? wasmc_error_text(err) : "");
    cr_expect_gt(wasmc_module_code_size(module), 0, "nothing is compiled");
    size_t size = wasmc_module_code_size(module);
    expect_answer(env.store, module);
    expect_load_traps(env.store, module);
    cr_expect_eq(wasmc_module_code_size(module), size);
    wasm_module_serialize(module, &again);
    cr_assert_eq(again.size, bytes.size);
    cr_expect_arr_eq(again.data, bytes.data, bytes.size);
    wasm_byte_vec_delete(&again);
    wasm_module_delete(module);

    /* Bytes at an odd address; and from a file. */
    char *odd = malloc(bytes.size + 1);
    memcpy(odd + 1, bytes.data, bytes.size);
    wasm_byte_vec_t moved = {bytes.size, odd + 1};
    module = wasm_module_deserialize(env.store, &moved);
    free(odd);
    cr_assert_not_null(module);
    expect_answer(env.store, module);
    expect_load_traps(env.store, module);
    wasm_module_delete(module);
    char path[] = "/tmp/wasmc-test-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes.data, bytes.size), (ssize_t)bytes.size);
    close(fd);
    module = wasmc_module_deserialize_file(env.store, path, &err);
    cr_assert_not_null(module, "%s", err ? wasmc_error_text(err) : "");
    unlink(path);
    expect_answer(env.store, module);
    expect_load_traps(env.store, module);
    wasm_module_delete(module);
    cr_expect_null(wasmc_module_deserialize_file(env.store, path, &err));
    cr_expect_eq(wasmc_error_kind(err), WASMC_ERROR_IO);
    wasmc_error_delete(err);
    wasm_byte_vec_delete(&bytes);
    env_delete(&env);
}

/* Code that is mapped from a file is the child's as well. */
Test(serialize_code, mapped_and_forked)
{
    struct env env;
    char path[] = "/tmp/wasmc-test-XXXXXX";
    int status = -1;
    if (!env_jit(&env, true, WASMC_MEMORY_GUARDED))
        return;
    wasm_byte_vec_t bytes = serialized(env.store, ANSWERING);
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes.data, bytes.size), (ssize_t)bytes.size);
    close(fd);
    wasm_module_t *module = wasmc_module_deserialize_file(env.store, path,
                                                          NULL);
    unlink(path);
    cr_assert_not_null(module);
    wasm_instance_t *i = wasm_instance_new(env.store, module, NULL, NULL);
    wasm_func_t *f = export_func(i, "f");
    pid_t child = fork();
    if (child == 0) {
        uint64_t io[1] = {7};
        _exit(wasmc_func_call_raw(f, io) == NULL && io[0] == 42 ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
    cr_expect_eq(call_i32(f, 7), 42);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    wasm_module_delete(module);
    wasm_byte_vec_delete(&bytes);
    env_delete(&env);
}

Test(serialize_code, damage)
{
    struct env env;
    if (!env_jit(&env, true, WASMC_MEMORY_GUARDED))
        return;
    wasm_byte_vec_t bytes = serialized(env.store, varied);
    size_t code = code_at(&bytes);
    wasmc_error_t *err;
    for (size_t i = 0; i < code + 512; i++) {
        bytes.data[i] ^= 0x10;
        cr_expect_null(wasm_module_deserialize(env.store, &bytes),
                       "byte %zu", i);
        bytes.data[i] ^= 0x10;
    }
    for (size_t size = 0; size < bytes.size; size++) {
        wasm_byte_vec_t cut = {size, bytes.data};
        cr_expect_null(wasm_module_deserialize(env.store, &cut));
    }
    /* With the right checksum. Of the header of the code no byte may differ but
     * in the features of the CPU, of which it may use fewer; the tables behind
     * are refused or harmless, as the code is not run. */
    wasm_byte_vec_t good;
    wasm_byte_vec_copy(&good, &bytes);
    sum_again(&good);
    cr_expect_arr_eq(good.data, bytes.data, 16);
    for (size_t i = 0; i < 600; i++) {
        good.data[code + i] ^= 0x40;
        sum_again(&good);
        wasm_module_t *m = wasmc_module_deserialize(env.store, &good, &err);
        if (m == NULL) {
            cr_expect_str_neq(wasmc_error_message(err), "");
            wasmc_error_delete(err);
        }
        bool cpu = i >= 24 && i < 32;
        cr_expect(m == NULL || i >= 80 || cpu, "byte %zu of the header", i);
        wasm_module_delete(m);
        good.data[code + i] ^= 0x40;
    }
    /* Longer and shorter, down to the header. */
    for (size_t size = code + 1; size < bytes.size; size += 7) {
        wasm_byte_vec_t cut = {size, good.data};
        sum_again(&cut);
        cr_expect_null(wasm_module_deserialize(env.store, &cut));
    }
    wasm_byte_vec_delete(&good);
    wasm_byte_vec_delete(&bytes);
    env_delete(&env);
}

static void expect_refused(wasm_store_t *store, const wasm_byte_vec_t *bytes,
                           const char *why)
{
    wasmc_error_t *err;
    cr_expect_null(wasmc_module_deserialize(store, bytes, &err));
    cr_assert_not_null(err);
    cr_expect_eq(wasmc_error_kind(err), WASMC_ERROR_UNSUPPORTED);
    cr_expect_not_null(strstr(wasmc_error_message(err), why), "%s",
                       wasmc_error_message(err));
    wasmc_error_delete(err);
}

Test(serialize_code, that_does_not_fit)
{
    struct env env, checked, wary;
    if (!env_jit(&env, true, WASMC_MEMORY_GUARDED) ||
        !env_jit(&checked, true, WASMC_MEMORY_CHECKED) ||
        !env_jit(&wary, false, WASMC_MEMORY_GUARDED))
        return;
    wasm_byte_vec_t bytes = serialized(env.store, varied);
    wasm_byte_vec_t other = serialized(env.store, ANSWERING);
    size_t code = code_at(&bytes), other_code = code_at(&other);
    expect_refused(checked.store, &bytes, "other options");
    bytes.data[code + 31] ^= 0x40; /* a feature that no CPU has */
    sum_again(&bytes);
    expect_refused(env.store, &bytes, "features that this CPU");
    bytes.data[code + 31] ^= 0x40;
    bytes.data[code + 8] = '?';
    sum_again(&bytes);
    expect_refused(env.store, &bytes, "another machine");
    bytes.data[code + 8] = other.data[other_code + 8];
    bytes.data[code + 16] ^= 1;
    sum_again(&bytes);
    expect_refused(env.store, &bytes, "another build");
    bytes.data[code + 16] ^= 1;
    sum_again(&bytes);
    wasm_module_t *module = wasm_module_deserialize(env.store, &bytes);
    cr_assert_not_null(module);
    wasm_module_delete(module);

    /* The code of one module with another. */
    size_t mixed_size = code + other.size - other_code;
    wasm_byte_vec_t mixed;
    wasm_byte_vec_new_uninitialized(&mixed, mixed_size);
    memcpy(mixed.data, bytes.data, code);
    memcpy(mixed.data + code, other.data + other_code, mixed_size - code);
    sum_again(&mixed);
    expect_refused(env.store, &mixed, "another module");
    /* Who does not trust it does not look at it. */
    module = wasm_module_deserialize(wary.store, &mixed);
    cr_assert_not_null(module);
    cr_expect_eq(wasmc_module_code_size(module), 0);
    expect_answer(wary.store, module);
    wasm_module_delete(module);
    wasm_byte_vec_delete(&mixed);
    struct env interp = env_new();
    module = wasm_module_deserialize(interp.store, &bytes);
    cr_assert_not_null(module);
    expect_answer(interp.store, module);
    wasm_module_delete(module);
    wasm_byte_vec_delete(&bytes);
    wasm_byte_vec_delete(&other);
    env_delete(&interp);
    env_delete(&wary);
    env_delete(&checked);
    env_delete(&env);
}

/* --- Forged tables -------------------------------------------------------- */

/* As jit/serialize.c has it: sizes of the header, of a function, and of entries
 * of its tables, which lie one after the other, each of all functions. */
enum { HEAD_BYTES = 88, FUNC_BYTES = 44, FUNC_TABLES = 24 };
enum table { CALLS, ACCESSES, ARGS, REGIONS, HANDLERS, TABLES, FUNCS };
static const size_t entry_bytes[TABLES] = {8, 8, 8, 20, 20};

/* Word `word` of entry `entry` of a table, or of a function. */
static char *word_at(const wasm_byte_vec_t *bytes, enum table table,
                     size_t entry, size_t word)
{
    char *head = bytes->data + code_at(bytes), *at = head + HEAD_BYTES;
    uint32_t funcs, lens[TABLES];
    memcpy(&funcs, head + 48, 4);
    memcpy(lens, head + 60, sizeof lens);
    if (table == FUNCS)
        return at + FUNC_BYTES * entry + 4 * word;
    at += FUNC_BYTES * funcs;
    for (unsigned t = 0; t < table; t++)
        at += entry_bytes[t] * lens[t];
    cr_assert_lt(entry, lens[table], "table %d has %u entries", (int)table,
                 (unsigned)lens[table]);
    return at + entry_bytes[table] * entry + 4 * word;
}

/* Calls with arguments on the stack, tries in a try, clauses. */
static const char forgeable[] =
    "(module (import \"\" \"\" (func)) (memory 1)\n"
    "  (tag $t (param i32)) (tag $u (param i32))\n"
    "  (func $many (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)\n"
    "    (drop (i32.load (local.get 11))))\n"
    "  (func $f (param i32) (result i32)\n"
    "    (block $h (result i32)\n"
    "      (try_table (result i32) (catch $t $h) (catch $u $h)\n"
    "        (try_table (catch $t $h)\n"
    "          (call $many (local.get 0) (local.get 0) (local.get 0)\n"
    "            (local.get 0) (local.get 0) (local.get 0) (local.get 0)\n"
    "            (local.get 0) (local.get 0) (local.get 0) (local.get 0)\n"
    "            (local.get 0))\n"
    "          (call $many (local.get 0) (local.get 0) (local.get 0)\n"
    "            (local.get 0) (local.get 0) (local.get 0) (local.get 0)\n"
    "            (local.get 0) (local.get 0) (local.get 0) (local.get 0)\n"
    "            (local.get 0)))\n"
    "        (i32.const 0)))))";

/* Nothing that a walk over the stack or a landing follows leads astray. */
Test(serialize_code, forged_tables)
{
    enum { FUNC, START, LEN_ };
    enum { GREAT = 0x7ffffff0 };
    static const struct {
        enum table table;
        unsigned entry, word;
        uint32_t value;
    } rows[] = {
        {FUNCS, 0, FUNC, 0},     /* an import */
        {FUNCS, 0, FUNC, 1000},  /* no function */
        {FUNCS, 1, FUNC, 1},     /* twice */
        {FUNCS, 0, START, 0},    /* in the words in front */
        {FUNCS, 0, LEN_, 0},
        {FUNCS, 1, LEN_, GREAT},
        {FUNCS, 0, FUNC_TABLES / 4 + CALLS, GREAT},
        {FUNCS, 1, FUNC_TABLES / 4 + ARGS, 0}, /* some are left */
        {CALLS, 0, 0, GREAT},
        {CALLS, 0, 1, GREAT},
        {ACCESSES, 0, 0, GREAT},
        {ACCESSES, 0, 1, GREAT},
        {ARGS, 0, 0, GREAT},
        {ARGS, 1, 0, 0}, /* out of order */
        {REGIONS, 0, 0, GREAT},
        {REGIONS, 0, 1, GREAT},
        {REGIONS, 0, 2, 1}, /* its own parent */
        {REGIONS, 1, 3, 2},
        {REGIONS, 0, 4, 77},
        {REGIONS, 1, 0, 0}, /* out of order */
        {HANDLERS, 0, 0, 2},
        {HANDLERS, 0, 1, GREAT},
        {HANDLERS, 0, 2, 1 << 20},
        {HANDLERS, 0, 3, 3},
        {HANDLERS, 0, 4, 77},
        {HANDLERS, 0, 4, 1}, /* itself */
    };
    struct env env;
    if (!env_jit(&env, true, WASMC_MEMORY_GUARDED))
        return;
    wasm_byte_vec_t bytes = serialized(env.store, forgeable);
    for (size_t i = 0; i < LEN(rows); i++) {
        char *at = word_at(&bytes, rows[i].table, rows[i].entry,
                           rows[i].word), was[4];
        memcpy(was, at, 4);
        memcpy(at, &rows[i].value, 4);
        sum_again(&bytes);
        wasmc_error_t *err;
        wasm_module_t *m = wasmc_module_deserialize(env.store, &bytes, &err);
        cr_expect_null(m, "row %zu", i);
        cr_expect(err && strcmp(wasmc_error_message(err),
                                "saved machine code is damaged") == 0,
                  "row %zu", i);
        wasmc_error_delete(err);
        wasm_module_delete(m);
        memcpy(at, was, 4);
    }
    /* Where one function starts, another may not; nor between two words. */
    uint32_t start;
    char *second = word_at(&bytes, FUNCS, 1, START), was[4];
    memcpy(was, second, 4);
    memcpy(second, word_at(&bytes, FUNCS, 0, START), 4);
    sum_again(&bytes);
    cr_expect_null(wasm_module_deserialize(env.store, &bytes));
    memcpy(&start, was, 4);
    start++;
    memcpy(second, &start, 4);
    sum_again(&bytes);
    cr_expect_null(wasm_module_deserialize(env.store, &bytes));
    memcpy(second, was, 4);
    sum_again(&bytes);
    wasm_module_t *good = wasm_module_deserialize(env.store, &bytes);
    cr_assert_not_null(good);
    wasm_module_delete(good);
    wasm_byte_vec_delete(&bytes);
    env_delete(&env);
}
