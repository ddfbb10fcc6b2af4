/* SPDX-License-Identifier: MIT */
#include "files/npy.h"

#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool read_exactly(const npy_source *source, void *out, size_t count)
{
    return source->read(source->context, out, count) == count ||
           complain("%s: is truncated or cannot be read", source->name);
}

static bool complain_of(const npy_source *source)
{
    return complain("%s: %s", source->name, dn_last_error());
}

/* offset: of the elements. */
static bool read_header(const npy_source *source, dn_npy_header *header, uint64_t *offset)
{
    unsigned char begin[DN_NPY_BEGIN];
    size_t at, length;
    if (source->size < sizeof begin)
        return complain("%s: is too short for a .npy array", source->name);
    if (!read_exactly(source, begin, sizeof begin))
        return false;
    if (dn_npy_locate(begin, source->size, &at, &length) != DN_OK)
        return complain_of(source);
    size_t known = sizeof begin - at; /* of the text, with the header's beginning */
    char *text = calloc(length + sizeof begin, 1);
    if (!text)
        return complain("%s: out of memory", source->name);
    memcpy(text, begin + at, known);
    bool sound = length >= known ? read_exactly(source, text + known, length - known)
                                 : complain("%s: its header is not a .npy array's", source->name);
    if (sound && (memchr(text, 0, length) || dn_npy_parse(text, header) != DN_OK))
        sound = complain("%s: its header is not a .npy array's", source->name);
    free(text);
    *offset = at + length;
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

static bool check_size(const npy_source *source, const dn_npy_header *header, uint64_t left,
                       npy_array *array)
{
    size_t element = element_size(header->type), bytes;
    if (!element)
        return complain("%s: holds elements of type \"%s\"; float32, float64 or uint8 in "
                        "little-endian order are expected",
                        source->name, header->type);
    if (header->fortran && header->rank > 1)
        return complain("%s: is in Fortran order, C order is expected (numpy.ascontiguousarray)",
                        source->name);
    *array = (npy_array){.rank = header->rank, .count = 1};
    bool overflows = false;
    for (int i = 0; i < array->rank; i++) {
        array->shape[i] = header->shape[i];
        overflows |= __builtin_mul_overflow(array->count, array->shape[i], &array->count);
    }
    overflows |= __builtin_mul_overflow(array->count, element, &bytes);
    if (overflows || bytes != left)
        return complain("%s: %llu bytes of elements are there, its shape asks for %s%zu",
                        source->name, (unsigned long long)left, overflows ? "more than " : "",
                        overflows ? SIZE_MAX : bytes);
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
    dn_npy_header header = {0};
    uint64_t offset = 0;
    npy_array result = {0};
    if (!read_header(source, &header, &offset) ||
        !check_size(source, &header, source->size - offset, &result))
        return false;
    if (source->budget &&
        dn_budget_take_bytes(source->budget, result.count * sizeof *result.data) != DN_OK)
        return complain_of(source);
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
