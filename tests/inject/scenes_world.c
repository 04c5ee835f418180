/* Exceptions, collected data, saved modules, programs of WASI. */
#include "inject.h"

#include <fcntl.h>
#include <unistd.h>

/* --- Exceptions ----------------------------------------------------------- */

/* An i31 in an exception in a trap. */
static bool host_exceptions(struct scene_env *env)
{
    wasm_functype_t *type =
        wasm_functype_new_1_0(wasm_valtype_new(WASMC_ANYREF));
    wasmc_tag_t *tag = type ? wasmc_tag_new(env->store, type) : NULL;
    wasm_val_t arg[1] = {WASM_REF_VAL(wasmc_i31_new(env->store, 5))};
    wasm_val_vec_t args = WASM_ARRAY_VEC(arg), back = WASM_EMPTY_VEC;
    wasm_ref_t *exception = tag ? wasmc_exception_new(tag, &args) : NULL;
    wasm_trap_t *trap =
        exception ? wasmc_trap_new_exception(exception) : NULL;
    MUST(!exception || trap);
    wasm_ref_t *caught = trap ? wasmc_trap_exception(trap) : NULL;
    int32_t value = 0;
    bool ok = arg[0].of.ref && caught &&
              wasmc_exception_args(caught, &back) && back.size == 1 &&
              wasmc_i31_get(back.data[0].of.ref, &value);
    MUST(!ok || value == 5);
    wasm_val_vec_delete(&back);
    wasm_ref_delete(caught);
    wasm_trap_delete(trap);
    wasm_ref_delete(exception);
    wasm_val_delete(&arg[0]);
    wasmc_tag_delete(tag);
    wasm_functype_delete(type);
    return ok;
}

static const char throwing[] =
    "(module (type $un (func (param i32) (result i32)))\n"
    "  (import \"\" \"pass\" (func $pass (type $un)))\n"
    "  (tag $t (export \"t\") (param i32 externref))\n"
    "  (func $throws (export \"throws\") (type $un)\n"
    "    (throw $t (local.get 0) (ref.null extern)))\n"
    "  (func (export \"catches\") (type $un)\n"
    "    (block $h (result i32 externref)\n"
    "      (try_table (catch $t $h)\n"
    "        (drop (call $pass (local.get 0)))) (unreachable))\n"
    "    (drop))\n"
    "  (func (export \"again\") (type $un)\n"
    "    (block $h (result exnref) (try_table (catch_all_ref $h)\n"
    "        (drop (call $throws (local.get 0)))) (unreachable))\n"
    "    (throw_ref)))";

/* Calls `throws`, and lets the exception pass. */
static wasm_trap_t *pass_on(wasmc_caller_t *caller, void *env, uint64_t *io)
{
    (void)env;
    wasm_extern_t *item = wasmc_caller_export(caller, "throws");
    if (!item) {
        wasm_message_t message = {3, (char *)(uintptr_t) "no"};
        return wasm_trap_new(wasmc_caller_store(caller), &message);
    }
    wasm_trap_t *trap = wasmc_func_call_raw(wasm_extern_as_func(item), io);
    wasm_extern_delete(item);
    return trap;
}

/* The exception `again` ends with. */
static bool uncaught(wasm_instance_t *i)
{
    wasm_func_t *func = scene_func(i, "again");
    wasm_val_vec_t args = WASM_EMPTY_VEC;
    uint64_t io[1] = {9};
    wasm_trap_t *trap = func ? wasmc_func_call_raw(func, io) : NULL;
    MUST(!func || trap);
    wasm_ref_t *exception = trap ? wasmc_trap_exception(trap) : NULL;
    wasmc_tag_t *tag = exception ? wasmc_exception_tag(exception) : NULL;
    bool ok = tag && wasmc_exception_args(exception, &args);
    MUST(!ok || (args.size == 2 && args.data[0].of.i32 == 9));
    wasm_val_vec_delete(&args);
    wasmc_tag_delete(tag);
    wasm_ref_delete(exception);
    if (trap)
        ok = scene_trap(trap, WASMC_TRAP_UNCAUGHT_EXCEPTION) && ok;
    wasm_func_delete(func);
    return ok;
}

