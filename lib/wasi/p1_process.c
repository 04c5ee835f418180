/* Preview 1: arguments, environment, clocks, randomness, the process. */
#include "wasi/p1.h"

#include "base/os_clock.h"
#include "base/os_random.h"
#include "runtime/store.h"

/* -------------------------------------------------- arguments, environment */

/* Copies the strings to `bytes`, and the address of each to `list`. */
static enum wasi_errno put_strings(struct p1_call *c, const struct strings *s,
                                   slot list, slot bytes)
{
    uint8_t *addresses = wc_p1_ptr(c, list, (uint64_t)s->count * 4);
    char *out = wc_p1_ptr(c, bytes, s->len);
    if (addresses == NULL || out == NULL)
        return ERRNO_FAULT;
    uint32_t offset = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        bits_store_u32(addresses + 4 * (size_t)i, (uint32_t)bytes + offset);
        offset += (uint32_t)strlen(s->bytes + offset) + 1;
    }
    memcpy(out, s->bytes, s->len);
    return ERRNO_SUCCESS;
}

static enum wasi_errno put_sizes(struct p1_call *c, const struct strings *s,
                                 slot count, slot len)
{
    enum wasi_errno e = p1_put_u32(c, count, s->count);
    return e == ERRNO_SUCCESS ? p1_put_u32(c, len, s->len) : e;
}

enum wasi_errno wc_p1_args_get(struct p1_call *c, const slot *a)
{
    return put_strings(c, &c->wasi->args, a[0], a[1]);
}

enum wasi_errno wc_p1_args_sizes_get(struct p1_call *c, const slot *a)
{
    return put_sizes(c, &c->wasi->args, a[0], a[1]);
}

enum wasi_errno wc_p1_environ_get(struct p1_call *c, const slot *a)
{
    return put_strings(c, &c->wasi->env, a[0], a[1]);
}

enum wasi_errno wc_p1_environ_sizes_get(struct p1_call *c, const slot *a)
{
    return put_sizes(c, &c->wasi->env, a[0], a[1]);
}

/* ------------------------------------------------------------------ clocks */

static enum wasi_errno clock_of(slot id, enum os_clock *out)
{
    static const enum os_clock clocks[] = {
        OS_CLOCK_REALTIME, OS_CLOCK_MONOTONIC, OS_CLOCK_PROCESS_CPU,
        OS_CLOCK_THREAD_CPU};
    if ((uint32_t)id >= ARRAY_LEN(clocks))
        return ERRNO_INVAL;
    *out = clocks[(uint32_t)id];
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_p1_clock_res_get(struct p1_call *c, const slot *a)
{
    enum os_clock clock;
    uint64_t ns = 0;
    enum wasi_errno e = clock_of(a[0], &clock);
    if (e == ERRNO_SUCCESS)
        e = wc_errno_of_host(wc_os_clock_resolution(clock, &ns));
    return e == ERRNO_SUCCESS ? p1_put_u64(c, a[1], ns) : e;
}

/* a[1], how precise it has to be, is more than met. */
enum wasi_errno wc_p1_clock_time_get(struct p1_call *c, const slot *a)
{
    enum os_clock clock;
    uint64_t ns = 0;
    enum wasi_errno e = clock_of(a[0], &clock);
    if (e == ERRNO_SUCCESS)
        e = wc_errno_of_host(wc_os_clock_time(clock, &ns));
    return e == ERRNO_SUCCESS ? p1_put_u64(c, a[2], ns) : e;
}

/* -------------------------------------------------------------- randomness */

enum wasi_errno wc_p1_random_get(struct p1_call *c, const slot *a)
{
    const uint32_t piece = 1u << 20; /* between looks at the interrupt */
    uint32_t len = (uint32_t)a[1];
    uint8_t *out = wc_p1_ptr(c, a[0], len);
    if (out == NULL)
        return ERRNO_FAULT;
    while (len > 0) {
        uint32_t n = len < piece ? len : piece;
        int e = wc_os_random(out, n);
        if (e != 0)
            return wc_errno_of_host(e);
        out += n;
        len -= n;
        if (len > 0 && wc_p1_interrupted(c))
            return ERRNO_INTR;
    }
    return ERRNO_SUCCESS;
}

/* ----------------------------------------------------------------- process */

static enum wasi_errno exit_with(struct p1_call *c, uint32_t code)
{
    c->caller->store->exit_code = code;
    c->status = STATUS_EXIT;
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_p1_proc_exit(struct p1_call *c, const slot *a)
{
    return exit_with(c, (uint32_t)a[0]);
}

/* There is nobody to handle a signal, so what it does by default is done:
 * nothing, or an end as a shell would report it (128 and the number). */
enum wasi_errno wc_p1_proc_raise(struct p1_call *c, const slot *a)
{
    enum { IGNORE = 0, STOP = 0xff };
    static const uint8_t numbers[] = {
        [0] = IGNORE, /* none */
        [1] = 1,      /* hup */
        [2] = 2,      /* int */
        [3] = 3,      /* quit */
        [4] = 4,      /* ill */
        [5] = 5,      /* trap */
        [6] = 6,      /* abrt */
        [7] = 7,      /* bus */
        [8] = 8,      /* fpe */
        [9] = 9,      /* kill */
        [10] = 10,    /* usr1 */
        [11] = 11,    /* segv */
        [12] = 12,    /* usr2 */
        [13] = IGNORE, /* pipe */
        [14] = 14,    /* alrm */
        [15] = 15,    /* term */
        [16] = IGNORE, /* chld */
        [17] = IGNORE, /* cont: it runs */
        [18] = STOP,  /* stop */
        [19] = STOP,  /* tstp */
        [20] = STOP,  /* ttin */
        [21] = STOP,  /* ttou */
        [22] = IGNORE, /* urg */
        [23] = 24,    /* xcpu */
        [24] = 25,    /* xfsz */
        [25] = 26,    /* vtalrm */
        [26] = 27,    /* prof */
        [27] = IGNORE, /* winch */
        [28] = 29,    /* poll */
        [29] = 30,    /* pwr */
        [30] = 31,    /* sys */
    };
    if ((uint32_t)a[0] >= ARRAY_LEN(numbers))
        return ERRNO_INVAL;
    uint8_t number = numbers[(uint32_t)a[0]];
    if (number == STOP)
        return ERRNO_NOTSUP;
    return number == IGNORE ? ERRNO_SUCCESS : exit_with(c, 128u + number);
}

enum wasi_errno wc_p1_sched_yield(struct p1_call *c, const slot *a)
{
    (void)c, (void)a;
    wc_os_yield();
    return ERRNO_SUCCESS;
}
