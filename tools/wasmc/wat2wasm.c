/* wasmc wat2wasm: text to binary. */
#include "tools/wasmc/wasmc.h"

#include "text/parse.h"

#include <unistd.h>

struct wat2wasm_options {
    const char *output;
};

static const struct option_row rows[] = {
    {"output", 'o', "FILE", option_string,
     offsetof(struct wat2wasm_options, output),
     "write to FILE instead of standard output"},
    {0},
};

static const struct option_table table = {
    .command = "wasmc wat2wasm",
    .operands = "FILE",
    .summary = "Converts a module in the text format to binary.",
    .rows = rows,
};

static bool convert(const char *path, struct buf *text, struct buf *binary,
                    const char *output)
{
    struct error e = ERROR_INIT;
    bool ok = file_read(path, text, &e) &&
              wc_wat_parse((const char *)text->data, text->len, binary, &e);
    if (ok && binary->failed)
        ok = wc_error_no_memory(&e, "converting text");
    if (!ok) {
        file_print_error(path, &e);
        return false;
    }
    ok = file_write(output, binary, &e);
    if (!ok)
        file_print_error(output, &e);
    return ok;
}

int command_wat2wasm(int argc, char **argv)
{
    struct wat2wasm_options o = {.output = "-"};
    const char *path;
    int code;
    if (!command_file(&table, argc, argv, &o, &path, &code))
        return code;
    if (o.output[0] == '-' && o.output[1] == 0 && isatty(STDOUT_FILENO)) {
        options_complain(&table, "no binary to a terminal: use -o FILE");
        return EXIT_CODE_USAGE;
    }
    struct buf text = {0}, binary = {0};
    bool ok = convert(path, &text, &binary, o.output);
    wc_buf_free(&text);
    wc_buf_free(&binary);
    return ok ? EXIT_CODE_OK : EXIT_CODE_HOST;
}
