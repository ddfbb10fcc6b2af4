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
    dn_setting setting;
    size_t offset;
    int count;
    double low, high;
} spec_field;

#define AT(member) offsetof(dn_augment, member)

static const spec_field fields[] = {
    {{"flip", "a chance from 0 to 1"}, AT(flip), 1, 0, 1},
    {{"padding", "a number of pixels from 0 to 256"}, AT(padding), 1, 0, 256},
    {{"scale", "parts of the area LOW:HIGH, up to 1"}, AT(scale_low), 2, 0.001, 1},
    {{"rotate", "degrees from 0 to 180"}, AT(rotate), 1, 0, 180},
    {{"shift", "a share of each side from 0 to 1"}, AT(shift), 1, 0, 1},
    {{"jitter", "a strength from 0 to 1"}, AT(jitter), 1, 0, 1},
    {{"blur", "CHANCE:LOW:HIGH, deviations 0.05 to 16"}, AT(blur_chance), 3, 0.05, DN_WIDEST_BLUR},
    {{"jpeg", "CHANCE:LOW:HIGH, qualities from 1 to 100"}, AT(jpeg_chance), 3, 1, 100},
    {{"erase", "a chance from 0 to 1"}, AT(erase), 1, 0, 1},
    {{"cutout", "a side in pixels"}, AT(cutout), 1, 0, 65536},
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

static const char *name_at(int index)
{
    return index < PRESETS ? presets[index].name : NULL;
}

static const dn_setting *setting_at(int index)
{
    return index < FIELDS ? &fields[index].setting : NULL;
}

static void begin(void *settings, int name)
{
    dn_augment *augment = settings;
    *augment = presets[name].augment;
}

static bool set(void *settings, int setting, const char *value)
{
    const spec_field *field = &fields[setting];
    double *values = members(settings, field);
    return read_values(value, values, field->count) && in_range(values, field);
}

dn_status dn_augment_parse(const char *specification, dn_augment *augment)
{
    static const dn_specification language = {.subject = "augment",
                                              .named = true,
                                              .name = name_at,
                                              .setting = setting_at,
                                              .begin = begin,
                                              .set = set};
    dn_augment result = {0};
    DN_TRY(dn_specification_read(&language, specification, &result));
    *augment = result;
    return DN_OK;
}

dn_status dn_augment_check(const char *specification)
{
    DN_NEED(specification);
    dn_augment unused;
    return dn_augment_parse(specification, &unused);
}
