/* Parsing and searching of skip lists. */
#include "tools/spec/skip.h"

#include "tools/cli/file.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static struct span trim(struct span s)
{
    while (s.len > 0 && is_blank(s.data[0]))
        s.data++, s.len--;
    while (s.len > 0 && is_blank(s.data[s.len - 1]))
        s.len--;
    return s;
}

/* Takes ":LINE" off the end of a file name. */
static uint32_t split_line_number(struct span *file)
{
    uint32_t line = 0, scale = 1;
    size_t len = file->len;
    for (; len > 0 && is_digit(file->data[len - 1]); scale *= 10)
        line += scale * (uint32_t)(file->data[--len] - '0');
    if (len == 0 || len == file->len || file->data[len - 1] != ':')
        return 0;
    file->len = len - 1;
    return line;
}

static bool add_row(struct skip_list *list, struct span text, uint32_t line,
                    struct error *e)
{
    text = trim(text);
    if (text.len == 0 || text.data[0] == '#')
        return true;
    struct skip_row row = {.file = {text.data, 0}};
    while (row.file.len < text.len && !is_blank(text.data[row.file.len]))
        row.file.len++;
    row.reason = trim((struct span){text.data + row.file.len,
                                    text.len - row.file.len});
    if (row.reason.len == 0) {
        e->line = line;
        e->column = 1;
        return wc_error_set(e, ERROR_SYNTAX, ERROR_NO_OFFSET,
                            "a reason is required");
    }
    row.line = split_line_number(&row.file);
    return vec_push(&list->rows, row) ||
           wc_error_no_memory(e, "reading a skip list");
}

bool skip_load(struct skip_list *list, const char *path, struct error *e)
{
    if (!file_read(path, &list->text, e))
        return false;
    const uint8_t *p = list->text.data, *end = p + list->text.len;
    for (uint32_t line = 1; p < end; line++) {
        const uint8_t *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        if (!add_row(list, (struct span){p, (size_t)(stop - p)}, line, e))
            return false;
        p = stop + (stop < end);
    }
    return true;
}

void skip_free(struct skip_list *list)
{
    wc_buf_free(&list->text);
    vec_free(&list->rows);
}

const struct skip_row *skip_find(const struct skip_list *list,
                                 const char *file, uint32_t line)
{
    for (uint32_t i = 0; i < list->rows.len; i++) {
        const struct skip_row *row = &list->rows.data[i];
        if ((row->line == 0 || row->line == line) &&
            row->file.len == strlen(file) &&
            memcmp(row->file.data, file, row->file.len) == 0)
            return row;
    }
    return NULL;
}
