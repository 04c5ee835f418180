/* The shared library comes and goes a thousand times, with traps in between:
 * nothing stays behind, and handlers are as they were. With someone's handler
 * on top of ours, it must stay where it is called.
 *
 * unload [LIBRARY [TIMES]] */
#include "host.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>

static const char text[] =
    "(module (memory 1) (func (export \"load\") (param i32) (result i32)\n"
    "  (i32.load (local.get 0))))";

/* What is called of it. */
struct api {
    __typeof__(wasm_config_new) *config_new;
    __typeof__(wasmc_config_set_engine) *set_engine;
    __typeof__(wasm_engine_new_with_config) *engine_new;
    __typeof__(wasm_engine_delete) *engine_delete;
    __typeof__(wasm_store_new) *store_new;
    __typeof__(wasm_store_delete) *store_delete;
    __typeof__(wasmc_module_new) *module_new;
    __typeof__(wasm_module_delete) *module_delete;
    __typeof__(wasm_instance_new) *instance_new;
    __typeof__(wasm_instance_delete) *instance_delete;
    __typeof__(wasmc_instance_export) *export;
    __typeof__(wasm_extern_as_func) *as_func;
    __typeof__(wasm_extern_delete) *extern_delete;
    __typeof__(wasmc_func_call_raw) *call;
    __typeof__(wasmc_trap_code) *code;
    __typeof__(wasm_trap_delete) *trap_delete;
};

static void *open_api(const char *path, struct api *a)
{
    void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!lib)
        fprintf(stderr, "%s\n", dlerror());
    MUST(lib);
#define FIND(member, name) MUST((*(void **)&a->member = dlsym(lib, #name)))
    FIND(config_new, wasm_config_new);
    FIND(set_engine, wasmc_config_set_engine);
    FIND(engine_new, wasm_engine_new_with_config);
    FIND(engine_delete, wasm_engine_delete);
    FIND(store_new, wasm_store_new);
    FIND(store_delete, wasm_store_delete);
    FIND(module_new, wasmc_module_new);
    FIND(module_delete, wasm_module_delete);
    FIND(instance_new, wasm_instance_new);
    FIND(instance_delete, wasm_instance_delete);
    FIND(export, wasmc_instance_export);
    FIND(as_func, wasm_extern_as_func);
    FIND(extern_delete, wasm_extern_delete);
    FIND(call, wasmc_func_call_raw);
    FIND(code, wasmc_trap_code);
    FIND(trap_delete, wasm_trap_delete);
    return lib;
}

static void call(const struct api *a, wasm_instance_t *i, uint32_t address,
                 bool traps)
{
    wasm_extern_t *item = a->export(i, "load");
    uint64_t io[1] = {address};
    wasm_trap_t *trap = a->call(a->as_func(item), io);
    MUST(!trap == !traps);
    if (trap) {
        MUST(a->code(trap) == WASMC_TRAP_MEMORY_OUT_OF_BOUNDS);
        a->trap_delete(trap);
    }
    a->extern_delete(item);
}

/* Between engine and its end, unless NULL: `meanwhile`. */
static void use(const struct api *a, wasmc_engine_kind_t kind,
                void (*meanwhile)(void))
{
    wasm_config_t *config = a->config_new();
    MUST(a->set_engine(config, kind));
    wasm_engine_t *engine = a->engine_new(config);
    wasm_store_t *store = a->store_new(engine);
    wasm_byte_vec_t bytes = {sizeof text - 1, (char *)(uintptr_t)text};
    wasm_module_t *module = a->module_new(store, &bytes, NULL);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_instance_t *i = a->instance_new(store, module, &none, NULL);
    MUST(i);
    if (meanwhile)
        meanwhile();
    for (int n = 0; n < 5; n++) {
        call(a, i, UINT32_MAX, true);
        call(a, i, 0, false);
    }
    a->instance_delete(i);
    a->module_delete(module);
    a->store_delete(store);
    a->engine_delete(engine);
}

static struct sigaction below;
static volatile sig_atomic_t seen;

static void on_top(int signal, siginfo_t *info, void *context)
{
    seen++;
    if (below.sa_flags & SA_SIGINFO)
        below.sa_sigaction(signal, info, context);
    else
        _exit(signal == SIGSEGV ? 0 : 1);
}

static void go_on_top(void)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_sigaction = on_top;
    a.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    MUST(sigaction(SIGSEGV, &a, &below) == 0);
}

/* In a child: our handler is still called after dlclose, and has to be there.
 * It finds a fault that is not ours and takes the default action. */
static void handler_on_top(const char *path)
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct api a;
        void *lib = open_api(path, &a);
        use(&a, WASMC_ENGINE_AUTO, go_on_top);
        MUST(seen == 5 || !(below.sa_flags & SA_SIGINFO));
        dlclose(lib);
        seen = 0;
        lib = open_api(path, &a);
        use(&a, WASMC_ENGINE_AUTO, NULL);
        MUST(seen == 5 || !(below.sa_flags & SA_SIGINFO));
        dlclose(lib);
        raise(SIGSEGV);
        _exit(1);
    }
    MUST(waitpid(pid, &status, 0) == pid);
    MUST((WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) ||
         (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[2]) : 1000;
    struct host_use before = {0, 0, 0}, after;
    double begin = host_now();
    const char *path = argc > 1 ? argv[1] : ".libs/libwasmc.so";
    if (HOST_SANITIZED || (argc < 2 && access(path, R_OK) != 0)) {
        printf("SKIP: no shared library here\n");
        return 77;
    }
    for (int n = 0; n < times; n++) {
        struct api a;
        struct sigaction now;
        void *lib = open_api(path, &a);
        use(&a, n % 2 ? WASMC_ENGINE_AUTO : WASMC_ENGINE_INTERP, NULL);
        MUST(dlclose(lib) == 0);
        MUST(sigaction(SIGSEGV, NULL, &now) == 0 &&
             now.sa_handler == SIG_DFL);
        if (n == times / 4)
            before = host_use();
    }
    after = host_use();
    printf("%d times in %.2f s; RSS %zu -> %zu KiB, mappings %zu -> %zu, "
           "files %zu -> %zu\n", times, host_now() - begin, before.rss >> 10,
           after.rss >> 10, before.maps, after.maps, before.files,
           after.files);
    MUST(after.rss <= before.rss + (256 << 10));
    MUST(after.maps <= before.maps && after.files == before.files);
    handler_on_top(path);
    return 0;
}
