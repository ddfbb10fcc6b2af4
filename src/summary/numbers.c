/* SPDX-License-Identifier: MIT */
#include "summary/numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Copies digits with a comma before every three; returns the end. */
static char *copy_in_groups(const char *digits, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return out;
}

const char *dn_grouped(uint64_t number, char out[DN_NUMBER_SIZE])
{
    char digits[DN_NUMBER_SIZE];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    copy_in_groups(digits, (size_t)count, out);
    return out;
}

const char *dn_fixed(double number, bool groups, char out[DN_NUMBER_SIZE])
{
    char digits[DN_NUMBER_SIZE];
    int length = snprintf(digits, sizeof digits, "%.2f", number);
    size_t whole = strspn(digits, "0123456789");
    char *end = out + whole;
    if (groups)
        end = copy_in_groups(digits, whole, out);
    else
        memcpy(out, digits, whole);
    *end++ = '.'; /* whatever the locale's separator is */
    memcpy(end, digits + length - 2, 3);
    return out;
}
