/* SPDX-License-Identifier: MIT */
#include "tensors/torch/torch_span.h"

#include <ctype.h>
#include <string.h>

size_t dn_span_length(dn_span span)
{
    return (size_t)(span.end - span.at);
}

bool dn_span_begins(dn_span span, const char *text)
{
    size_t length = strlen(text);
    return dn_span_length(span) >= length && memcmp(span.at, text, length) == 0;
}

bool dn_span_is(dn_span span, const char *text)
{
    return dn_span_begins(span, text) && dn_span_length(span) == strlen(text);
}

bool dn_span_equals(dn_span a, dn_span b)
{
    return dn_span_length(a) == dn_span_length(b) && memcmp(a.at, b.at, dn_span_length(a)) == 0;
}

bool dn_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

dn_span dn_span_word(dn_span text)
{
    dn_span word = {text.at, text.at};
    while (word.end < text.end && dn_is_word(*word.end))
        word.end++;
    return word;
}
