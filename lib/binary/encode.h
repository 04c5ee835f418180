/* Encoders of the binary format (core/binary), the reverse of reader and
 * instr: shared by the text parser, tests and generators.
 *
 * They append to a struct buf, whose `failed` latches when memory runs out,
 * and choose the shortest encoding of every number.
 */
#ifndef BINARY_ENCODE_H
#define BINARY_ENCODE_H

#include "base/vec.h"
#include "binary/instr.h"
#include "syntax/module.h"
#include "syntax/types.h"

enum section_id {
    SECTION_CUSTOM,
    SECTION_TYPE,
    SECTION_IMPORT,
    SECTION_FUNC,
    SECTION_TABLE,
    SECTION_MEMORY,
    SECTION_GLOBAL,
    SECTION_EXPORT,
    SECTION_START,
    SECTION_ELEM,
    SECTION_CODE,
    SECTION_DATA,
    SECTION_DATA_COUNT, /* stands between elem and code */
    SECTION_TAG,        /* stands between memory and global */
    SECTION_IDS
};

/* In the place of an import's kind, behind an empty name: what follows is a
 * vector of names and types; a type and a vector of names. */
enum {
    IMPORT_GROUP_ITEMS = 0x7f,
    IMPORT_GROUP_SHARED_TYPE = 0x7e,
};

/* "\0asm" and version 1. */
void wc_encode_header(struct buf *out);

/* A section with `content`; `count` is put in front of it. */
void wc_encode_section(struct buf *out, enum section_id id, uint32_t count,
                       const struct buf *content);

/* A custom section. */
void wc_encode_custom(struct buf *out, struct span name, struct span content);

/* A length and that many bytes: names, byte vectors, code bodies. */
void wc_encode_bytes(struct buf *out, struct span bytes);

/* Types with type indices, as decoded. Packed types too. */
void wc_encode_valtype(struct buf *out, valtype t);
void wc_encode_heaptype(struct buf *out, heaptype h);
void wc_encode_field(struct buf *out, struct field f);
void wc_encode_comptype(struct buf *out, const struct comptype *c);
/* The definition of a subtype; supers are `supers_len` type indices. */
void wc_encode_subtype(struct buf *out, bool final, const uint32_t *supers,
                       uint32_t supers_len, const struct comptype *c);
void wc_encode_tabletype(struct buf *out, const struct tabletype *t);
void wc_encode_memtype(struct buf *out, const struct memtype *t);
void wc_encode_globaltype(struct buf *out, const struct globaltype *t);
void wc_encode_tagtype(struct buf *out, uint32_t type);

/* Opcode alone; immediates are up to the caller. */
void wc_encode_opcode(struct buf *out, enum opcode op);
void wc_encode_memarg(struct buf *out, const struct memarg *m);
void wc_encode_blocktype(struct buf *out, const struct blocktype *t);
void wc_encode_catch(struct buf *out, const struct catch_clause *c);
/* A whole instruction as wc_instr_read reads it; its vectors are copied from
 * where they point. */
void wc_encode_instr(struct buf *out, const struct instr *in);

#endif
