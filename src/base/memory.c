/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void dn_free(void *memory)
{
    free(memory);
}

dn_status dn_calloc(size_t count, size_t size, void *out)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory)
        return dn_fail_memory(count * size);
    memcpy(out, &memory, sizeof memory);
    return DN_OK;
}

dn_status dn_alloc_aligned(size_t count, size_t size, void *out)
{
    size_t bytes;
    if (!dn_multiply(count, size, &bytes) || bytes > SIZE_MAX - DN_ALIGNMENT)
        return dn_fail_memory(SIZE_MAX);
    void *memory = aligned_alloc(DN_ALIGNMENT, dn_round_up(bytes ? bytes : 1, DN_ALIGNMENT));
    if (!memory)
        return dn_fail_memory(bytes);
    memcpy(out, &memory, sizeof memory);
    return DN_OK;
}

dn_status dn_copy_bytes_as_string(const char *text, size_t length, char **out)
{
    char *copy = NULL;
    DN_TRY(dn_calloc(length + 1, 1, &copy));
    memcpy(copy, text, length);
    *out = copy;
    return DN_OK;
}

dn_status dn_copy_string(const char *text, char **out)
{
    return dn_copy_bytes_as_string(text, strlen(text), out);
}
