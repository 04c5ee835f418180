/* Command-line options as tables.
 *
 * A program describes its options once; parsing, help and the tests of both
 * read the same rows. An option stores into the struct the program passes, at
 * the row's offset, by the row's function.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/vec.h"

/* Stores `value` (NULL for options without an argument) at `target`. Returns
 * false, after setting *why, when the value is not acceptable. */
typedef bool (*option_fn)(void *target, const char *value, const char **why);

struct option_row {
    const char *name;     /* without the dashes */
    char letter;          /* short form, or 0 */
    const char *argument; /* "FILE"; NULL: takes none; "[DIR]": only behind a
                             '=', if at all */
    option_fn store;
    size_t offset; /* of the target in the struct of options */
    const char *help;
};

/* What a command is called and takes; `rows` ends with a NULL name. */
struct option_table {
    const char *command; /* "wasmc run" */
    const char *operands; /* "FILE [ARG...]" */
    const char *summary;  /* one paragraph */
    const struct option_row *rows;
    bool stop_at_operand; /* the first operand ends the options */
};

enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_WRONG };

/* Parses argv[0 .. argc), without the program's name, into *out. Operands are
 * moved to the front of argv and counted in *operands. OPTIONS_HELP: --help was
 * given and the help has been printed. OPTIONS_WRONG: the mistake has been
 * reported on stderr. */
enum options_result options_parse(const struct option_table *table, int argc,
                                  char **argv, void *out, int *operands);

/* Prints the help of a command to stdout. */
void options_help(const struct option_table *table);

/* Reports a mistake in how the command was called. */
void options_complain(const struct option_table *table, const char *fmt, ...)
    WC_PRINTF(2, 3);

typedef VEC(const char *) string_list;

/* Stores: a bool becomes true; a const char *; a string_list grows; a uint32_t;
 * a size_t with an optional suffix k, m or g; a feature_set is changed by a
 * comma-separated list like "threads,-gc" or "all". */
bool option_flag(void *target, const char *value, const char **why);
bool option_string(void *target, const char *value, const char **why);
bool option_list(void *target, const char *value, const char **why);
bool option_u32(void *target, const char *value, const char **why);
bool option_size(void *target, const char *value, const char **why);
bool option_features(void *target, const char *value, const char **why);

#endif
