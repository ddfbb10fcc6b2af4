/* SPDX-License-Identifier: MIT */
/* Preprocessing pipelines by name, and as text. */
#include "image/preprocess.h"

#include "base/locale.h"
#include "base/specification.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OF_255(x) ((float)((x) / 255))

/* Keras leaves resizing to the caller; its mean and std are torchvision's.
 * The CIFAR figures are those of the paper's code. */
static const dn_preprocess pipelines[] = {
    {.name = "torchvision",
     .resize = 256,
     .crop = 224,
     .channels = 3,
     .mean = {0.485f, 0.456f, 0.406f},
     .std = {0.229f, 0.224f, 0.225f}},
    {.name = "timm",
     .resize = 256,
     .filter = DN_BICUBIC,
     .crop = 224,
     .channels = 3,
     .mean = {0.485f, 0.456f, 0.406f},
     .std = {0.229f, 0.224f, 0.225f}},
    {.name = "xrv",
     .resize = 224,
     .filter = DN_GAUSSIAN,
     .square_first = true,
     .scaling = DN_SCALE_XRAY,
     .channels = 1,
     .std = {1, 1, 1},
     .voi = DN_VOI_NONE},
    {.name = "keras",
     .resize = 256,
     .crop = 224,
     .channels = 3,
     .mean = {0.485f, 0.456f, 0.406f},
     .std = {0.229f, 0.224f, 0.225f}},
    {.name = "cifar10",
     .resize = 32,
     .crop = 32,
     .channels = 3,
     .mean = {OF_255(125.3), OF_255(123.0), OF_255(113.9)},
     .std = {OF_255(63.0), OF_255(62.1), OF_255(66.7)}},
    {.name = "cifar100",
     .resize = 32,
     .crop = 32,
     .channels = 3,
     .mean = {OF_255(129.3), OF_255(124.1), OF_255(112.4)},
     .std = {OF_255(68.2), OF_255(65.4), OF_255(70.4)}},
    {.name = "none", .channels = 3, .std = {1, 1, 1}},
};

enum { PIPELINES = sizeof pipelines / sizeof *pipelines, LARGEST_SIDE = 65536 };

typedef enum field_type {
    FIELD_NUMBER,
    FIELD_SIDES, /* one number, or HEIGHTxWIDTH */
    FIELD_FLAG,
    FIELD_CHOICE,
    FIELD_TRIPLE,
    FIELD_WINDOW /* a choice, or CENTER:WIDTH as the last of them */
} field_type;

/* A member of dn_preprocess as "key=value". */
typedef struct spec_field {
    dn_setting setting;
    size_t offset;
    field_type type;
    int low, high;     /* of the value; a choice counts from 0 */
    const char *words; /* of a flag or choice, in order, each ended by '|' */
    size_t width;      /* of sides: offset of their width, 0 for a single number */
} spec_field;

static_assert(sizeof(dn_filter) == sizeof(int) && sizeof(dn_scaling) == sizeof(int) &&
                  sizeof(dn_fit) == sizeof(int) && sizeof(dn_voi) == sizeof(int),
              "choices are accessed as int");
#define AT(member) offsetof(dn_preprocess, member)

static const spec_field fields[] = {
    {{"resize", "a number from 0 to 65536, or HEIGHTxWIDTH"},
     AT(resize),
     FIELD_SIDES,
     0,
     LARGEST_SIDE,
     NULL,
     AT(resize_width)},
    {{"filter", "bilinear, bicubic or gaussian"},
     AT(filter),
     FIELD_CHOICE,
     0,
     2,
     "bilinear|bicubic|gaussian|",
     0},
    {{"crop", "a number from 0 to 65536, or HEIGHTxWIDTH"},
     AT(crop),
     FIELD_SIDES,
     0,
     LARGEST_SIDE,
     NULL,
     AT(crop_width)},
    {{"square", "yes or no"}, AT(square_first), FIELD_FLAG, 0, 1, "no|yes|", 0},
    {{"scaling", "unit or xray"}, AT(scaling), FIELD_CHOICE, 0, 1, "unit|xray|", 0},
    {{"channels", "1 or 3"}, AT(channels), FIELD_NUMBER, 1, 3, NULL, 0},
    {{"mean", "one number, or three as in 0.5:0.5:0.5"}, AT(mean), FIELD_TRIPLE, 0, 0, NULL, 0},
    {{"std", "one number above 0, or three as in 0.5:0.5:0.5"},
     AT(std),
     FIELD_TRIPLE,
     0,
     0,
     NULL,
     0},
    {{"exif", "yes or no"}, AT(exif_orientation), FIELD_FLAG, 0, 1, "no|yes|", 0},
    {{"fit", "stretch, cover or inside"}, AT(fit), FIELD_CHOICE, 0, 2, "stretch|cover|inside|", 0},
    {{"pad", "black or mean"}, AT(pad_mean), FIELD_FLAG, 0, 1, "black|mean|", 0},
    {{"window", "auto, none or CENTER:WIDTH, a width of at least 1"},
     AT(voi),
     FIELD_WINDOW,
     0,
     DN_VOI_WINDOW,
     "auto|none|",
     0},
};