/* Memory may run out in the callback, which then ends the guest. */
static bool caught_through_host(wasm_instance_t *i)
{
    wasm_func_t *func = scene_func(i, "catches");
    uint64_t io[1] = {8};
    wasm_trap_t *trap = func ? wasmc_func_call_raw(func, io) : NULL;
    bool ok = func && !trap;
    MUST(!ok || io[0] == 8);
    if (trap)
        scene_trap(trap, WASMC_TRAP_HOST);
    wasm_func_delete(func);
    return ok;
}

static bool guest_exceptions(struct scene_env *env)
{
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_i32());
    wasm_func_t *pass =
        type ? wasmc_func_new_raw(env->store, type, pass_on, NULL, NULL)
             : NULL;
    wasm_extern_t *imports[1] = {pass ? wasm_func_as_extern(pass) : NULL};
    wasm_instance_t *i = scene_instance(env, throwing, imports, 1);
    bool ok = i && caught_through_host(i) && uncaught(i);
    wasm_instance_delete(i);
    wasm_func_delete(pass);
    wasm_functype_delete(type);
    return ok;
}

/* --- Collected data ------------------------------------------------------- */

static const char collecting[] =
    "(module (rec (type $list (struct (field (mut (ref null $list)))\n"
    "                                 (field i64))))\n"
    "  (type $array (array (mut i32)))\n"
    "  (global $g (mut (ref null $list)) (ref.null $list))\n"
    "  (data $bytes \"0123456789abcdef\")\n"
    "  (func (export \"list\") (param i32) (result i32) (local i32)\n"
    "    (loop $l\n"
    "      (global.set $g (struct.new $list (global.get $g)\n"
    "        (i64.const 7)))\n"
    "      (drop (array.new_default $array (i32.const 1000)))\n"
    "      (local.set 1 (i32.add (local.get 1) (i32.const 1)))\n"
    "      (br_if $l (i32.lt_u (local.get 1) (local.get 0))))\n"
    "    (global.set $g (ref.null $list)) (local.get 1))\n"
    "  (func (export \"array\") (param i32) (result i32)\n"
    "    (array.len (array.new $array (i32.const 9) (local.get 0))))\n"
    "  (func (export \"data\") (param i32) (result i32)\n"
    "    (array.get $array (array.new_data $array $bytes (i32.const 0)\n"
    "      (i32.const 4)) (local.get 0)))\n"
    "  (func (export \"give\") (result (ref any))\n"
    "    (array.new_fixed $array 2 (i32.const 1) (i32.const 2)))\n"
    "  (func (export \"wrap\") (param externref) (result externref)\n"
    "    (extern.convert_any (any.convert_extern (local.get 0)))))";

static bool given(struct scene_env *env, wasm_instance_t *i)
{
    wasm_func_t *func = scene_func(i, "give");
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    wasm_val_t out[1] = {WASM_INIT_VAL};
    wasm_val_vec_t results = WASM_ARRAY_VEC(out);
    bool ok = func && scene_no_trap(wasm_func_call(func, &none, &results));
    if (ok) {
        MUST(out[0].of.ref);
        wasm_ref_t *copy = wasm_ref_copy(out[0].of.ref);
        ok = copy != NULL;
        MUST(!ok || wasm_ref_same(copy, out[0].of.ref));
        MUST(wasmc_ref_kind(out[0].of.ref) == WASMC_REF_ARRAY);
        wasmc_gc_collect(env->store);
        wasm_ref_delete(copy);
        wasm_val_delete(&out[0]);
    }
    wasm_func_delete(func);
    return ok;
}

/* A host's reference goes in and comes back. */
static bool wrapped(struct scene_env *env, wasm_instance_t *i)
{
    wasm_func_t *func = scene_func(i, "wrap");
    wasm_foreign_t *foreign = wasm_foreign_new(env->store);
    wasm_ref_t *ref = foreign ? wasm_foreign_as_ref(foreign) : NULL;
    wasm_val_t arg[1] = {WASM_REF_VAL(ref)}, out[1] = {WASM_INIT_VAL};
    wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(out);
    bool ok = func && ref &&
              scene_no_trap(wasm_func_call(func, &args, &results));
    if (ok) {
        MUST(out[0].of.ref && wasm_ref_same(out[0].of.ref, ref));
        wasm_val_delete(&out[0]);
    }
    wasm_foreign_delete(foreign);
    wasm_func_delete(func);
    return ok;
}

