/* SPDX-License-Identifier: MIT */
#include "protocol/json_number.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    MOST_DIGITS = 19,     /* 10^19 < 2^64 */
    MOST_POWER = 27,      /* 5^27 < 2^64 */
    MOST_EXPONENT = 1000, /* what is beyond is left to strtof */
};

/* A number as it is written: digits times ten to the exponent. */
typedef struct decimal {
    uint64_t digits;
    int count, exponent;
    bool negative, exact; /* exact: none of its digits is left out */
} decimal;

/* Returns the place after the digits. */
static const char *add_digits(const char *at, const char *end, decimal *d)
{
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        d->exact = d->exact && d->count < MOST_DIGITS;
        if (d->exact) {
            d->digits = 10 * d->digits + (uint64_t)(*at - '0');
            d->count += d->digits > 0;
        }
    }
    return at;
}

/* Likewise, at the sign after an "e"; NULL if there is none. */
static const char *add_exponent(const char *at, const char *end, decimal *d)
{
    bool negative = at < end && *at == '-';
    decimal exponent = {.exact = true};
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *after = add_digits(at, end, &exponent);
    bool small = exponent.exact && exponent.digits <= MOST_EXPONENT;
    d->exact = d->exact && small;
    if (small)
        d->exponent += negative ? -(int)exponent.digits : (int)exponent.digits;
    return after > at ? after : NULL;
}

/* By the grammar of JSON, which allows less than strtof. */
static const char *parse(const char *at, const char *end, decimal *d)
{
    d->negative = at < end && *at == '-';
    const char *whole = at + d->negative;
    at = add_digits(whole, end, d);
    if (at == whole || (*whole == '0' && at - whole > 1))
        return NULL;
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = add_digits(fraction, end, d);
        if (at == fraction)
            return NULL;
        d->exact = d->exact && at - fraction <= MOST_EXPONENT;
        if (d->exact)
            d->exponent -= (int)(at - fraction);
    }
    return at < end && (*at == 'e' || *at == 'E') ? add_exponent(at + 1, end, d) : at;
}

/* One product or quotient of numbers that a long double holds exactly is off by its last bit at
 * most. If a little less and a little more are the same float, it is the nearest one. */
static bool convert(const decimal *d, float *value)
{
    static const long double powers[MOST_POWER + 1] = {
        1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
        1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
        1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    if (LDBL_MANT_DIG < 64 || !d->exact || abs(d->exponent) > MOST_POWER)
        return false;
    long double near = (long double)d->digits;
    near = d->exponent < 0 ? near / powers[-d->exponent] : near * powers[d->exponent];
    float below = (float)(near - near * 0x1p-62L), above = (float)(near + near * 0x1p-62L);
    *value = d->negative ? -below : below;
    return below == above;
}

const char *json_number_read(const char *at, const char *end, float *value)
{
    decimal d = {.exact = true};
    const char *after = parse(at, end, &d);
    if (!after || after == end) /* strtof stops at what follows */
        return NULL;
    if (!convert(&d, value))
        *value = strtof(at, NULL);
    return after;
}
