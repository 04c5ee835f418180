/* Instructions of aarch64 as words. Behind each word the file has the text,
 * which is for people and for check-asm: an assembler makes the word of it.
 */
#include "golden.h"

#include <stdio.h>
#include <string.h>

void golden_setup(void)
{
}

void golden_code(const struct codebuf *code, uint32_t end, struct buf *to)
{
    for (uint32_t at = 0; at < end; at += 4)
        wc_buf_printf(to, "%s%08x", at > 0 ? "; " : "",
                      (unsigned)wc_codebuf_read32(code, at));
}

const char *golden_name(reg r)
{
    static char names[4][8];
    static unsigned next;
    char *name = names[next++ % 4];
    wc_masm_reg_name(r, name);
    return name;
}

enum { WORD_CHARS = 8 };

/* Words begin behind a colon or the "or" of another CPU. */
size_t golden_strip(const char *line, size_t len, char *to)
{
    const char *end = line + len, *at = memchr(line, ':', len);
    at = at != NULL ? at + 2 : line + strlen("    or ");
    size_t n = (size_t)(at - line);
    memcpy(to, line, n);
    while (at != NULL && end - at >= WORD_CHARS) {
        memcpy(to + n, at, WORD_CHARS);
        n += WORD_CHARS;
        at = memchr(at, ';', (size_t)(end - at));
        if (at != NULL) {
            memcpy(to + n, "; ", 2);
            n += 2;
            at += 2;
        }
    }
    return n;
}