enum { FIELDS = sizeof fields / sizeof *fields, VALUE_SIZE = 64 };

static int get_int(const dn_preprocess *preprocess, const spec_field *field)
{
    const char *member = (const char *)preprocess + field->offset;
    int value;
    if (field->type == FIELD_FLAG)
        return *(const bool *)member;
    memcpy(&value, member, sizeof value);
    return value;
}

static void set_int(dn_preprocess *preprocess, const spec_field *field, int value)
{
    char *member = (char *)preprocess + field->offset;
    if (field->type == FIELD_FLAG)
        *(bool *)member = value != 0;
    else
        memcpy(member, &value, sizeof value);
}

static int get_width(const dn_preprocess *preprocess, const spec_field *field)
{
    int width = 0;
    if (field->type == FIELD_SIDES)
        memcpy(&width, (const char *)preprocess + field->width, sizeof width);
    return width;
}

static const float *numbers_of(const dn_preprocess *preprocess, const spec_field *field)
{
    return (const float *)(const void *)((const char *)preprocess + field->offset);
}

static bool in_range(const dn_preprocess *preprocess, const spec_field *field)
{
    if (field->type == FIELD_TRIPLE) {
        const float *numbers = numbers_of(preprocess, field);
        bool divides = numbers == preprocess->std;
        for (int i = 0; i < 3; i++)
            if (!isfinite(numbers[i]) || (divides && !(numbers[i] > 0)))
                return false;
        return true;
    }
    const float *window = preprocess->window;
    if (field->type == FIELD_WINDOW && preprocess->voi == DN_VOI_WINDOW &&
        (!isfinite(window[0]) || !isfinite(window[1]) || window[1] < 1))
        return false;
    int value = get_int(preprocess, field), width = get_width(preprocess, field);
    return value >= field->low && value <= field->high && width >= 0 && width <= field->high &&
           (width == 0 || value > 0) && (value != 2 || field->offset != AT(channels));
}

dn_status dn_preprocess_check(const dn_preprocess *preprocess)
{
    for (int i = 0; i < FIELDS; i++)
        if (!in_range(preprocess, &fields[i]))
            return dn_fail(DN_ERROR_ARGUMENT, "preprocess: %s must be %s", fields[i].setting.key,
                           fields[i].setting.expected);
    return DN_OK;
}

bool dn_preprocess_fixed_size(const dn_preprocess *preprocess, int *width, int *height)
{
    if (!preprocess || !width || !height)
        return false;
    int high = preprocess->crop, wide = preprocess->crop_width;
    if (!high) {
        bool stretches = preprocess->resize_width && preprocess->fit == DN_FIT_STRETCH;
        high = preprocess->square_first || stretches ? preprocess->resize : 0;
        wide = preprocess->resize_width;
    }
    if (!high)
        return false;
    *height = high;
    *width = wide ? wide : high;
    return true;
}

void dn_preprocess_reading(const dn_preprocess *preprocess, dn_image_limits *limits)
{
    if (!preprocess || !limits)
        return;
    limits->voi = preprocess->voi;
    memcpy(limits->window, preprocess->window, sizeof limits->window);
}

int dn_preprocess_side(const dn_preprocess *preprocess)
{
    if (!preprocess)
        return 0;
    int width = 0, height = 0;
    return dn_preprocess_fixed_size(preprocess, &width, &height) && width == height ? width : 0;
}

/* A number that ends with `end`. NULL if it is none, otherwise what comes after it. */
static const char *parse_number(const char *text, char end, int *value)
{
    char *after;
    long number = strtol(text, &after, 10);
    if (after == text || *after != end || number < 0 || number > LARGEST_SIDE)
        return NULL;
    *value = (int)number;
    return after + 1;
}

static bool parse_sides(const char *text, int *height, int *width)
{
    *width = 0;
    if (!strchr(text, 'x'))
        return parse_number(text, '\0', height);
    const char *rest = parse_number(text, 'x', height);
    return rest && parse_number(rest, '\0', width) && *height > 0 && *width > 0;
}

static bool parse_word(const char *words, const char *text, int *value)
{
    size_t length = strlen(text);
    for (*value = 0; *words; ++*value) {
        size_t span = strcspn(words, "|");
        if (span == length && memcmp(words, text, span) == 0)
            return true;
        words += span + 1;
    }
    return false;
}

static bool parse_window(const char *text, float window[2])
{
    char *end;
    window[0] = strtof(text, &end);
    if (end == text || *end != ':')
        return false;
    text = end + 1;
    window[1] = strtof(text, &end);
    return end != text && !*end;
}

static bool parse_triple(const char *text, float numbers[3])
{
    for (int i = 0; i < 3; i++) {
        char *end;
        numbers[i] = strtof(text, &end);
        if (end == text)
            return false;
        if (i == 0 && !*end) {
            numbers[1] = numbers[2] = numbers[0];
            return true;
        }
        if (*end != (i < 2 ? ':' : '\0'))
            return false;
        text = end + 1;
    }
    return true;
}

