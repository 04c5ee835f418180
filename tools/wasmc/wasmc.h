/* The `wasmc` command: one file per subcommand, one row per subcommand here.
 *
 * Each takes its arguments without the program and the command's name, and
 * returns the exit code of the process.
 */
#ifndef WASMC_WASMC_H
#define WASMC_WASMC_H

#include "tools/cli/file.h"
#include "tools/cli/options.h"

enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_HOST = 1,   /* a file, a module or the host is at fault */
    EXIT_CODE_USAGE = 2,  /* the command line is */
    EXIT_CODE_TRAP = 134, /* as a shell shows an abort */
};

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

int command_run(int argc, char **argv);
int command_compile(int argc, char **argv);
int command_validate(int argc, char **argv);
int command_wat2wasm(int argc, char **argv);
int command_wasm2wat(int argc, char **argv);
int command_dump(int argc, char **argv);

/* Parses the options of a command that takes exactly one FILE. True with the
 * file in *path; false with the exit code in *code. */
bool command_file(const struct option_table *table, int argc, char **argv,
                  void *options, const char **path, int *code);

#endif
