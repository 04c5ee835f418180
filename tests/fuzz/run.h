/* Runs a module in one configuration of the engine and writes down all that
 * can be observed: how it loads, what every call of every exported function
 * gives, the state after each call. Two configurations must see the same.
 *
 * Arguments, imports and what host functions do depend on nothing but the
 * module's types, so every run of a module is the same run.
 */
#ifndef FUZZ_RUN_H
#define FUZZ_RUN_H

#include "base/vec.h"
#include "runtime/engine.h"

enum event_kind {
    EVENT_ERROR,  /* of loading or linking: kind */
    EVENT_CALL,   /* function, set of arguments */
    EVENT_STATUS, /* enum status */
    EVENT_TRAP,   /* code */
    EVENT_FRAME,  /* function, offset */
    EVENT_RESULT, /* number, value */
    EVENT_HOST,   /* argument of a host function: number, value */
    EVENT_MEMORY, /* index, hash of size and content */
    EVENT_GLOBAL,
    EVENT_TABLE,
};

struct event {
    enum event_kind kind;
    uint32_t index;
    uint64_t value;
};

struct record {
    VEC(struct event) events;
    bool cut; /* it ended where engines may differ: out of stack or memory */
    struct error error; /* of loading or linking */
    uint32_t calls, traps; /* of calls by the host */
    struct instance *twin; /* or NULL */
    /* The host function state. */
    uint32_t host_calls, depth;
};

/* A configuration and its engine, made once. */
struct run_config {
    const char *name;
    const struct engine_ops *(*ops)(void); /* NULL: not on this host */
    /* Of the twin, where there is one: another engine, or NULL. */
    const struct engine_ops *(*twin_ops)(void);
    void (*tune)(struct engine *e); /* what no configuration says; or NULL */
    bool checked;    /* no guarded memories */
    bool eager;      /* compile all at load */
    bool gc_torture; /* collect at each allocation */
    struct engine *engine;
};

/* False: no memory, or no such engine here. */
bool run_config_start(struct run_config *c);
void run_config_stop(struct run_config *c);

/* Runs the module, with `sets` sets of arguments for each function; with
 * `twins`, two instances of it that import from each other (twin.h). `r` is
 * emptied first. */
void run_module(const struct run_config *c, struct span wasm, uint32_t sets,
                bool twins, struct record *r);
void run_record_free(struct record *r);

/* The first event in which they differ, or UINT32_MAX. */
uint32_t run_compare(const struct record *a, const struct record *b);
/* One line on what happened and where. */
void run_print_event(const struct record *r, uint32_t at);

/* What a call may use up of it. */
#define RUN_FUEL 60u
/* The global of a generated module that counts down calls and loops, or
 * UINT32_MAX. Nobody else may write it, or modules do not end. */
uint32_t run_fuel_of(const struct module *m);

#endif
