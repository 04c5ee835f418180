/* The commands thread and wait (threads proposal): a thread of a script is one
 * of the host, with a store, instances and names of its own. */
#ifndef SPEC_THREAD_H
#define SPEC_THREAD_H

#include "tools/spec/run.h"

/* Executes the current command of `r`. */
void thread_start(struct run *r);
void thread_wait(struct run *r);

/* Waits for the threads that the script did not wait for. */
void thread_wait_all(struct run *r);

#endif
