/* wasmc dump: options, the list of sections. core/binary/modules#sections. */
#include "tools/wasmc/dump.h"

#include "binary/encode.h"
#include "binary/names.h"
#include "binary/reader.h"
#include "tools/wasmc/load.h"
#include "tools/wasmc/wasmc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dump_options {
    bool sections, details, code, sidetables, jit;
    const char *func;
    feature_set features;
};

#define AT(field) offsetof(struct dump_options, field)
static const struct option_row rows[] = {
    {"sections", 's', NULL, option_flag, AT(sections),
     "sections with their offsets (also what is shown\nwithout options)"},
    {"details", 'x', NULL, option_flag, AT(details),
     "types, imports, definitions, exports, segments"},
    {"code", 'd', NULL, option_flag, AT(code),
     "disassembly with offsets"},
    {"sidetable", 't', NULL, option_flag, AT(sidetables),
     "branch tables and profile that validation makes"},
    {"jit", 'j', NULL, option_flag, AT(jit),
     "machine code beside the instructions, frames, pins"},
    {"func", 0, "INDEX|NAME", option_string, AT(func),
     "only this function in --code, --sidetable and --jit"},
    {"features", 0, "LIST", option_features, AT(features),
     "switch features on, or with - in front off"},
    {0},
};
#undef AT

static const struct option_table table = {
    .command = "wasmc dump",
    .operands = "FILE",
    .summary = "Shows what is in a module.",
    .rows = rows,
};

static const char *const section_names[SECTION_IDS] = {
    [SECTION_CUSTOM] = "custom",   [SECTION_TYPE] = "type",
    [SECTION_IMPORT] = "import",   [SECTION_FUNC] = "func",
    [SECTION_TABLE] = "table",     [SECTION_MEMORY] = "memory",
    [SECTION_GLOBAL] = "global",   [SECTION_EXPORT] = "export",
    [SECTION_START] = "start",     [SECTION_ELEM] = "elem",
    [SECTION_CODE] = "code",       [SECTION_DATA] = "data",
    [SECTION_DATA_COUNT] = "data count", [SECTION_TAG] = "tag",
};

void dump_sections(const struct module *m)
{
    struct error e = ERROR_INIT;
    struct reader r = reader_make(m->bytes, (struct range){8, m->bytes_len - 8},
                                  &e);
    printf("section     offset      size        count\n");
    while (reader_left(&r) > 0) {
        uint8_t id = wc_reader_byte(&r);
        uint32_t size = wc_reader_count(&r);
        if (r.failed || id >= SECTION_IDS)
            return; /* decoding has seen to it that this cannot be */
        uint32_t offset = reader_offset(&r);
        printf("%-10s  0x%08" PRIx32 "  %-10" PRIu32, section_names[id], offset,
               size);
        struct reader content =
            reader_make(m->bytes, (struct range){offset, size}, &e);
        if (id == SECTION_CUSTOM) {
            struct range name = wc_reader_name(&content);
            printf("  \"%.*s\"\n", (int)name.len,
                   (const char *)m->bytes + name.offset);
        } else {
            printf("  %" PRIu32 "\n", reader_u32(&content));
        }
        wc_reader_bytes(&r, size);
    }
}

void dump_func_title(const struct module *m, uint32_t func)
{
    struct span name = wc_names_func(m, func);
    printf("func %" PRIu32, func);
    if (name.data)
        printf(" <%.*s>", (int)name.len, (const char *)name.data);
}

static bool show(struct module *m, const struct dump_options *o, uint32_t func)
{
    bool others = o->details || o->code || o->sidetables || o->jit;
    if (o->sections || !others)
        dump_sections(m);
    if (o->details)
        dump_details(m);
    if (o->code)
        dump_code(m, func);
    if (o->sidetables)
        dump_sidetables(m, func);
    return !o->jit || dump_jit(m, func);
}

/* Validates and shows; the types live only inside. */
static bool show_validated(const char *path, struct module *m,
                           const struct dump_options *o, uint32_t func)
{
    struct valid_policy policy = {.sidetables = true, .branches = true};
    struct error e = ERROR_INIT;
    bool ok = load_validate(m, &policy, &e);
    if (!ok)
        file_print_error(path, &e);
    return ok && show(m, o, func);
}

/* By its number, the name section, or an export. */
static bool find_by_name(const struct module *m, const char *name,
                         uint32_t *func)
{
    size_t len = strlen(name);
    for (uint32_t i = m->funcs_imported; i < m->funcs_len; i++) {
        struct span s = wc_names_func(m, i);
        if (s.data && s.len == len && memcmp(s.data, name, len) == 0) {
            *func = i;
            return true;
        }
    }
    for (uint32_t i = 0; i < m->exports_len; i++) {
        struct span s = module_span(m, m->exports[i].name);
        if (m->exports[i].kind == EXTERN_FUNC && s.len == len &&
            memcmp(s.data, name, len) == 0) {
            *func = m->exports[i].index;
            return true;
        }
    }
    return false;
}

/* Does --func name a function with a body? */
static bool find_func(const struct module *m, const char *name, uint32_t *func)
{
    char *end;
    *func = DUMP_ALL_FUNCS;
    if (name == NULL)
        return true;
    unsigned long n = strtoul(name, &end, 10);
    bool number = *name >= '0' && *name <= '9' && *end == '\0';
    if (number)
        *func = n < m->funcs_len ? (uint32_t)n : DUMP_ALL_FUNCS;
    else
        (void)find_by_name(m, name, func);
    if (*func != DUMP_ALL_FUNCS && !module_func_is_import(m, *func))
        return true;
    fprintf(stderr, "wasmc dump: function %s has no body here\n", name);
    return false;
}

int command_dump(int argc, char **argv)
{
    struct dump_options o = {.features = wc_features_default()};
    uint32_t func;
    const char *path;
    int code;
    if (!command_file(&table, argc, argv, &o, &path, &code))
        return code;
    struct module *m = load_decoded(path, o.features);
    if (!m)
        return EXIT_CODE_HOST;
    bool ok = find_func(m, o.func, &func);
    if (ok && (o.sidetables || o.jit))
        ok = show_validated(path, m, &o, func);
    else if (ok)
        ok = show(m, &o, func);
    load_delete(m);
    return ok ? EXIT_CODE_OK : EXIT_CODE_HOST;
}
