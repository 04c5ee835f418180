/* wasmc wasm2wat: binary to text. */
#include "tools/wasmc/load.h"
#include "tools/wasmc/wasmc.h"

#include "text/print.h"

struct wasm2wat_options {
    const char *output;
    feature_set features;
    struct print_options print;
};

#define AT(field) offsetof(struct wasm2wat_options, field)
static const struct option_row rows[] = {
    {"output", 'o', "FILE", option_string, AT(output),
     "write to FILE instead of standard output"},
    {"fold", 'f', NULL, option_flag, AT(print.fold),
     "write folded expressions where that is exact"},
    {"no-names", 0, NULL, option_flag, AT(print.no_names),
     "write indices, whatever the name section says"},
    {"features", 0, "LIST", option_features, AT(features),
     "switch features on, or with - in front off"},
    {0},
};
#undef AT

static const struct option_table table = {
    .command = "wasmc wasm2wat",
    .operands = "FILE",
    .summary = "Converts a module to the text format. What it writes converts "
               "back to the same\nmodule.",
    .rows = rows,
};

int command_wasm2wat(int argc, char **argv)
{
    struct wasm2wat_options o = {.output = "-",
                                 .features = wc_features_default()};
    const char *path, *blamed;
    int code;
    if (!command_file(&table, argc, argv, &o, &path, &code))
        return code;
    struct module *m = load_decoded(path, o.features);
    if (!m)
        return EXIT_CODE_HOST;
    struct error e = ERROR_INIT;
    struct buf text = {0};
    blamed = path;
    bool ok = wc_wat_print(m, &o.print, &text, &e);
    if (ok) {
        blamed = o.output;
        ok = file_write(o.output, &text, &e);
    }
    if (!ok)
        file_print_error(blamed, &e);
    wc_buf_free(&text);
    wc_module_unref(m);
    return ok ? EXIT_CODE_OK : EXIT_CODE_HOST;
}
