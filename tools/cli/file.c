/* Files, whole. Reading goes in steps so that pipes work like files. */
#include "tools/cli/file.h"

#include "text/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char *file_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

static bool io_error(struct error *e)
{
    return wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET, "%s", strerror(errno));
}

/* One byte more than there should be, so that one read finds the end. */
static size_t size_hint(FILE *f)
{
    struct stat s;
    return fstat(fileno(f), &s) == 0 && S_ISREG(s.st_mode) && s.st_size > 0
               ? (size_t)s.st_size + 1
               : 1 << 16;
}

bool file_read(const char *path, struct buf *out, struct error *e)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(path, "rb");
    if (!f)
        return io_error(e);
    size_t room = size_hint(f), n = 1;
    while (n > 0 && wc_buf_reserve(out, room)) {
        n = fread(out->data + out->len, 1, out->cap - out->len, f);
        out->len += n;
        room = 1;
    }
    bool ok = !ferror(f) || io_error(e);
    if (!is_stdin)
        fclose(f);
    if (ok && out->failed)
        ok = wc_error_no_memory(e, "reading a file");
    return ok;
}

bool file_write(const char *path, const struct buf *content, struct error *e)
{
    bool is_stdout = strcmp(path, "-") == 0;
    FILE *f = is_stdout ? stdout : fopen(path, "wb");
    if (!f)
        return io_error(e);
    bool ok = fwrite(content->data, 1, content->len, f) == content->len;
    ok = fflush(f) == 0 && ok;
    if (!ok)
        io_error(e);
    if (!is_stdout && fclose(f) != 0 && ok)
        ok = io_error(e);
    return ok;
}

bool file_is_binary(const struct buf *content)
{
    return content->len >= 4 && memcmp(content->data, "\0asm", 4) == 0;
}

/* Bytes that no text can begin with: a binary module with a bad header. */
static bool looks_binary(const struct buf *content)
{
    return file_is_binary(content) ||
           (content->len > 0 && content->data[0] == 0);
}

bool file_read_module(const char *path, struct buf *out, bool *text,
                      struct error *e)
{
    struct buf content = {0};
    *text = false;
    bool ok = file_read(path, &content, e);
    if (ok && !looks_binary(&content)) {
        *text = true;
        ok = wc_wat_parse((const char *)content.data, content.len, out, e);
        if (ok && out->failed)
            ok = wc_error_no_memory(e, "converting text");
        wc_buf_free(&content);
    } else {
        wc_buf_free(out);
        *out = content;
    }
    return ok;
}

void file_print_error(const char *path, const struct error *e)
{
    char text[512];
    wc_error_format(e, text, sizeof text);
    fprintf(stderr, "%s:%s%s\n", file_name(path), e->line ? "" : " ", text);
}
