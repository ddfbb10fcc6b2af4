/* SPDX-License-Identifier: MIT */
#include "base/npy_header.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 65536

static void skip_spaces(const char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

static bool take(const char **at, const char *token)
{
    skip_spaces(at);
    size_t length = strlen(token);
    if (strncmp(*at, token, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_string(const char **at, char *out, size_t size)
{
    skip_spaces(at);
    char quote = **at;
    if (quote != '\'' && quote != '"')
        return false;
    const char *begin = ++*at;
    size_t length = strcspn(begin, quote == '"' ? "\"" : "'");
    if (!begin[length] || length >= size)
        return false;
    memcpy(out, begin, length);
    out[length] = '\0';
    *at += length + 1;
    return true;
}

static bool take_shape(const char **at, dn_npy_header *header)
{
    if (!take(at, "("))
        return false;
    for (header->rank = 0; !take(at, ")"); header->rank++) {
        skip_spaces(at);
        if (header->rank == DN_NPY_MAX_RANK || !isdigit((unsigned char)**at))
            return false;
        char *end;
        errno = 0;
        header->shape[header->rank] = strtoll(*at, &end, 10);
        if (errno)
            return false;
        *at = end;
        if (!take(at, ",")) {
            header->rank++;
            return take(at, ")");
        }
    }
    return true;
}

static bool take_entry(const char **at, dn_npy_header *header)
{
    char key[16];
    if (!take_string(at, key, sizeof key) || !take(at, ":"))
        return false;
    if (strcmp(key, "descr") == 0)
        return take_string(at, header->type, sizeof header->type);
    if (strcmp(key, "shape") == 0)
        return take_shape(at, header);
    if (strcmp(key, "fortran_order") != 0)
        return false;
    header->fortran = take(at, "True");
    return header->fortran || take(at, "False");
}

static bool take_header(const char *text, dn_npy_header *header)
{
    *header = (dn_npy_header){.rank = -1};
    if (!take(&text, "{"))
        return false;
    while (!take(&text, "}"))
        if (!take_entry(&text, header) || (!take(&text, ",") && text[0] != '}'))
            return false;
    skip_spaces(&text);
    return !*text && header->type[0] && header->rank >= 0;
}

dn_status dn_npy_parse(const char *text, dn_npy_header *header)
{
    return take_header(text, header) ? DN_OK
                                     : dn_fail(DN_ERROR_FORMAT, "its header is not a .npy array's");
}

/* The length has two bytes before version 2, then four. */
dn_status dn_npy_locate(const unsigned char begin[DN_NPY_BEGIN], uint64_t size, size_t *offset,
                        size_t *length)
{
    if (memcmp(begin, "\x93NUMPY", 6) != 0 || begin[6] < 1 || begin[6] > 3)
        return dn_fail(DN_ERROR_FORMAT, "is not a .npy array of version 1, 2 or 3");
    *length = begin[8] | (size_t)begin[9] << 8;
    if (begin[6] > 1)
        *length |= (size_t)begin[10] << 16 | (size_t)begin[11] << 24;
    *offset = begin[6] == 1 ? 10 : 12;
    if (*length > MAX_TEXT || *offset + *length > size)
        return dn_fail(DN_ERROR_FORMAT, "its header claims %zu bytes", *length);
    return DN_OK;
}

void dn_npy_fill(const char *type, int rank, const int64_t *shape, char header[DN_NPY_HEADER_SIZE])
{
    static const char version_1[8] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0};
    char text[DN_NPY_HEADER_SIZE] = "";
    int at =
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
    for (int i = 0; shape && i < rank; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%lld,%s", (long long)shape[i],
                       i + 1 < rank ? " " : "");
    at += snprintf(text + at, sizeof text - (size_t)at, "), }");
    memset(header, ' ', DN_NPY_HEADER_SIZE);
    memcpy(header, version_1, sizeof version_1);
    header[8] = (char)((DN_NPY_HEADER_SIZE - 10) & 0xff);
    header[9] = (char)((DN_NPY_HEADER_SIZE - 10) >> 8);
    memcpy(header + 10, text, (size_t)at);
    header[DN_NPY_HEADER_SIZE - 1] = '\n';
}
