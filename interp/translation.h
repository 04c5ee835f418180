/* What translation gives to the engine. */
#ifndef INTERP_TRANSLATION_H
#define INTERP_TRANSLATION_H

#include "interp/code.h"

/* Translates a function that is valid; malloc'ed. NULL with the error set when
 * memory has run out. */
struct code *wc_translate_function(struct module *m, uint32_t func,
                                   struct error *e) WC_MUST_CHECK;

/* The offset in the module of the instruction whose code is at word `pos`, by
 * translating once more; UINT32_MAX when that fails. */
uint32_t wc_translate_find(struct module *m, uint32_t func, uint32_t pos);

#endif
