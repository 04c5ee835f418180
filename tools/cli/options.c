/* Parsing of the tables of cli/options.h: `--name value`, `--name=value`,
 * `-l value`, `-lvalue`; `--` ends the options.
 */
#include "tools/cli/options.h"

#include "syntax/opcodes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 26

static void print_row(const char *name, char letter, const char *argument,
                      const char *help)
{
    char left[64];
    int n = letter ? snprintf(left, sizeof left, "  -%c, ", letter)
                   : snprintf(left, sizeof left, "      ");
    if (argument && argument[0] == '[')
        n += snprintf(left + n, sizeof left - (size_t)n, "--%s[=%s", name,
                      argument + 1);
    else
        n += snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", name,
                      argument ? "=" : "", argument ? argument : "");
    if (n > HELP_COLUMN - 2)
        printf("%s\n%*s", left, HELP_COLUMN, "");
    else
        printf("%-*s", HELP_COLUMN, left);
    for (const char *p = help; *p; p++) {
        putchar(*p);
        if (*p == '\n')
            printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

void options_help(const struct option_table *table)
{
    printf("Usage: %s [OPTION...] %s\n\n%s\n\n", table->command,
           table->operands, table->summary);
    for (const struct option_row *r = table->rows; r->name; r++)
        print_row(r->name, r->letter, r->argument, r->help);
    print_row("help", 'h', NULL, "show this text");
}

void options_complain(const struct option_table *table, const char *fmt, ...)
{
    va_list args;
    fprintf(stderr, "%s: ", table->command);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\nTry '%s --help'.\n", table->command);
}

/* The state of one parse. */
struct cursor {
    const struct option_table *table;
    char **argv;
    int argc, next;
    void *out;
};

static bool store(struct cursor *c, const struct option_row *row,
                  const char *value)
{
    const char *why = "not acceptable";
    if (row->argument && row->argument[0] != '[' && !value) {
        if (c->next == c->argc) {
            options_complain(c->table, "option '--%s' needs %s", row->name,
                             row->argument);
            return false;
        }
        value = c->argv[c->next++];
    }
    if (row->store((char *)c->out + row->offset, value, &why))
        return true;
    options_complain(c->table, "option '--%s%s%s': %s", row->name,
                     value ? "=" : "", value ? value : "", why);
    return false;
}

static enum options_result take_long(struct cursor *c, const char *text)
{
    const char *value = strchr(text, '=');
    size_t len = value ? (size_t)(value++ - text) : strlen(text);
    if (len == 4 && memcmp(text, "help", 4) == 0) {
        options_help(c->table);
        return OPTIONS_HELP;
    }
    for (const struct option_row *r = c->table->rows; r->name; r++) {
        if (strlen(r->name) != len || memcmp(r->name, text, len) != 0)
            continue;
        if (value && !r->argument) {
            options_complain(c->table, "option '--%s' takes no value", r->name);
            return OPTIONS_WRONG;
        }
        return store(c, r, value) ? OPTIONS_OK : OPTIONS_WRONG;
    }
    options_complain(c->table, "unknown option '--%s'", text);
    return OPTIONS_WRONG;
}

/* A run of short options: "-v", "-ofile", "-o file". */
static enum options_result take_short(struct cursor *c, const char *text)
{
    for (; *text; text++) {
        const struct option_row *r = c->table->rows;
        if (*text == 'h') {
            options_help(c->table);
            return OPTIONS_HELP;
        }
        while (r->name && r->letter != *text)
            r++;
        if (!r->name) {
            options_complain(c->table, "unknown option '-%c'", *text);
            return OPTIONS_WRONG;
        }
        bool rest = r->argument && text[1];
        if (!store(c, r, rest ? text + 1 : NULL))
            return OPTIONS_WRONG;
        if (r->argument)
            break;
    }
    return OPTIONS_OK;
}

enum options_result options_parse(const struct option_table *table, int argc,
                                  char **argv, void *out, int *operands)
{
    struct cursor c = {table, argv, argc, 0, out};
    int kept = 0;
    bool options = true;
    while (c.next < argc) {
        char *text = argv[c.next++];
        enum options_result result = OPTIONS_OK;
        if (!options || text[0] != '-' || text[1] == 0) {
            argv[kept++] = text;
            options = options && !table->stop_at_operand;
        } else if (strcmp(text, "--") == 0) {
            options = false;
        } else if (text[1] == '-') {
            result = take_long(&c, text + 2);
        } else {
            result = take_short(&c, text + 1);
        }
        if (result != OPTIONS_OK)
            return result;
    }
    *operands = kept;
    return OPTIONS_OK;
}

bool option_flag(void *target, const char *value, const char **why)
{
    (void)value;
    (void)why;
    *(bool *)target = true;
    return true;
}

bool option_string(void *target, const char *value, const char **why)
{
    (void)why;
    *(const char **)target = value;
    return true;
}

bool option_list(void *target, const char *value, const char **why)
{
    string_list *list = target;
    *why = "out of memory";
    return vec_push(list, value);
}

bool option_u32(void *target, const char *value, const char **why)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(value, &end, 0);
    *why = "not a number";
    if (*end || end == value || *value == '-' || errno || n > UINT32_MAX)
        return false;
    *(uint32_t *)target = (uint32_t)n;
    return true;
}

bool option_size(void *target, const char *value, const char **why)
{
    static const char suffixes[] = "kmg";
    char *end;
    unsigned shift = 0;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 0);
    *why = "not a size";
    if (end == value || *value == '-' || errno)
        return false;
    if (*end) {
        const char *s = strchr(suffixes, *end | 0x20);
        if (!s || end[1])
            return false;
        shift = 10 * (unsigned)(s - suffixes + 1);
    }
    if (n > SIZE_MAX >> shift)
        return false;
    *(size_t *)target = (size_t)n << shift;
    return true;
}

static bool change_feature(feature_set *set, const char *item, size_t len)
{
    char name[48];
    bool on = item[0] != '-';
    if (item[0] == '-' || item[0] == '+')
        item++, len--;
    if (len >= sizeof name)
        return false;
    memcpy(name, item, len);
    name[len] = 0;
    feature_set bits;
    enum feature f = wc_feature_find(name);
    if (f != FEATURE_COUNT)
        bits = (feature_set)1 << f;
    else if (strcmp(name, "all") == 0)
        bits = ((feature_set)1 << FEATURE_COUNT) - 1;
    else
        return false;
    *set = on ? *set | bits : *set & ~bits;
    *set |= FEATURE_BIT(MVP);
    return true;
}

bool option_features(void *target, const char *value, const char **why)
{
    *why = "not a list of features ('wasmc --features' shows them)";
    for (const char *item = value; *item;) {
        size_t len = strcspn(item, ",");
        if (!change_feature(target, item, len))
            return false;
        item += len + (item[len] == ',');
    }
    return *value != 0;
}
