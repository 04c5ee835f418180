/* Terminals that a guest can write text to and nothing else. */
#ifndef WASI_TERMINAL_H
#define WASI_TERMINAL_H

#include "wasi/vfs.h"

/* Puts a filter in front of *node if that is a terminal: text in UTF-8 passes,
 * with BS, TAB, LF and CR; other control characters are shown as ^X and what
 * is no UTF-8 as U+FFFD, so that nothing begins an escape sequence. On failure
 * the node is given back, too. */
enum wasi_errno wc_terminal_filter(struct node **node) WC_MUST_CHECK;

#endif
