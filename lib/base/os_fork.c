/* Guarded locks are taken all or none: whoever has one may be about to take
 * another, or to add one to the list. */
#include "base/os_fork.h"

#include <sched.h>

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct wc_mutex *list;
static void (*hooks[3])(void);

enum { BEFORE, IN_PARENT, IN_CHILD };

static void unlock_before(const struct wc_mutex *end)
{
    for (struct wc_mutex *m = list; m != end; m = m->next)
        pthread_mutex_unlock(&m->handle);
}

static bool try_all(void)
{
    for (struct wc_mutex *m = list; m != NULL; m = m->next)
        if (pthread_mutex_trylock(&m->handle) != 0) {
            unlock_before(m);
            return false;
        }
    return true;
}

static void before_fork(void)
{
    pthread_mutex_lock(&list_lock);
    while (!try_all()) {
        pthread_mutex_unlock(&list_lock);
        sched_yield();
        pthread_mutex_lock(&list_lock);
    }
    if (hooks[BEFORE] != NULL)
        hooks[BEFORE]();
}

static void behind_fork(unsigned hook)
{
    if (hooks[hook] != NULL)
        hooks[hook]();
    unlock_before(NULL);
    pthread_mutex_unlock(&list_lock);
}

static void in_parent(void)
{
    behind_fork(IN_PARENT);
}

static void in_child(void)
{
    behind_fork(IN_CHILD);
}

static void register_handlers(void)
{
    pthread_atfork(before_fork, in_parent, in_child);
}

static void lock_list(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_handlers);
    pthread_mutex_lock(&list_lock);
}

void wc_fork_guard(struct wc_mutex *m)
{
    lock_list();
    if (m->place == NULL) {
        m->next = list;
        m->place = &list;
        if (list != NULL)
            list->place = &m->next;
        list = m;
    }
    pthread_mutex_unlock(&list_lock);
}

void wc_fork_forget(struct wc_mutex *m)
{
    lock_list();
    *m->place = m->next;
    if (m->next != NULL)
        m->next->place = m->place;
    m->place = NULL;
    pthread_mutex_unlock(&list_lock);
}

void wc_fork_watch(void (*before)(void), void (*parent)(void),
                   void (*child)(void))
{
    lock_list();
    hooks[BEFORE] = before;
    hooks[IN_PARENT] = parent;
    hooks[IN_CHILD] = child;
    pthread_mutex_unlock(&list_lock);
}
