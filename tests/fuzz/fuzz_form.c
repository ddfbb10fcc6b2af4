/* SPDX-License-Identifier: MIT */
/* Forms: the first line is their Content-Type, the body follows. Parts must lie in it, one after
 * the other, each with the end of its names. */
#include "http/form.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static volatile unsigned sum;

static void check_part(const form_part *part, const char *from, const char *end)
{
    const char *bytes = part->bytes;
    if (bytes < from || bytes > end || part->size > (size_t)(end - bytes) ||
        strlen(part->field) >= sizeof part->field || (part->type && !strlen(part->head)) ||
        (part->has_file && strlen(part->file) >= sizeof part->file))
        abort();
    for (size_t i = 0; i < part->size; i++)
        sum += (unsigned char)bytes[i];
}

static void read_form(const char *type, const char *body, size_t size)
{
    static form_part part;
    const char *at = body;
    form f;
    form_step step;
    if (!form_open(&f, type, body, size))
        return;
    while ((step = form_next(&f, &part)) == FORM_PART) {
        check_part(&part, at, body + size);
        at = (const char *)part.bytes + part.size;
    }
    if (step == FORM_END && form_next(&f, &part) != FORM_END)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    if (!line)
        return 0;
    char *type = strndup((const char *)data, (size_t)(line - data));
    size_t length = size - (size_t)(line + 1 - data);
    char *body = malloc(length ? length : 1); /* of just its size */
    if (!type || !body)
        abort();
    memcpy(body, line + 1, length);
    read_form(type, body, length);
    free(type);
    free(body);
    return 0;
}
