#include "tools/wasmc/dirs.h"

#include <string.h>

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

/* Takes `text`, which holds both names. */
static bool push(dir_list *list, char *text, char *host, char *guest,
                 bool read_only, const char **why)
{
    struct dir_option d = {
        .text = text,
        .host = host,
        .guest = guest,
        .access = read_only ? WASI_DIR_READ_ONLY : WASI_DIR_READ_WRITE,
    };
    *why = "out of memory";
    if (host == NULL || guest == NULL || *host == '\0' || *guest == '\0')
        *why = "two names of a directory are needed";
    else if (vec_push(list, d))
        return true;
    free(text);
    return false;
}

static char *copy(const char *value, const char **why)
{
    char *text = strdup(value);
    if (text == NULL)
        *why = "out of memory";
    return text;
}

bool option_dir(void *target, const char *value, const char **why)
{
    char *text = copy(value, why);
    if (text == NULL)
        return false;
    bool read_only = cut(text, "::ro");
    char *guest = split(text, "::");
    return push(target, text, text, guest ? guest : text, read_only, why);
}

bool option_mapdir(void *target, const char *value, const char **why)
{
    char *text = copy(value, why);
    if (text == NULL)
        return false;
    bool read_only = cut(text, "::ro");
    char *host = split(text, "::");
    return push(target, text, host, text, read_only, why);
}

bool option_mount(void *target, const char *value, const char **why)
{
    char *text = copy(value, why);
    if (text == NULL)
        return false;
    bool read_only = cut(text, ":ro");
    char *guest = split(text, ":");
    return push(target, text, text, guest, read_only, why);
}

void dirs_free(dir_list *list)
{
    for (uint32_t i = 0; i < list->len; i++)
        free(list->data[i].text);
    vec_free(list);
}
