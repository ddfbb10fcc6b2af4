/* SPDX-License-Identifier: MIT */
#include "base/sized_options.h"

#include <string.h>

#define LARGEST_SIZE 4096

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void dn_start_options(void *options, size_t size, const void *defaults, size_t defaults_size)
{
    memset(options, 0, size);
    memcpy(options, defaults, smaller(size, defaults_size));
    memcpy(options, &size, smaller(size, sizeof size));
}

dn_status dn_read_options(const void *given, void *own, size_t own_size)
{
    if (!given)
        return DN_OK;
    size_t size;
    memcpy(&size, given, sizeof size);
    if (size < sizeof size || size > LARGEST_SIZE)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "the options were not initialised by their defaults function");
    const unsigned char *bytes = given;
    for (size_t i = own_size; i < size; i++)
        if (bytes[i])
            return dn_fail(DN_ERROR_ARGUMENT,
                           "an option is set that this version of the library does not know");
    memcpy(own, given, smaller(size, own_size));
    return DN_OK;
}