static bool collected(struct scene_env *env)
{
    wasm_instance_t *i = scene_instance(env, collecting, NULL, 0);
    bool ok = i && scene_call_i32(i, "list", 3000, 3000) &&
              scene_call_i32(i, "array", 100000, 100000) &&
              scene_call_i32(i, "data", 2, 0x62613938) && given(env, i) &&
              wrapped(env, i);
    wasmc_gc_collect(env->store);
    wasm_instance_delete(i);
    return ok;
}

/* --- Saved modules -------------------------------------------------------- */

static const char saved[] =
    "(module (memory 1) (type $t (func (param i32) (result i32)))\n"
    "  (func $six (type $t) (i32.mul (local.get 0) (i32.const 6)))\n"
    "  (func (export \"f\") (type $t) (call $six (local.get 0)))\n"
    "  (func (export \"load\") (type $t) (i32.load (local.get 0))))";

static bool use_saved(struct scene_env *env, wasm_module_t *module)
{
    wasm_instance_t *i =
        module ? scene_instantiate(env, module, NULL, 0) : NULL;
    bool ok = i && scene_call_i32(i, "f", 7, 42) &&
              scene_call_trap(i, "load", 0x7fffffff,
                              WASMC_TRAP_MEMORY_OUT_OF_BOUNDS);
    wasm_instance_delete(i);
    wasm_module_delete(module);
    return ok;
}

static bool from_bytes(struct scene_env *env, const wasm_byte_vec_t *bytes)
{
    wasmc_error_t *err;
    wasm_module_t *module =
        wasmc_module_deserialize(env->store, bytes, &err);
    MUST(!module != !err);
    scene_error(err);
    return use_saved(env, module);
}

static bool from_file(struct scene_env *env, const wasm_byte_vec_t *bytes)
{
    char path[64];
    snprintf(path, sizeof path, "%s/module", env->dir);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 && scene_few_files)
        return false;
    MUST(fd >= 0 &&
         write(fd, bytes->data, bytes->size) == (ssize_t)bytes->size);
    close(fd);
    wasmc_error_t *err;
    wasm_module_t *module =
        wasmc_module_deserialize_file(env->store, path, &err);
    MUST(!module != !err);
    if (err && wasmc_error_kind(err) == WASMC_ERROR_IO)
        wasmc_error_delete(err);
    else
        scene_error(err);
    unlink(path);
    return use_saved(env, module);
}

static bool saving(struct scene_env *env)
{
    wasm_module_t *module = scene_load(env, saved);
    wasm_byte_vec_t bytes = {0, NULL};
    wasmc_error_t *err = NULL;
    bool ok = module && wasmc_module_serialize(module, &bytes, &err);
    scene_error(err);
    ok = ok && from_bytes(env, &bytes) && from_file(env, &bytes);
    wasm_byte_vec_delete(&bytes);
    wasm_module_delete(module);
    return ok;
}

/* --- WASI ----------------------------------------------------------------- */

/* Descriptors 3 and 4 are directories: for each a file is made, written, looked
 * at, read back and removed, a directory listed. `run` counts what failed. */
