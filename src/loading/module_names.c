/* SPDX-License-Identifier: MIT */
#include "loading/modules.h"

#include "loading/recorded/recorded_modules.h"

#include <ctype.h>
#include <string.h>

static bool is_digit(char c)
{
    return isdigit((unsigned char)c);
}

/* Numbers by value: without leading zeros, the longer is the larger. */
static int compare_numbers(const char **a, const char **b)
{
    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    const char *first = *a, *second = *b;
    while (is_digit(**a))
        ++*a;
    while (is_digit(**b))
        ++*b;
    ptrdiff_t difference = (*a - first) - (*b - second);
    if (difference)
        return difference < 0 ? -1 : 1;
    return memcmp(first, second, (size_t)(*a - first));
}

int dn_compare_naturally(const char *a, const char *b)
{
    while (*a && *b) {
        if (is_digit(*a) && is_digit(*b)) {
            int order = compare_numbers(&a, &b);
            if (order)
                return order;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

/* Steps back to the beginning of a word or number. */
static size_t whole_words(const char *text, size_t length, size_t common)
{
    while (common > 0 && common < length && isalnum((unsigned char)text[common]) &&
           !is_digit(text[common]) == !is_digit(text[common - 1]) &&
           isalnum((unsigned char)text[common - 1]))
        common--;
    return common;
}

/* The same from the end: a number that is longer in one of them counts in neither. */
static size_t whole_numbers(const char *end, size_t length, size_t common)
{
    while (common > 0 && common < length && is_digit(end[-(ptrdiff_t)common]) &&
           is_digit(end[-(ptrdiff_t)common - 1]))
        common--;
    return common;
}

#define MOST 4095

int dn_likeness(const dn_module *a, const dn_module *b)
{
    size_t shorter = a->path_length < b->path_length ? a->path_length : b->path_length;
    size_t lead = 0, trail = 0;
    while (lead < shorter && lead < MOST && a->path[lead] == b->path[lead])
        lead++;
    lead = whole_words(a->path, a->path_length, lead);
    lead = whole_words(b->path, b->path_length, lead);
    const char *a_end = a->path + a->path_length, *b_end = b->path + b->path_length;
    while (trail < shorter - lead && trail < MOST &&
           a_end[-1 - (ptrdiff_t)trail] == b_end[-1 - (ptrdiff_t)trail])
        trail++;
    trail = whole_numbers(a_end, a->path_length, trail);
    trail = whole_numbers(b_end, b->path_length, trail);
    return (int)(lead * (MOST + 1) + trail);
}

int dn_module_number(const dn_module *module)
{
    const char *path = module->path;
    size_t length = module->path_length;
    size_t begin = dn_parent_length(path, length), digits = begin + (path[begin] == '.');
    int number = 0;
    for (size_t i = digits; i < length; i++) {
        if (!is_digit(path[i]) || number > 9999)
            return -1;
        number = 10 * number + (path[i] - '0');
    }
    return digits < length ? number : -1;
}

int dn_count_between(const dn_module *a, const dn_module *b)
{
    size_t parent = dn_parent_length(a->path, a->path_length);
    int first = dn_module_number(a), second = dn_module_number(b);
    bool siblings = parent == dn_parent_length(b->path, b->path_length) &&
                    memcmp(a->path, b->path, parent) == 0;
    return siblings && first >= 0 && second > first ? second - first - 1 : -1;
}
