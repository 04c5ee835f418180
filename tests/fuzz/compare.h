/* What happened in a trial (trial.h), as told by two engines. */
#ifndef FUZZ_COMPARE_H
#define FUZZ_COMPARE_H

#include <stdbool.h>
#include <string.h>

enum verdict {
    SAME,
    CUT, /* the same as far as it goes; then engines may differ */
    DIFFERENT,
    SKIPPED, /* not compared */
    GONE,    /* V8 came to no end */
    VERDICTS,
};

/* One of the first three. `at` is where it was decided, a line of ours and of
 * theirs. Both texts end with a zero. */
enum verdict compare(const char *ours, const char *theirs, const char *at[2]);

static inline size_t compare_line_len(const char *s)
{
    return strcspn(s, "\n");
}

static inline const char *compare_next_line(const char *s)
{
    s += compare_line_len(s);
    return s + (*s != 0);
}

static inline bool compare_starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

#endif