static const char program[] =
    "(module\n"
    "  (type $i5 (func (param i32 i32 i32 i32 i32) (result i32)))\n"
    "  (type $i4 (func (param i32 i32 i32 i32) (result i32)))\n"
    "  (type $i3 (func (param i32 i32 i32) (result i32)))\n"
    "  (type $i2 (func (param i32 i32) (result i32)))\n"
    "  (type $i1 (func (param i32) (result i32)))\n"
    "  (import \"wasi_snapshot_preview1\" \"path_open\" (func $open (param\n"
    "    i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))\n"
    "  (import \"wasi_snapshot_preview1\" \"fd_write\"\n"
    "    (func $write (type $i4)))\n"
    "  (import \"wasi_snapshot_preview1\" \"fd_read\"\n"
    "    (func $read (type $i4)))\n"
    "  (import \"wasi_snapshot_preview1\" \"fd_seek\"\n"
    "    (func $seek (param i32 i64 i32 i32) (result i32)))\n"
    "  (import \"wasi_snapshot_preview1\" \"fd_readdir\"\n"
    "    (func $readdir (param i32 i32 i32 i64 i32) (result i32)))\n"
    "  (import \"wasi_snapshot_preview1\" \"fd_close\"\n"
    "    (func $close (type $i1)))\n"
    "  (import \"wasi_snapshot_preview1\" \"path_create_directory\"\n"
    "    (func $mkdir (type $i3)))\n"
    "  (import \"wasi_snapshot_preview1\" \"path_remove_directory\"\n"
    "    (func $rmdir (type $i3)))\n"
    "  (import \"wasi_snapshot_preview1\" \"path_filestat_get\"\n"
    "    (func $stat (type $i5)))\n"
    "  (import \"wasi_snapshot_preview1\" \"path_symlink\"\n"
    "    (func $symlink (type $i5)))\n"
    "  (import \"wasi_snapshot_preview1\" \"path_unlink_file\"\n"
    "    (func $unlink (type $i3)))\n"
    "  (import \"wasi_snapshot_preview1\" \"args_get\"\n"
    "    (func $args (type $i2)))\n"
    "  (import \"wasi_snapshot_preview1\" \"environ_get\"\n"
    "    (func $environ (type $i2)))\n"
    "  (import \"wasi_snapshot_preview1\" \"random_get\"\n"
    "    (func $random (type $i2)))\n"
    "  (import \"wasi_snapshot_preview1\" \"poll_oneoff\"\n"
    "    (func $poll (type $i4)))\n"
    "  (import \"wasi_snapshot_preview1\" \"proc_exit\"\n"
    "    (func $exit (param i32)))\n"
    "  (memory (export \"memory\") 1)\n"
    "  (data (i32.const 0) \"out\") (data (i32.const 16) \"link\")\n"
    "  (data (i32.const 32) \"hello, world\\0a\") \n"
    "  (data (i32.const 48) \"sub\")\n"
    "  (data (i32.const 64) \"\\20\\00\\00\\00\\0d\\00\\00\\00\") ;; an iovec\n"
    "  (data (i32.const 72) \"\\00\\02\\00\\00\\20\\00\\00\\00\")\n"
    "  (data (i32.const 1032) \"\\00\\00\\00\\00\\01\") ;; a clock\n"
    "  (global $failed (mut i32) (i32.const 0))\n"
    "  (func $check (param i32) (if (local.get 0) (then\n"
    "    (global.set $failed (i32.add (global.get $failed)\n"
    "      (i32.const 1))))))\n"
    "  (func $use (param $dir i32) (local $fd i32)\n"
    "    (i32.store (i32.const 80) (i32.const -1))\n"
    "    (call $check (call $open (local.get $dir) (i32.const 0)\n"
    "      (i32.const 0) (i32.const 3) (i32.const 9) (i64.const -1)\n"
    "      (i64.const -1) (i32.const 0) (i32.const 80)))\n"
    "    (local.set $fd (i32.load (i32.const 80)))\n"
    "    (call $check (call $write (local.get $fd) (i32.const 64)\n"
    "      (i32.const 1) (i32.const 84)))\n"
    "    (call $check (call $seek (local.get $fd) (i64.const 0)\n"
    "      (i32.const 0) (i32.const 88)))\n"
    "    (call $check (call $read (local.get $fd) (i32.const 72)\n"
    "      (i32.const 1) (i32.const 84)))\n"
    "    (call $check (call $close (local.get $fd)))\n"
    "    (call $check (call $mkdir (local.get $dir) (i32.const 48)\n"
    "      (i32.const 3)))\n"
    "    (call $check (call $symlink (i32.const 0) (i32.const 3)\n"
    "      (local.get $dir) (i32.const 16) (i32.const 4)))\n"
    "    (call $check (call $stat (local.get $dir) (i32.const 1)\n"
    "      (i32.const 16) (i32.const 4) (i32.const 128)))\n"
    "    (call $check (call $readdir (local.get $dir) (i32.const 4096)\n"
    "      (i32.const 1000) (i64.const 0) (i32.const 84)))\n"
    "    (call $check (call $unlink (local.get $dir) (i32.const 16)\n"
    "      (i32.const 4)))\n"
    "    (call $check (call $rmdir (local.get $dir) (i32.const 48)\n"
    "      (i32.const 3)))\n"
    "    (call $check (call $unlink (local.get $dir) (i32.const 0)\n"
    "      (i32.const 3))))\n"
    "  (func (export \"run\") (result i32)\n"
    "    (call $check (call $args (i32.const 2048) (i32.const 2100)))\n"
    "    (call $check (call $environ (i32.const 2200) (i32.const 2300)))\n"
    "    (call $check (call $random (i32.const 2400) (i32.const 100)))\n"
    "    (call $check (call $poll (i32.const 1024) (i32.const 3000)\n"
    "      (i32.const 1) (i32.const 84)))\n"
    "    (call $check (call $write (i32.const 1) (i32.const 64)\n"
    "      (i32.const 1) (i32.const 84)))\n"
    "    (call $use (i32.const 3)) (call $use (i32.const 4))\n"
    "    (global.get $failed))\n"
    "  (func (export \"quit\") (call $exit (i32.const 3))))";

