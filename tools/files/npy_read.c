/* SPDX-License-Identifier: MIT */
#include "files/npy.h"

#include "ui/report.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_HEADER 65536

/* What the header says, and how many bytes came before the elements. */
typedef struct npy_header {
    char type[16];
    bool fortran;
    uint64_t size;
} npy_header;

/* ---- the header's text: a Python dictionary of three known entries ---- */

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

static bool take_shape(const char **at, npy_array *array)
{
    if (!take(at, "("))
        return false;
    for (array->rank = 0; !take(at, ")"); array->rank++) {
        skip_spaces(at);
        if (array->rank == NPY_MAX_RANK || !isdigit((unsigned char)**at))
            return false;
        char *end;
        errno = 0;
        array->shape[array->rank] = strtoll(*at, &end, 10);
        if (errno)
            return false;
        *at = end;
        if (!take(at, ",")) {
            array->rank++;
            return take(at, ")");
        }
    }
    return true;
}

static bool take_entry(const char **at, npy_header *header, npy_array *array)
{
    char key[16];
    if (!take_string(at, key, sizeof key) || !take(at, ":"))
        return false;
    if (strcmp(key, "descr") == 0)
        return take_string(at, header->type, sizeof header->type);
    if (strcmp(key, "shape") == 0)
        return take_shape(at, array);
    if (strcmp(key, "fortran_order") != 0)
        return false;
    header->fortran = take(at, "True");
    return header->fortran || take(at, "False");
}

static bool parse_header(const char *text, npy_header *header, npy_array *array)
{
    if (!take(&text, "{"))
        return false;
    array->rank = -1;
    while (!take(&text, "}"))
        if (!take_entry(&text, header, array) || (!take(&text, ",") && text[0] != '}'))
            return false;
    skip_spaces(&text);
    return !*text && header->type[0] && array->rank >= 0;
}

/* ---- the file ---- */

static bool read_exactly(const npy_source *source, void *out, size_t count)
{
    return source->read(source->context, out, count) == count ||
           complain("%s: is truncated or cannot be read", source->name);
}

/* Magic, version, length of the text (two bytes before version 2, then four). */
static bool read_header(const npy_source *source, npy_header *header, npy_array *array)
{
    unsigned char begin[12] = {0};
    if (source->size < sizeof begin)
        return complain("%s: is too short for a .npy array", source->name);
    if (!read_exactly(source, begin, 10))
        return false;
    if (memcmp(begin, "\x93NUMPY", 6) != 0 || begin[6] < 1 || begin[6] > 3)
        return complain("%s: is not a .npy array of version 1, 2 or 3", source->name);
    size_t before = begin[6] == 1 ? 10 : 12;
    if (!read_exactly(source, begin + 10, before - 10))
        return false;
    size_t length =
        begin[8] | (size_t)begin[9] << 8 | (size_t)begin[10] << 16 | (size_t)begin[11] << 24;
    header->size = before + length;
    if (length > MAX_HEADER || header->size > source->size)
        return complain("%s: its header claims %zu bytes", source->name, length);
    char *text = calloc(length + 1, 1);
    if (!text)
        return complain("%s: out of memory", source->name);
    bool sound = read_exactly(source, text, length);
    if (sound && (memchr(text, 0, length) || !parse_header(text, header, array)))
        sound = complain("%s: its header is not a .npy array's", source->name);
    free(text);
    return sound;
}

static size_t element_size(const char *type)
{
    static const struct {
        const char *type;
        size_t size;
    } known[] = {{"<f4", 4}, {"<f8", 8}, {"|u1", 1}, {"<u1", 1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].type, type) == 0)
            return known[i].size;
    return 0;
}

static bool check_size(const npy_source *source, const npy_header *header, npy_array *array)
{
    size_t element = element_size(header->type), bytes;
    if (!element)
        return complain("%s: holds elements of type \"%s\"; float32, float64 or uint8 in "
                        "little-endian order are expected",
                        source->name, header->type);
    if (header->fortran && array->rank > 1)
        return complain("%s: is in Fortran order, C order is expected (numpy.ascontiguousarray)",
                        source->name);
    array->count = 1;
    bool overflows = false;
    for (int i = 0; i < array->rank; i++)
        overflows |= __builtin_mul_overflow(array->count, array->shape[i], &array->count);
    overflows |= __builtin_mul_overflow(array->count, element, &bytes);
    if (overflows || bytes != source->size - header->size)
        return complain("%s: %llu bytes of elements are there, its shape asks for %s%zu",
                        source->name, (unsigned long long)(source->size - header->size),
                        overflows ? "more than " : "", overflows ? SIZE_MAX : bytes);
    return true;
}

static bool read_elements(const npy_source *source, size_t element, npy_array *array)
{
    unsigned char buffer[8 * 4096];
    if (element == sizeof(float))
        return read_exactly(source, array->data, array->count * element);
    for (size_t done = 0; done < array->count;) {
        size_t some = array->count - done < 4096 ? array->count - done : 4096;
        if (!read_exactly(source, buffer, some * element))
            return false;
        for (size_t i = 0; i < some; i++) {
            double number = buffer[i];
            if (element == sizeof number)
                memcpy(&number, buffer + i * element, sizeof number);
            array->data[done + i] = (float)number;
        }
        done += some;
    }
    return true;
}

bool npy_read_source(const npy_source *source, npy_array *array)
{
    npy_header header = {0};
    npy_array result = {0};
    if (!read_header(source, &header, &result) || !check_size(source, &header, &result))
        return false;
    if (source->budget &&
        dn_budget_take_bytes(source->budget, result.count * sizeof *result.data) != DN_OK)
        return complain("%s: %s", source->name, dn_last_error());
    result.data = malloc(result.count ? result.count * sizeof *result.data : 1);
    if (!result.data)
        return complain("%s: out of memory", source->name);
    if (!read_elements(source, element_size(header.type), &result)) {
        npy_free(&result);
        return false;
    }
    *array = result;
    return true;
}

static size_t read_stream(void *context, void *out, size_t count)
{
    return fread(out, 1, count, context);
}

bool npy_read(const char *path, npy_array *array)
{
    struct stat found;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return complain("%s: cannot be opened: %s", path, strerror(errno));
    bool sound = fstat(fileno(stream), &found) == 0 && S_ISREG(found.st_mode);
    if (!sound)
        complain("%s: is not a file, a .npy array was expected", path);
    npy_source source = {.name = path,
                         .size = sound ? (uint64_t)found.st_size : 0,
                         .read = read_stream,
                         .context = stream};
    sound = sound && npy_read_source(&source, array);
    fclose(stream);
    return sound;
}

void npy_free(npy_array *array)
{
    free(array->data);
    *array = (npy_array){0};
}
