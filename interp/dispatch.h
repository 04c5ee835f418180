/* How the interpreter goes from one instruction to the next.
 *
 *   TAIL    each handler is a function that ends in a tail call to the next
 *           one; the machine's state travels in argument registers
 *   GOTO    one function, computed goto
 *   SWITCH  one function, a loop around a switch; plain C
 *
 * configure --enable-dispatch chooses; else the best the compiler can do.
 * Clang makes one jump of all computed gotos, so there GOTO is a switch without
 * its range check.
 * Tail calls need the musttail attribute, or GCC with optimisation on (the
 * build passes -foptimize-sibling-calls).
 *
 * Registers: ip, fp, run (see code.h), mem and memsz (memory 0), and an
 * accumulator for each kind of scalar: acc (i32 zero-extended, i64, addresses),
 * f32a, f64a. Their order is that of the calling convention. preserve_none on
 * x86-64 begins with r12 to r15, then rdi, rsi: r12 and r13 make longer
 * addresses, so what every handler reads comes behind them (3 % in the mean).
 * Otherwise the first arguments are rdi, rsi ..., and rcx, which shifts take
 * away, has what they do not use.
 */
#ifndef INTERP_DISPATCH_H
#define INTERP_DISPATCH_H

#include "base/base.h"

#if !defined(WC_DISPATCH_TAIL) && !defined(WC_DISPATCH_GOTO) && \
    !defined(WC_DISPATCH_SWITCH)
#if defined(__clang__)
#if __has_attribute(musttail) && (defined(__x86_64__) || defined(__aarch64__))
#define WC_DISPATCH_TAIL
#else
#define WC_DISPATCH_GOTO
#endif
#elif defined(__GNUC__) && defined(__OPTIMIZE__)
#define WC_DISPATCH_TAIL
#else
#define WC_DISPATCH_GOTO
#endif
#endif

/* clang 19 cannot give a preserve_none function the stack frame that the
 * address sanitizer wants. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define HANDLER_ABI
#endif
#endif

#ifdef __has_attribute
#if !defined(HANDLER_ABI) && __has_attribute(preserve_none) && \
    (defined(__x86_64__) || defined(__aarch64__))
#define HANDLER_ABI __attribute__((preserve_none))
#define HANDLER_HAS_ABI
#endif
#if __has_attribute(musttail)
#define MUSTTAIL __attribute__((musttail))
#endif
#endif
#ifndef HANDLER_ABI
#define HANDLER_ABI
#endif
#ifndef MUSTTAIL
#define MUSTTAIL
#endif

struct insn;
struct run;

#if defined(HANDLER_HAS_ABI)
#define REGISTERS                                          \
    struct run *run, uint64_t memsz, uint8_t *mem,         \
        const struct insn *ip, uint64_t *fp, uint64_t acc, \
        float f32a, double f64a
#define REGISTER_ARGS run, memsz, mem, ip, fp, acc, f32a, f64a
#else
#define REGISTERS                                                       \
    const struct insn *ip, uint64_t *fp, struct run *run, uint8_t *mem, \
        uint64_t memsz, uint64_t acc, float f32a, double f64a
#define REGISTER_ARGS ip, fp, run, mem, memsz, acc, f32a, f64a
#endif

#if defined(WC_DISPATCH_TAIL)
typedef void handler_fn(REGISTERS) HANDLER_ABI;
typedef handler_fn *handler_word;
#elif defined(WC_DISPATCH_GOTO)
typedef const void *handler_word;
#else
typedef uint64_t handler_word;
#endif

#endif