static wasi_config_t *configure(struct scene_env *env, wasi_memdir_t *memory,
                                wasi_buffer_t *out)
{
    wasi_config_t *c = wasi_config_new();
    if (c && wasi_config_add_arg(c, "program") &&
        wasi_config_add_arg(c, "argument") &&
        wasi_config_set_env(c, "NAME", "value") &&
        wasi_config_set_env(c, "NAME", "another value") &&
        wasi_config_stdin_bytes(c, "input", 5) &&
        wasi_config_stdio_buffer(c, WASI_STDOUT, out) &&
        wasi_config_add_memdir(c, memory, "/memory", WASI_DIR_READ_WRITE) &&
        wasi_config_add_dir(c, env->dir, "/host", WASI_DIR_READ_WRITE))
        return c;
    wasi_config_delete(c);
    return NULL;
}

/* Ended by proc_exit. */
static bool quit(wasm_instance_t *i)
{
    wasm_func_t *func = scene_func(i, "quit");
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap = func ? wasm_func_call(func, &none, &none) : NULL;
    uint32_t status = 0;
    bool ok = trap && wasmc_trap_exit_status(trap, &status);
    MUST(!ok || status == 3);
    MUST(!trap || ok || wasmc_trap_code(trap) == WASMC_TRAP_OUT_OF_MEMORY);
    wasm_trap_delete(trap);
    wasm_func_delete(func);
    return ok;
}

static bool run_program(wasm_instance_t *i)
{
    wasm_func_t *func = scene_func(i, "run");
    uint64_t io[1] = {0};
    bool ok = func && scene_no_trap(wasmc_func_call_raw(func, io));
    wasm_func_delete(func);
    return ok && io[0] == 0;
}

/* What a failed run could not remove. */
static void clean(struct scene_env *env, wasi_memdir_t *memory)
{
    static const char *const names[] = {"link", "sub", "out"};
    char path[64];
    for (size_t n = 0; n < 3; n++) {
        if (memory)
            wasi_memdir_remove(memory, names[n]);
        snprintf(path, sizeof path, "%s/%s", env->dir, names[n]);
        remove(path);
    }
}

