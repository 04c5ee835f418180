/* Finds the subcommand. `wasmc FILE` and `wasmc --option FILE` mean run. */
#include "tools/wasmc/wasmc.h"

#include "config.h"
#include "interp/interp.h"
#include "syntax/opcodes.h"

#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    {"run", command_run, "run a program, or call one of its functions"},
    {"compile", command_compile, "compile a module to machine code"},
    {"validate", command_validate, "check a module"},
    {"wat2wasm", command_wat2wasm, "convert text to binary"},
    {"wasm2wat", command_wasm2wat, "convert binary to text"},
    {"dump", command_dump, "show sections, code and side tables"},
};

static void print_help(void)
{
    printf("Usage: wasmc [run] [OPTION...] FILE [ARG...]\n"
           "       wasmc COMMAND [OPTION...] FILE\n\n"
           "Runs and inspects WebAssembly modules, binary or text. FILE may be "
           "- for\nstandard input.\n\nCommands:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        printf("  %-22s  %s\n", commands[i].name, commands[i].summary);
    printf("\nOptions:\n"
           "  -h, --help              show this text; after a command, its "
           "options\n"
           "  -V, --version           show the version\n"
           "      --features          list the features: which are on, which "
           "the\n                          interpreter executes\n");
}

/* wasmc features, wasmc --features */
static int command_features(int argc, char **argv)
{
    (void)argv;
    if (argc > 0) {
        fprintf(stderr, "wasmc: features takes no operands\n");
        return EXIT_CODE_USAGE;
    }
    printf("%-24s default  interpreter\n", "feature");
    for (unsigned f = 0; f < FEATURE_COUNT; f++)
        printf("%-24s %-8s %s\n", wc_features[f].text,
               (wc_features_default() >> f & 1) != 0 ? "on" : "off",
               (wc_interp_ops.executable >> f & 1) != 0 ? "yes" : "no");
    return EXIT_CODE_OK;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

bool command_file(const struct option_table *table, int argc, char **argv,
                  void *options, const char **path, int *code)
{
    int operands;
    switch (options_parse(table, argc, argv, options, &operands)) {
    case OPTIONS_HELP:
        *code = EXIT_CODE_OK;
        return false;
    case OPTIONS_WRONG:
        *code = EXIT_CODE_USAGE;
        return false;
    case OPTIONS_OK:
        break;
    }
    if (operands != 1) {
        options_complain(table, "%s", operands ? "only one FILE, please"
                                               : "FILE is missing");
        *code = EXIT_CODE_USAGE;
        return false;
    }
    *path = argv[0];
    return true;
}

/* wasmc help [COMMAND] */
static int command_help(int argc, char **argv)
{
    static char option[] = "--help";
    char *args[] = {option, NULL};
    const struct command *c = argc > 0 ? find_command(argv[0]) : NULL;
    if (argc > 0 && !c) {
        fprintf(stderr, "wasmc: there is no command '%s'\n", argv[0]);
        return EXIT_CODE_USAGE;
    }
    if (c)
        return c->run(1, args);
    print_help();
    return EXIT_CODE_OK;
}

int main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (argc < 2) {
        fprintf(stderr, "wasmc: FILE is missing\nTry 'wasmc --help'.\n");
        return EXIT_CODE_USAGE;
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        print_help();
        return EXIT_CODE_OK;
    }
    if (strcmp(first, "help") == 0)
        return command_help(argc - 2, argv + 2);
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        printf("wasmc %s\n", PACKAGE_VERSION);
        return EXIT_CODE_OK;
    }
    if (strcmp(first, "features") == 0 ||
        (argc == 2 && strcmp(first, "--features") == 0))
        return command_features(argc - 2, argv + 2);
    const struct command *c = find_command(first);
    return c ? c->run(argc - 2, argv + 2) : command_run(argc - 1, argv + 1);
}
