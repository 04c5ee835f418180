/* The printer's state, shared by the print_*.c files: where the text goes,
 * names by index, and how deep the line is.
 */
#ifndef TEXT_PRINTER_H
#define TEXT_PRINTER_H

#include "base/map.h"
#include "binary/names.h"
#include "text/print.h"

/* A name of an index space. */
struct print_name {
    struct span text; /* data NULL: none */
    bool is_id;       /* serves as identifier; else it is an annotation */
};

/* A name inside a function or type. */
struct inner_name {
    uint32_t outer, index;
    struct span text;
    uint32_t order; /* as it stands in the section */
    bool is_id;     /* fields only */
};

struct print_label {
    uint32_t number;   /* of its name, NO_LABEL_NAME if it has none */
    uint32_t shadowed; /* label the name meant before, plus 1 */
};

#define NO_LABEL_NAME UINT32_MAX

/* An instruction that may become an operand: the root of the subtree
 * [start, itself] of the nodes, which are in execution order. */
struct fold_node {
    struct instr in;
    uint32_t start;
};

/* A node still to be printed, or a closing parenthesis. */
struct fold_item {
    uint32_t node; /* UINT32_MAX: ")" */
    uint32_t indent;
    bool newline;
};

struct printer {
    const struct module *m;
    struct print_options options;
    struct buf *out;
    struct error *error;
    uint32_t indent;

    /* By kind and index, for NAME_FUNC, NAME_TYPE and the other plain ones;
     * all NULL without names. */
    struct print_name *names[NAME_KINDS];
    uint32_t names_len[NAME_KINDS];
    /* Sorted by outer and index, for NAME_LOCAL, NAME_LABEL, NAME_FIELD. */
    struct inner_name *inner[NAME_KINDS];
    uint32_t inner_len[NAME_KINDS];
    struct arena arena;

    /* Of the function being printed. */
    struct print_name *locals;
    uint32_t locals_len;
    const struct inner_name *label_names; /* where its run starts */
    const struct inner_name *label_next, *label_end;
    struct map label_map;      /* name -> number, its first place in the run */
    VEC(uint32_t) label_bound; /* by number: the innermost label + 1 */
    VEC(struct fold_node) nodes; /* print_body.c */
    VEC(struct fold_item) items;
    VEC(struct print_label) labels;
    uint32_t labels_seen;
};

/* --- print_names.c -------------------------------------------------------- */

/* Reads the name section, unless options say otherwise. */
bool wc_print_names_init(struct printer *p);
void wc_print_names_free(struct printer *p);

/* Where the names of a kind of import or export are. */
enum name_kind wc_print_names_kind(unsigned kind);

/* The names of the inner kind in `outer`; *end is behind the last. */
const struct inner_name *wc_print_names_inner(const struct printer *p,
                                              enum name_kind kind,
                                              uint32_t outer,
                                              const struct inner_name **end);

/* The name of a field, or NULL. */
const struct inner_name *wc_print_names_field(const struct printer *p,
                                              uint32_t type, uint32_t index);

/* Fills `out[0, len)` with names of that kind in `outer`; those that occur
 * twice are no identifiers. */
bool wc_print_names_fill(struct printer *p, enum name_kind kind,
                         uint32_t outer, struct print_name *out,
                         uint32_t len);

/* " $name" or " (;3;)", and an annotation where the name is no identifier. */
void wc_print_names_binding(struct printer *p, const struct print_name *n,
                            uint32_t index);
void wc_print_names_define(struct printer *p, enum name_kind kind,
                           uint32_t index);

/* An identifier with its $, or an index. */
void wc_print_names_use(const struct printer *p, enum name_kind kind,
                        struct buf *out, uint32_t index);
void wc_print_names_id(struct buf *out, struct span name);

/* --- print_instr.c -------------------------------------------------------- */

void wc_print_instr_u64(struct buf *out, uint64_t value);

/* Types with names of `p`. */
void wc_print_instr_valtype(const struct printer *p, struct buf *out,
                            valtype t);

/* " (param ...)" and " (result ...)" of a signature; names of the parameters
 * only where `params` is not NULL. */
void wc_print_instr_signature(struct printer *p, struct buf *out,
                              const struct comptype *c,
                              const struct print_name *params);

/* One instruction, and what stands behind its keyword; `p` gives names. */
void wc_print_instr(const struct printer *p, struct buf *out,
                    const struct instr *in);
void wc_print_instr_immediates(const struct printer *p, struct buf *out,
                               const struct instr *in);

/* --- print_body.c --------------------------------------------------------- */

void wc_print_body_newline(struct printer *p);

/* The body of a function, behind its locals; and a constant expression, up to
 * its end or that of the reader, which goes on one line: as one folded
 * instruction, else in parentheses behind the keyword `open` ("(offset",
 * "(item"), bare where that is NULL. */
bool wc_print_body(struct printer *p, uint32_t func, struct reader *r);
void wc_print_body_expr(struct printer *p, struct reader *r,
                        const char *open);

#endif
