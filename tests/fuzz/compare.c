#include "fuzz/compare.h"

#include "base/base.h"

/* Where two things are wrong at once, V8 may look at the other one first. What
 * we do then is what the specification says, if it says anything. */
static const struct {
    const char *ours, *theirs;
} either[] = {
    /* An address that is neither aligned nor in bounds: no order is given. */
    {"trap memory", "trap unaligned"},
    {"trap unaligned", "trap memory"},
    /* array.copy: V8 looks at the bounds of one array before it sees that the
     * other is null; the specification has both nulls first. */
    {"trap null", "trap array"},
    /* array.init_data and array.init_elem: V8 looks at the segment first, the
     * specification at the array. */
    {"trap array", "trap memory"},
    {"trap array", "trap table"},
};

/* How much of a line is in front of this end; SIZE_MAX: it has another. */
static size_t before(const char *line, const char *end)
{
    size_t len = compare_line_len(line), n = strlen(end);
    return len > n && memcmp(line + len - n, end, n) == 0 ? len - n : SIZE_MAX;
}

static bool is_same_line(const char *ours, const char *theirs)
{
    size_t len = compare_line_len(ours);
    if (len == compare_line_len(theirs) && memcmp(ours, theirs, len) == 0)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(either); i++) {
        size_t n = before(ours, either[i].ours);
        if (n != SIZE_MAX && n == before(theirs, either[i].theirs) &&
            memcmp(ours, theirs, n) == 0)
            return true;
    }
    return false;
}

enum verdict compare(const char *ours, const char *theirs, const char *at[2])
{
    for (;;) {
        at[0] = ours;
        at[1] = theirs;
        if (compare_starts(ours, "cut") || compare_starts(theirs, "cut"))
            return CUT;
        if (!is_same_line(ours, theirs))
            return DIFFERENT;
        if (*ours == 0 || *theirs == 0)
            return *ours == *theirs ? SAME : DIFFERENT;
        ours = compare_next_line(ours);
        theirs = compare_next_line(theirs);
    }
}
