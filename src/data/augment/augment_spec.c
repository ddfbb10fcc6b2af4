/* SPDX-License-Identifier: MIT */
/* Augmentations as text. */
#include "data/augment/augment.h"

#include "base/specification.h"
#include "data/augment/pixel_ops.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_RANGES                                                                             \
    .scale_low = 0.08, .scale_high = 1, .blur_low = 0.3, .blur_high = 1, .jpeg_low = 30,           \
    .jpeg_high = 95

static const struct {
    const char *name;
    dn_augment augment;
} presets[] = {
    {"none", {.kind = DN_AUGMENT_NONE, DEFAULT_RANGES}},
    {"cifar", {.kind = DN_AUGMENT_CIFAR, .flip = 0.5, .padding = 4, DEFAULT_RANGES}},
    {"imagenet", {.kind = DN_AUGMENT_IMAGENET, .flip = 0.5, DEFAULT_RANGES}},
};

/* key=A:B:C sets `count` consecutive members. All but a leading chance must lie
 * in low..high, and rise. */
typedef struct spec_field {
    const char *key;
    size_t offset;
    int count;
    double low, high;
    const char *expected;
} spec_field;

#define AT(member) offsetof(dn_augment, member)

static const spec_field fields[] = {
    {"flip", AT(flip), 1, 0, 1, "a chance from 0 to 1"},
    {"padding", AT(padding), 1, 0, 256, "a number of pixels from 0 to 256"},
    {"scale", AT(scale_low), 2, 0.001, 1, "parts of the area LOW:HIGH, up to 1"},
    {"jitter", AT(jitter), 1, 0, 1, "a strength from 0 to 1"},
    {"blur", AT(blur_chance), 3, 0.05, DN_WIDEST_BLUR, "CHANCE:LOW:HIGH, deviations 0.05 to 16"},
    {"jpeg", AT(jpeg_chance), 3, 1, 100, "CHANCE:LOW:HIGH, qualities from 1 to 100"},
    {"erase", AT(erase), 1, 0, 1, "a chance from 0 to 1"},
    {"cutout", AT(cutout), 1, 0, 65536, "a side in pixels"},
};

enum { FIELDS = sizeof fields / sizeof *fields, PRESETS = sizeof presets / sizeof *presets };

static double *members(dn_augment *augment, const spec_field *field)
{
    return (double *)(void *)((char *)augment + field->offset);
}

static bool in_range(const double *values, const spec_field *field)
{
    int first = field->count == 3 ? 1 : 0;
    if (first && !(values[0] >= 0 && values[0] <= 1))
        return false;
    for (int i = first; i < field->count; i++)
        if (!(values[i] >= field->low && values[i] <= field->high) ||
            (i > first && values[i] < values[i - 1]))
            return false;
    return true;
}

static bool read_values(const char *text, double *values, int count)
{
    for (int i = 0; i < count; i++) {
        char *end;
        values[i] = strtod(text, &end);
        if (end == text)
            return false;
        if (*end == '\0')
            return true;
        if (*end != ':')
            return false;
        text = end + 1;
    }
    return false;
}

static bool begin(void *settings, const char *name)
{
    dn_augment *augment = settings;
    for (int i = 0; i < PRESETS; i++)
        if (strcmp(presets[i].name, name) == 0) {
            *augment = presets[i].augment;
            return true;
        }
    return false;
}

static bool set(void *settings, const char *key, const char *value, const char **expected)
{
    for (int i = 0; i < FIELDS; i++) {
        if (strcmp(fields[i].key, key) != 0)
            continue;
        double *values = members(settings, &fields[i]);
        *expected = fields[i].expected;
        return read_values(value, values, fields[i].count) && in_range(values, &fields[i]);
    }
    return false;
}

dn_status dn_augment_parse(const char *specification, dn_augment *augment)
{
    static const dn_specification language = {
        .subject = "augment",
        .names = "none, cifar, imagenet",
        .keys = "flip, padding, scale, jitter, blur, jpeg, erase, cutout",
        .named = true,
        .begin = begin,
        .set = set};
    dn_augment result;
    DN_TRY(dn_specification_read(&language, specification, &result));
    *augment = result;
    return DN_OK;
}
