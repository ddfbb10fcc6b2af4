/* SPDX-License-Identifier: MIT */
/* Parts of a text, and the words of TorchScript's code. */
#ifndef DN_TORCH_SPAN_H
#define DN_TORCH_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* Not terminated. */
typedef struct dn_span {
    const char *at, *end;
} dn_span;

size_t dn_span_length(dn_span span);
bool dn_span_begins(dn_span span, const char *text);
bool dn_span_is(dn_span span, const char *text);
bool dn_span_equals(dn_span a, dn_span b);

/* Letters, digits, underscores and dots. */
bool dn_is_word(char c);

/* The word that a text begins with; empty if there is none. */
dn_span dn_span_word(dn_span text);

#endif
