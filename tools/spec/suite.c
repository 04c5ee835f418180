/* Finding the suite and its files. */
#include "tools/spec/suite.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Where a folder differs from the default features. */
struct folder_row {
    const char *folder;
    feature_set on, off;
    const char *left_out; /* why it is not run */
};

#define F(id) FEATURE_BIT(id)

/* The threads proposal is a patch of Wasm 1.0 with what came before 2.0. */
#define AFTER_THREADS                                                       \
    (F(REFERENCE_TYPES) | F(MULTI_MEMORY) | F(MEMORY64) | F(GC) |           \
     F(EXCEPTIONS) | F(FUNCTION_REFERENCES) | F(TAIL_CALL) | F(SIMD) |      \
     F(RELAXED_SIMD) | F(EXTENDED_CONST))

#define BEYOND "beyond what this version has"

static const struct folder_row folders[] = {
    {"legacy", F(LEGACY_EXCEPTIONS), 0, NULL},
    {"proposals/threads", F(THREADS), AFTER_THREADS, NULL},
    {"proposals/custom-page-sizes", F(CUSTOM_PAGE_SIZES), 0, NULL},
    {"proposals/wide-arithmetic", F(WIDE_ARITHMETIC), 0, NULL},
    {"proposals/custom-descriptors", 0, 0, BEYOND},
    {"stack-switching", 0, 0, BEYOND},
    {"threads", F(THREADS), 0, NULL},
    {"compact-import-section", F(COMPACT_IMPORTS), 0, NULL},
};

/* Is `folder` the end of the directory part of `path`? */
static bool lies_in(const char *path, size_t dir_len, const char *folder)
{
    size_t len = strlen(folder);
    return dir_len >= len && memcmp(path + dir_len - len, folder, len) == 0 &&
           (dir_len == len || path[dir_len - len - 1] == '/');
}

static const struct folder_row *find_folder(const char *path, size_t dir_len)
{
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (lies_in(path, dir_len, folders[i].folder))
            return &folders[i];
    return NULL;
}

static char *join(const char *dir, const char *name)
{
    size_t size = strlen(dir) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%s", dir, name);
    return path;
}

/* Takes over `path`. */
static bool add_file(struct suite *suite, char *path, size_t label_at,
                     struct error *e)
{
    const char *slash = strrchr(path, '/');
    const struct folder_row *row =
        slash ? find_folder(path, (size_t)(slash - path)) : NULL;
    struct suite_file f = {path, path + label_at, wc_features_default()};
    if (row)
        f.features = (f.features | row->on) & ~row->off;
    if (vec_push(&suite->files, f))
        return true;
    free(path);
    return wc_error_no_memory(e, "listing files");
}

static int by_kind_then_name(const struct dirent **a, const struct dirent **b)
{
    bool a_dir = (*a)->d_type == DT_DIR, b_dir = (*b)->d_type == DT_DIR;
    return a_dir != b_dir ? a_dir - b_dir : strcmp((*a)->d_name, (*b)->d_name);
}

static bool has_suffix(const char *s, const char *suffix)
{
    size_t len = strlen(s), suffix_len = strlen(suffix);
    return len > suffix_len && strcmp(s + len - suffix_len, suffix) == 0;
}

static bool add_path(struct suite *suite, char *path, size_t label_at,
                     unsigned depth, struct error *e);

static bool add_directory(struct suite *suite, const char *dir, size_t label_at,
                          unsigned depth, struct error *e)
{
    struct dirent **entries;
    int n = scandir(dir, &entries, NULL, by_kind_then_name);
    bool ok = n >= 0 || wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET, "%s: %s",
                                     dir, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        if (ok && name[0] != '.') {
            char *path = join(dir, name);
            ok = path ? add_path(suite, path, label_at, depth + 1, e)
                      : wc_error_no_memory(e, "listing files");
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return ok;
}

/* Takes over `path`. */
static bool leave_out(struct suite *suite, char *path, size_t label_at,
                      const char *reason, struct error *e)
{
    struct suite_folder f = {path, path + label_at, reason};
    if (vec_push(&suite->left_out, f))
        return true;
    free(path);
    return wc_error_no_memory(e, "listing files");
}

/* Takes over `path`. Below the top, files other than scripts are passed over
 * and some folders left out. */
static bool add_path(struct suite *suite, char *path, size_t label_at,
                     unsigned depth, struct error *e)
{
    struct stat st;
    bool ok = stat(path, &st) == 0 ||
              wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET, "%s: %s", path,
                           strerror(errno));
    if (ok && S_ISDIR(st.st_mode)) {
        const struct folder_row *row = find_folder(path, strlen(path));
        if (depth > 0 && row && row->left_out)
            return leave_out(suite, path, label_at, row->left_out, e);
        ok = add_directory(suite, path, label_at, depth, e);
    } else if (ok && (depth == 0 || has_suffix(path, ".wast"))) {
        return add_file(suite, path, label_at, e);
    }
    free(path);
    return ok;
}

bool suite_add(struct suite *suite, const char *path, struct error *e)
{
    struct stat st;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    char *copy = strndup(path, len);
    if (!copy)
        return wc_error_no_memory(e, "listing files");
    bool is_dir = stat(copy, &st) == 0 && S_ISDIR(st.st_mode);
    return add_path(suite, copy, is_dir ? len + 1 : 0, 0, e);
}

void suite_free(struct suite *suite)
{
    for (uint32_t i = 0; i < suite->files.len; i++)
        free(suite->files.data[i].path);
    for (uint32_t i = 0; i < suite->left_out.len; i++)
        free(suite->left_out.data[i].path);
    vec_free(&suite->files);
    vec_free(&suite->left_out);
}

static char *directory_or_null(char *path)
{
    struct stat st;
    if (path && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return path;
    free(path);
    return NULL;
}

char *suite_find(void)
{
    static const char *const places[] = {"spec-tests/testsuite",
                                         "../shared/spec-testsuite"};
    const char *env = getenv("WASMC_TESTSUITE");
    const char *roots[] = {".", getenv("srcdir")};
    if (env && *env)
        return directory_or_null(strdup(env));
    for (size_t r = 0; r < ARRAY_LEN(roots); r++) {
        for (size_t i = 0; roots[r] && i < ARRAY_LEN(places); i++) {
            char *path = directory_or_null(join(roots[r], places[i]));
            if (path)
                return path;
        }
    }
    return NULL;
}