static bool set_field(dn_preprocess *preprocess, const spec_field *field, const char *text)
{
    int value = 0;
    if (field->type == FIELD_TRIPLE) {
        float numbers[3];
        if (!parse_triple(text, numbers))
            return false;
        memcpy((char *)preprocess + field->offset, numbers, sizeof numbers);
    } else if (field->type == FIELD_SIDES) {
        int width;
        if (!parse_sides(text, &value, &width))
            return false;
        set_int(preprocess, field, value);
        memcpy((char *)preprocess + field->width, &width, sizeof width);
    } else if (field->type == FIELD_WINDOW && parse_window(text, preprocess->window)) {
        preprocess->voi = DN_VOI_WINDOW;
    } else {
        if (field->words ? !parse_word(field->words, text, &value)
                         : !parse_number(text, '\0', &value))
            return false;
        set_int(preprocess, field, value);
    }
    return in_range(preprocess, field);
}

static const dn_preprocess *find_pipeline(const char *name)
{
    for (int i = 0; i < PIPELINES; i++)
        if (strcmp(pipelines[i].name, name) == 0)
            return &pipelines[i];
    return NULL;
}

static const char *name_at(int index)
{
    return index < PIPELINES ? pipelines[index].name : NULL;
}

static const dn_setting *setting_at(int index)
{
    return index < FIELDS ? &fields[index].setting : NULL;
}

static void begin(void *settings, int name)
{
    dn_preprocess *preprocess = settings;
    *preprocess = pipelines[name];
}

static bool set(void *settings, int setting, const char *value)
{
    return set_field(settings, &fields[setting], value);
}

dn_status dn_preprocess_parse(const char *specification, dn_preprocess *preprocess)
{
    DN_NEED(specification);
    DN_NEED(preprocess);
    static const dn_specification language = {.subject = "preprocess",
                                              .name = name_at,
                                              .setting = setting_at,
                                              .begin = begin,
                                              .set = set};
    dn_preprocess result = *preprocess;
    DN_TRY(dn_specification_read(&language, specification, &result));
    *preprocess = result;
    return DN_OK;
}

/* The shortest decimal that reads back as the same float; up to 6 digits without an exponent. */
static int print_float(float number, char *text, size_t size)
{
    int length = 0;
    for (int digits = 6; digits <= 9; digits++) {
        length = snprintf(text, size, "%.*g", digits, (double)number);
        if (strtof(text, NULL) == number)
            break;
    }
    return length;
}

static void print_value(const dn_preprocess *preprocess, const spec_field *field, char *text)
{
    if (field->type == FIELD_TRIPLE) {
        const float *numbers = numbers_of(preprocess, field);
        for (int i = 0, at = 0; i < 3; i++) {
            at += print_float(numbers[i], text + at, VALUE_SIZE - (size_t)at);
            if (i < 2)
                text[at++] = ':';
        }
        return;
    }
    if (field->type == FIELD_WINDOW && preprocess->voi == DN_VOI_WINDOW) {
        int at = print_float(preprocess->window[0], text, VALUE_SIZE);
        text[at++] = ':';
        print_float(preprocess->window[1], text + at, VALUE_SIZE - (size_t)at);
        return;
    }
    int value = get_int(preprocess, field), width = get_width(preprocess, field);
    const char *word = field->words;
    if (!word) {
        snprintf(text, VALUE_SIZE, width ? "%dx%d" : "%d", value, width);
        return;
    }
    while (value-- > 0 && *word)
        word += strcspn(word, "|") + 1;
    snprintf(text, VALUE_SIZE, "%.*s", (int)strcspn(word, "|"), word);
}

static bool same_value(const dn_preprocess *a, const dn_preprocess *b, const spec_field *field)
{
    if (field->type == FIELD_TRIPLE)
        return memcmp(numbers_of(a, field), numbers_of(b, field), 3 * sizeof(float)) == 0;
    if (field->type == FIELD_WINDOW && a->voi == DN_VOI_WINDOW && b->voi == DN_VOI_WINDOW)
        return memcmp(a->window, b->window, sizeof a->window) == 0;
    return get_int(a, field) == get_int(b, field) && get_width(a, field) == get_width(b, field);
}

void dn_preprocess_format(const dn_preprocess *preprocess, char *text, size_t size)
{
    if (!preprocess || !text || size == 0)
        return;
    const dn_preprocess *base = find_pipeline(preprocess->name);
    if (!base)
        base = find_pipeline("none");
    locale_t callers = dn_use_decimal_points();
    size_t at = (size_t)snprintf(text, size, "%s", base->name);
    for (int i = 0; i < FIELDS; i++) {
        char value[VALUE_SIZE];
        if (same_value(preprocess, base, &fields[i]) || at >= size)
            continue;
        print_value(preprocess, &fields[i], value);
        at += (size_t)snprintf(text + at, size - at, ",%s=%s", fields[i].setting.key, value);
    }
    uselocale(callers);
}
