/* valid: custom sections, which are checked when somebody asks for it. */
#include "support.h"
#include "valid/customs.h"

Test(customs, rules)
{
    static const struct {
        const char *bytes;
        uint8_t len;
        const char *message; /* NULL: fine */
    } rows[] = {
#define MODULE "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0"
#define CODE "\x0a\x0b\x01\x09\x01\x01\x7f\x41\0\x04\x40\x0b\x0b"
#define NAMES(len, s) "\0" len "\4name" s
#define HINTS(len, s) "\0" len "\x19metadata.code.branch_hint" s
#define CUSTOM(s, message) {s, sizeof(s) - 1, message}
        CUSTOM(MODULE CODE "\0\2\1x", NULL),
        CUSTOM(MODULE CODE NAMES("\x0b", "\x00\x04\x03" "abc"), NULL),
        CUSTOM(MODULE CODE NAMES("\x0b", "\x01\x04\x01\0\x01" "f"), NULL),
        CUSTOM(MODULE CODE NAMES("\x05", "") NAMES("\x05", ""),
               "name section: a second one"),
        CUSTOM(MODULE CODE NAMES("\x07", "\x0f\x00"),
               "name section: malformed subsection id"),
        CUSTOM(MODULE CODE NAMES("\x0b", "\1\1\0" "\1\1\0"),
               "name section: subsections out of order"),
        CUSTOM(MODULE CODE NAMES("\x09", "\x01\x02\x00\x00"),
               "name section: subsection size mismatch"),
        CUSTOM(MODULE CODE NAMES("\x0d", "\x01\x06\x02\1\0\1\0\0"),
               "name section: indices out of order"),
        CUSTOM(MODULE CODE
               NAMES("\x0d", "\x02\x06\x02\1\0\0\0\0"),
               "name section: indices out of order"),
        CUSTOM(MODULE CODE NAMES("\x09", "\x00\x02\x01\xff"),
               "name section: malformed UTF-8 encoding"),
        CUSTOM(MODULE CODE NAMES("\x09", "\x00\x02\x05" "a"),
               "name section: length out of bounds"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\1") CODE, NULL),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\3\1\1") CODE,
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\4\1\1") CODE,
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\x7f\1\1") CODE,
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\2\1") CODE,
               "metadata.code.branch_hint section: malformed size of a hint"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\2") CODE,
               "metadata.code.branch_hint section: malformed hint"),
        CUSTOM(MODULE HINTS("\x20", "\1\7\1\5\1\1") CODE,
               "metadata.code.branch_hint section: unknown function"),
        CUSTOM(MODULE HINTS("\x23", "\1\0\2\5\1\1\5\1\1") CODE,
               "metadata.code.branch_hint section: offsets out of order"),
        CUSTOM(MODULE HINTS("\x25", "\2\0\1\5\1\1\0\1\5\1\1") CODE,
               "metadata.code.branch_hint section: functions out of order"),
        CUSTOM(MODULE HINTS("\x21", "\1\0\1\5\1\1\0") CODE,
               "metadata.code.branch_hint section: section size mismatch"),
        CUSTOM(MODULE CODE HINTS("\x1b", "\0"),
               "metadata.code.branch_hint section: misplaced"),
        CUSTOM(MODULE CODE "\x0b\x01\0" HINTS("\x1b", "\0"),
               "metadata.code.branch_hint section: misplaced"),
        /* A body that is malformed before the branch. */
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\1")
               "\x0a\x0b\x01\x09\x02\x01\x11\x41\0\x04\x40\x0b\x0b",
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\1")
               "\x0a\x0b\x01\x09\x01\x01\x7f\xff\0\x04\x40\x0b\x0b",
               "metadata.code.branch_hint section: invalid target"),
        /* Entries that fail with others behind them. */
        CUSTOM(MODULE CODE NAMES("\x0c", "\x01\x05\x02\0\x01\xff\0"),
               "name section: malformed UTF-8 encoding"),
        CUSTOM(MODULE CODE NAMES("\x0e", "\x02\x07\x02\0\x01\0\x01\xff\0"),
               "name section: malformed UTF-8 encoding"),
        CUSTOM(MODULE HINTS("\x21", "\2\0\1\5\2\1\0") CODE,
               "metadata.code.branch_hint section: malformed size of a hint"),
        CUSTOM(MODULE HINTS("\x23", "\1\0\2\5\1\2\6\1\1") CODE,
               "metadata.code.branch_hint section: malformed hint"),
        CUSTOM("\0asm\1\0\0\0" HINTS("\x1c", "\1\x80"),
               "metadata.code.branch_hint section: unexpected end"),
        CUSTOM(MODULE CODE "\0\x05\4nope", NULL),
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        struct module *m = module_of_bytes(rows[i].bytes, rows[i].len);
        cr_expect_eq(wc_customs_check(m, &e), rows[i].message == NULL,
                     "row %zu: %s", i, e.message);
        cr_expect(rows[i].message == NULL ||
                      starts_with(e.message, rows[i].message),
                  "row %zu: %s", i, e.message);
        wc_module_unref(m);
    }
}
