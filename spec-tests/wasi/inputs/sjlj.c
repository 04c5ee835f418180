/* The run-time part of setjmp and longjmp as clang lowers them
 * (llvm/lib/Target/WebAssembly/WebAssemblyLowerEmscriptenEHSjLj.cpp says what
 * it expects): a longjmp throws the tag that clang defines for it with a pointer to the
 * environment and the value; catchers ask whether the environment is theirs. */
#include "setjmp.h"

enum { TAG_LONGJMP = 1 };

void __wasm_setjmp(jmp_buf env, unsigned label, void *invocation);
unsigned __wasm_setjmp_test(jmp_buf env, void *invocation);
_Noreturn void __wasm_longjmp(jmp_buf env, int value);

void __wasm_setjmp(jmp_buf env, unsigned label, void *invocation)
{
    env->invocation = invocation;
    env->label = label;
}

unsigned __wasm_setjmp_test(jmp_buf env, void *invocation)
{
    return env->invocation == invocation ? env->label : 0;
}

void __wasm_longjmp(jmp_buf env, int value)
{
    env->thrown.env = env;
    env->thrown.value = value ? value : 1;
    __builtin_wasm_throw(TAG_LONGJMP, &env->thrown);
}
