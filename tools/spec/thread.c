/* A thread counts and reports on its own; both are added to those of the
 * script when somebody has waited for it. All that it shares with others is
 * made ready before it starts: the engine, and the instances it names.
 */
#include "tools/spec/thread.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

struct spec_thread {
    struct spec_thread *next;
    struct span id;
    struct run run;
    struct tally tally;
    char *report; /* what run.report gathers */
    size_t report_len;
    const struct script_command *command;
    struct wc_thread handle;
};

static void *run_thread(void *arg)
{
    struct spec_thread *t = arg;
    run_commands(&t->run, t->command->commands, t->command->commands_len);
    return NULL;
}

static void thread_free(struct spec_thread *t)
{
    run_end(&t->run);
    session_end(&t->run.session);
    if (t->run.report)
        fclose(t->run.report);
    free(t->report);
    free(t);
}

/* Adds what a thread that has ended counted and said. */
static void take_results(struct run *r, struct spec_thread *t)
{
    r->tally->assertions += t->tally.assertions;
    r->tally->passed += t->tally.passed;
    r->tally->failed += t->tally.failed;
    r->tally->skipped += t->tally.skipped;
    for (unsigned i = 0; i < SKIP_REASONS; i++)
        r->tally->skips[i] += t->tally.skips[i];
    if (fflush(t->run.report) == 0)
        fwrite(t->report, 1, t->report_len, r->report);
}

static void join(struct run *r, struct spec_thread **at)
{
    struct spec_thread *t = *at;
    *at = t->next;
    wc_thread_join(&t->handle);
    thread_wait_all(&t->run);
    take_results(r, t);
    thread_free(t);
}

/* Makes the instances known that the thread shares. */
static bool share(struct run *r, struct session *with, struct error *e)
{
    const struct script_command *c = r->command;
    for (uint32_t i = 0; i < c->shared_len; i++) {
        const struct subject *s =
            session_find(&r->session.instances, c->shared[i]);
        if (!s)
            return wc_error_set(e, ERROR_SYNTAX, ERROR_NO_OFFSET,
                                "there is no such instance to share");
        if (!session_share(with, c->shared[i], s, e))
            return false;
    }
    return true;
}

static bool prepare(struct run *r, struct spec_thread *t, struct error *e)
{
    struct run *run = &t->run;
    t->command = r->command;
    t->id = r->command->id;
    run->job = r->job;
    run->tally = &t->tally;
    run->nesting = r->nesting + 1;
    run->report = open_memstream(&t->report, &t->report_len);
    if (!run->report)
        return wc_error_no_memory(e, "starting a thread");
    return session_begin_beside(&run->session, &r->session, e) &&
           share(r, &run->session, e);
}

void thread_start(struct run *r)
{
    struct error e = ERROR_INIT;
    struct spec_thread *t = calloc(1, sizeof *t);
    if (!t || r->nesting == NESTING_MAX) {
        run_fail(r, "a thread", t ? "threads nest too deep" : "out of memory");
        free(t);
        return;
    }
    bool ready = prepare(r, t, &e);
    if (!ready || !wc_thread_start(&t->handle, run_thread, t)) {
        run_fail(r, "a thread", ready ? "the host has none" : e.message);
        thread_free(t);
        return;
    }
    t->next = r->threads;
    r->threads = t;
}

void thread_wait(struct run *r)
{
    struct span id = r->command->id;
    struct spec_thread **at = &r->threads;
    while (*at && ((*at)->id.len != id.len ||
                   (id.len && memcmp((*at)->id.data, id.data, id.len) != 0)))
        at = &(*at)->next;
    if (*at)
        join(r, at);
    else
        run_fail(r, "a thread to wait for", "none");
}

void thread_wait_all(struct run *r)
{
    while (r->threads)
        join(r, &r->threads);
}