static bool with_config(struct scene_env *env, const wasi_config_t *config)
{
    wasmc_linker_t *l = wasmc_linker_new(env->store);
    wasm_module_t *module = l ? scene_load(env, program) : NULL;
    wasmc_error_t *err = NULL;
    wasm_trap_t *trap = NULL;
    bool ok = module && wasmc_linker_define_wasi(l, config, &err);
    MUST(!module || ok == !err);
    scene_error(err);
    wasm_instance_t *i =
        ok ? wasmc_linker_instantiate(l, module, &trap, &err) : NULL;
    MUST(!ok || !!i + !!err + !!trap == 1);
    if (ok)
        scene_error(err);
    scene_no_trap(trap);
    ok = i && run_program(i) && quit(i);
    wasm_instance_delete(i);
    wasm_module_delete(module);
    wasmc_linker_delete(l);
    return ok;
}

static bool wasi(struct scene_env *env)
{
    wasi_memdir_t *memory = wasi_memdir_new(1 << 20);
    wasi_buffer_t *out = wasi_buffer_new(1 << 16);
    wasi_config_t *config = NULL;
    bool ok = memory && out &&
              wasi_memdir_write(memory, "some/file", "content", 7) &&
              (config = configure(env, memory, out)) != NULL &&
              with_config(env, config);
    if (ok) {
        size_t size;
        const char *data = wasi_buffer_data(out, &size);
        MUST(size == 13 && !memcmp(data, "hello, world\n", 13));
    }
    clean(env, memory);
    wasi_config_delete(config);
    wasi_buffer_delete(out);
    wasi_memdir_delete(memory);
    return ok;
}

/* A program that starts three threads and waits for them. */
static const char threaded[] =
    "(module (memory (import \"env\" \"memory\") 1 1 shared)\n"
    "  (import \"wasi\" \"thread-spawn\"\n"
    "    (func $spawn (param i32) (result i32)))\n"
    "  (func (export \"wasi_thread_start\") (param i32 i32)\n"
    "    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))\n"
    "    (drop (memory.atomic.notify (i32.const 0) (i32.const 9))))\n"
    "  (func (export \"run\") (result i32) (local $i i32) (local $ok i32)\n"
    "    (loop $more\n"
    "      (if (i32.ge_s (call $spawn (i32.const 0)) (i32.const 0))\n"
    "        (then (local.set $ok (i32.add (local.get $ok)\n"
    "          (i32.const 1)))))\n"
    "      (local.set $i (i32.add (local.get $i) (i32.const 1)))\n"
    "      (br_if $more (i32.lt_u (local.get $i) (i32.const 3))))\n"
    "    (i32.sub (i32.const 3) (local.get $ok))))";

static bool wasi_threads(struct scene_env *env)
{
    wasi_config_t *config = wasi_config_new();
    wasmc_linker_t *l = config ? wasmc_linker_new(env->store) : NULL;
    wasm_module_t *module = l ? scene_load(env, threaded) : NULL;
    wasmc_error_t *err = NULL;
    wasm_trap_t *trap = NULL;
    bool ok = module && wasmc_linker_define_wasi(l, config, &err) &&
              wasmc_linker_define_wasi_threads(l, module, &err);
    scene_error(err);
    wasm_instance_t *i =
        ok ? wasmc_linker_instantiate(l, module, &trap, &err) : NULL;
    if (ok) {
        MUST(!!i + !!err + !!trap == 1);
        scene_error(err);
    }
    scene_no_trap(trap);
    wasm_func_t *func = scene_func(i, "run");
    uint64_t io[1] = {0};
    /* A thread that could not go on has ended the program. */
    trap = func ? wasmc_func_call_raw(func, io) : NULL;
    ok = func && !trap && io[0] == 0;
    if (trap)
        scene_trap(trap, WASMC_TRAP_INTERRUPTED);
    if (l) {
        trap = wasmc_linker_end_wasi_threads(l);
        ok = ok && !trap;
        if (trap)
            scene_trap(trap, WASMC_TRAP_HOST);
    }
    wasm_func_delete(func);
    wasm_instance_delete(i);
    wasm_module_delete(module);
    wasmc_linker_delete(l);
    wasi_config_delete(config);
    return ok;
}

const struct scene scenes_world[] = {
    {"host exceptions", host_exceptions},
    {"guest exceptions", guest_exceptions},
    {"collected", collected},
    {"saving", saving},
    {"wasi", wasi},
    {"wasi threads", wasi_threads},
    {NULL, NULL},
};
