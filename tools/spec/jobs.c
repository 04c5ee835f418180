/* Child processes and what is left of them. */
#include "tools/spec/jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

bool jobs_init(struct job_list *list, uint32_t len, struct error *e)
{
    size_t bytes = (len + 1) * sizeof(struct tally);
    list->len = len;
    list->jobs = calloc(len + 1, sizeof *list->jobs);
    list->tallies = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (list->tallies == MAP_FAILED)
        list->tallies = NULL;
    if (!list->jobs || !list->tallies)
        return wc_error_no_memory(e, "listing files");
    for (uint32_t i = 0; i < len; i++)
        list->jobs[i].tally = &list->tallies[i];
    return true;
}

void jobs_free(struct job_list *list)
{
    for (uint32_t i = 0; list->jobs && i < list->len; i++)
        if (list->jobs[i].report)
            fclose(list->jobs[i].report);
    if (list->tallies)
        munmap(list->tallies, (list->len + 1) * sizeof(struct tally));
    free(list->jobs);
}

/* What a script did not get to counts as failed; so does one that could not be
 * read at all. */
static void settle(struct job *job)
{
    struct tally *t = job->tally;
    uint32_t counted = t->passed + t->failed + t->skipped;
    if (t->done)
        return;
    uint32_t lost = t->assertions > counted ? t->assertions - counted : 0;
    t->failed += lost > 0 ? lost : 1;
}

static double seconds(const struct rusage *used)
{
    return (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
           (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) * 1e-6;
}

static void settle_child(struct job *job, int status,
                         const struct rusage *used, uint32_t timeout)
{
    fseek(job->report, 0, SEEK_END);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        fprintf(job->report,
                "%s:%" PRIu32 ": no answer after %" PRIu32
                " seconds, %.1f of them on a CPU\n",
                job->script.label, job->tally->line, timeout, seconds(used));
    else if (WIFSIGNALED(status))
        fprintf(job->report, "%s:%" PRIu32 ": crashed: %s\n",
                job->script.label, job->tally->line,
                strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        fprintf(job->report, "%s:%" PRIu32 ": ended with code %d\n",
                job->script.label, job->tally->line, WEXITSTATUS(status));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        job->tally->done = false;
    settle(job);
    job->finished = true;
}

static bool start_child(struct job_list *list, struct job *job,
                        struct error *e)
{
    fflush(NULL);
    job->pid = fork();
    if (job->pid < 0)
        return wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET, "fork: %s",
                            strerror(errno));
    if (job->pid > 0)
        return true;
    alarm(list->timeout_seconds);
    script_run(&job->script, job->tally, job->report);
    exit(0); /* not _exit: checkers of leaks look now */
}

static bool wait_child(struct job_list *list, struct error *e)
{
    int status;
    struct rusage used;
    pid_t pid;
    do
        pid = wait4(-1, &status, 0, &used);
    while (pid < 0 && errno == EINTR);
    for (uint32_t i = 0; i < list->len; i++) {
        struct job *job = &list->jobs[i];
        if (pid > 0 && job->pid == pid && !job->finished) {
            settle_child(job, status, &used, list->timeout_seconds);
            return true;
        }
    }
    return pid > 0 || wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET, "wait4: %s",
                                   strerror(errno));
}

static void run_here(struct job *job)
{
    script_run(&job->script, job->tally, job->report);
    settle(job);
    job->finished = true;
}

bool jobs_run(struct job_list *list, job_fn finished, void *arg,
              struct error *e)
{
    uint32_t started = 0, reported = 0, running = 0;
    bool ok = true;
    while (ok && reported < list->len) {
        struct job *next = &list->jobs[started];
        bool room = running < list->parallel || list->parallel == 0;
        if (started < list->len && room) {
            started++;
            next->report = tmpfile();
            if (!next->report) {
                ok = wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET, "tmpfile: %s",
                                  strerror(errno));
            } else if (list->parallel == 0) {
                run_here(next);
            } else {
                ok = start_child(list, next, e);
                running += ok;
            }
        } else {
            ok = wait_child(list, e);
            running--;
        }
        while (ok && reported < started && list->jobs[reported].finished)
            finished(arg, &list->jobs[reported++]);
    }
    return ok;
}
