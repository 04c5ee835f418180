#include "tools/wasmc/dirs.h"

#include "tools/cli/options.h"

#include <string.h>

/* What a directory in memory may take when nothing is said. */
#define MEMDIR_BYTES ((size_t)1 << 30)

/* Cuts `suffix` off, where it is there. */
static bool cut(char *text, const char *suffix)
{
    size_t len = strlen(text), suffix_len = strlen(suffix);
    if (len < suffix_len || strcmp(text + len - suffix_len, suffix) != 0)
        return false;
    text[len - suffix_len] = '\0';
    return true;
}

/* Splits at the first `between`; the text behind it, or NULL. */
static char *split(char *text, const char *between)
{
    char *p = strstr(text, between);
    if (p == NULL)
        return NULL;
    *p = '\0';
    return p + strlen(between);
}

/* Takes d.text, which holds both names. */
static bool push(dir_list *list, struct dir_option d, const char **why)
{
    *why = "a name is missing";
    if (d.host != NULL && d.guest != NULL && *d.host != '\0' &&
        *d.guest != '\0') {
        *why = "out of memory";
        if (vec_push(list, d))
            return true;
    }
    free(d.text);
    return false;
}

static char *copy(const char *value, const char **why)
{
    char *text = strdup(value);
    if (text == NULL)
        *why = "out of memory";
    return text;
}

static wasi_dir_access_t access_of(bool read_only)
{
    return read_only ? WASI_DIR_READ_ONLY : WASI_DIR_READ_WRITE;
}

bool option_dir(void *target, const char *value, const char **why)
{
    char *text = copy(value, why);
    if (text == NULL)
        return false;
    struct dir_option d = {.text = text, .host = text};
    d.access = access_of(cut(text, "::ro"));
    d.guest = split(text, "::");
    if (d.guest == NULL)
        d.guest = text;
    return push(target, d, why);
}

bool option_mapdir(void *target, const char *value, const char **why)
{
    char *text = copy(value, why);
    if (text == NULL)
        return false;
    struct dir_option d = {.text = text, .guest = text};
    d.access = access_of(cut(text, "::ro"));
    d.host = split(text, "::");
    return push(target, d, why);
}

bool option_mount(void *target, const char *value, const char **why)
{
    char *text = copy(value, why);
    if (text == NULL)
        return false;
    struct dir_option d = {.text = text, .host = text};
    d.access = access_of(cut(text, ":ro"));
    d.guest = split(text, ":");
    return push(target, d, why);
}

bool option_memdir(void *target, const char *value, const char **why)
{
    dir_list *list = target;
    char *text = copy(value, why);
    if (text == NULL)
        return false;
    struct dir_option d = {
        .text = text, .guest = text, .limit = MEMDIR_BYTES};
    char *limit = split(text, "::");
    if ((limit == NULL || option_size(&d.limit, limit, why)) &&
        vec_push(list, d))
        return true;
    free(text);
    return false;
}

void dirs_free(dir_list *list)
{
    for (uint32_t i = 0; i < list->len; i++)
        free(list->data[i].text);
    vec_free(list);
}
