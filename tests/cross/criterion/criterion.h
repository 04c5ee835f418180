/* As much of Criterion as our tests use, for cross builds: there is no
 * Criterion for their host here, and an emulator runs them.
 *
 * Each test runs in a child. cr_expect* notes a failure and goes on, cr_assert*
 * ends the test. Messages are optional formats. Timeouts are not looked at, as
 * an emulator may take any time.
 */
#ifndef CROSS_CRITERION_H
#define CROSS_CRITERION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cross_options {
    bool none; /* so that there is something to initialize */
    void (*init)(void);
    double timeout;
};

struct cross_test {
    const char *suite, *name;
    void (*run)(void);
    struct cross_options options;
    struct cross_test *next;
};

/* Options of a suite are those of a test without a name or function. */
void wc_cross_add(struct cross_test *t);

#define CROSS_ADD(id, suite, name, run, ...)                           \
    static struct cross_test id = {                                    \
        suite, name, run, {.none = true, ##__VA_ARGS__}, NULL};        \
    __attribute__((constructor)) static void id##_add(void)            \
    {                                                                  \
        wc_cross_add(&id);                                             \
    }

#define Test(suite, name, ...)                                         \
    static void suite##_##name##_run(void);                            \
    CROSS_ADD(suite##_##name##_test, #suite, #name,                    \
              suite##_##name##_run, ##__VA_ARGS__)                     \
    static void suite##_##name##_run(void)

#define TestSuite(suite, ...)                                          \
    CROSS_ADD(suite##_suite, #suite, NULL, NULL, ##__VA_ARGS__)        \
    extern struct cross_test *suite##_is_a_suite

struct cross_place {
    const char *file;
    int line;
    bool fatal;
    const char *what;
};

/* Notes that the expression was false. */
void wc_cross_failed(struct cross_place at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void wc_cross_skip(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#define CROSS_CHECK(end, text, ok, ...)                                \
    do {                                                               \
        if (!(ok))                                                     \
            wc_cross_failed((struct cross_place){__FILE__, __LINE__,   \
                                                 end, text},           \
                            " " __VA_ARGS__);                          \
    } while (0)

#define CROSS_OP(end, a, op, b, ...)                                   \
    CROSS_CHECK(end, #a " " #op " " #b, (a)op(b), ##__VA_ARGS__)
#define CROSS_STR(end, a, op, b, ...)                                  \
    CROSS_CHECK(end, #a " " #op " " #b, strcmp(a, b) op 0, ##__VA_ARGS__)
#define CROSS_ARR(end, a, b, n, ...)                                   \
    CROSS_CHECK(end, #a " == " #b, memcmp(a, b, n) == 0, ##__VA_ARGS__)
#define CROSS_IS(end, a, ...) CROSS_CHECK(end, #a, (a), ##__VA_ARGS__)
#define CROSS_NOT(end, a, ...)                                         \
    CROSS_CHECK(end, "!(" #a ")", !(a), ##__VA_ARGS__)

#define cr_assert(...) CROSS_IS(true, __VA_ARGS__)
#define cr_expect(...) CROSS_IS(false, __VA_ARGS__)
#define cr_assert_not(...) CROSS_NOT(true, __VA_ARGS__)
#define cr_expect_not(...) CROSS_NOT(false, __VA_ARGS__)
#define cr_assert_null(a, ...) CROSS_OP(true, a, ==, NULL, ##__VA_ARGS__)
#define cr_expect_null(a, ...) CROSS_OP(false, a, ==, NULL, ##__VA_ARGS__)
#define cr_assert_not_null(a, ...) CROSS_OP(true, a, !=, NULL, ##__VA_ARGS__)
#define cr_expect_not_null(a, ...) CROSS_OP(false, a, !=, NULL, ##__VA_ARGS__)
#define cr_assert_eq(a, b, ...) CROSS_OP(true, a, ==, b, ##__VA_ARGS__)
#define cr_expect_eq(a, b, ...) CROSS_OP(false, a, ==, b, ##__VA_ARGS__)
#define cr_assert_neq(a, b, ...) CROSS_OP(true, a, !=, b, ##__VA_ARGS__)
#define cr_expect_neq(a, b, ...) CROSS_OP(false, a, !=, b, ##__VA_ARGS__)
#define cr_assert_lt(a, b, ...) CROSS_OP(true, a, <, b, ##__VA_ARGS__)
#define cr_expect_lt(a, b, ...) CROSS_OP(false, a, <, b, ##__VA_ARGS__)
#define cr_assert_leq(a, b, ...) CROSS_OP(true, a, <=, b, ##__VA_ARGS__)
#define cr_expect_leq(a, b, ...) CROSS_OP(false, a, <=, b, ##__VA_ARGS__)
#define cr_assert_gt(a, b, ...) CROSS_OP(true, a, >, b, ##__VA_ARGS__)
#define cr_expect_gt(a, b, ...) CROSS_OP(false, a, >, b, ##__VA_ARGS__)
#define cr_assert_geq(a, b, ...) CROSS_OP(true, a, >=, b, ##__VA_ARGS__)
#define cr_expect_geq(a, b, ...) CROSS_OP(false, a, >=, b, ##__VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) CROSS_STR(true, a, ==, b, ##__VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) CROSS_STR(false, a, ==, b, ##__VA_ARGS__)
#define cr_expect_str_neq(a, b, ...) CROSS_STR(false, a, !=, b, ##__VA_ARGS__)
#define cr_assert_arr_eq(a, b, n, ...) CROSS_ARR(true, a, b, n, ##__VA_ARGS__)
#define cr_expect_arr_eq(a, b, n, ...) CROSS_ARR(false, a, b, n, ##__VA_ARGS__)
#define cr_assert_fail(...) CROSS_CHECK(true, "fail", false, ##__VA_ARGS__)
#define cr_skip(...) wc_cross_skip(" " __VA_ARGS__)
#define cr_skip_test(...) wc_cross_skip(" " __VA_ARGS__)
#define cr_log_info(...) fprintf(stderr, __VA_ARGS__)

#endif
