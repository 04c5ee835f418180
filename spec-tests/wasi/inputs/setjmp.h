/* What wasi-libc lacks: setjmp and longjmp for clang's -wasm-enable-sjlj, which
 * makes exceptions of them. sjlj.c has the rest. */
#ifndef WASI_SETJMP_H
#define WASI_SETJMP_H

typedef struct {
    void *invocation; /* of the function that called setjmp */
    unsigned label;   /* which call there */
    struct {
        void *env;
        int value;
    } thrown;
} jmp_buf[1];

int setjmp(jmp_buf env) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf env, int value);

#endif
