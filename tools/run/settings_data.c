/* SPDX-License-Identifier: MIT */
#include "run/settings_data.h"

#include "run/train_settings.h"
#include "ui/report.h"

#include <string.h>

/* Parts of the data and weights of its outputs, in this call and in the run that it resumes. */
static struct {
    const char *name, *used, *resumed;
} parts[] = {{"train-part", NULL, NULL}, {"val-part", NULL, NULL}, {"weights", NULL, NULL}};

enum { WEIGHTS = 2 };

bool train_settings_part(const char *name, const char *part)
{
    size_t i = 0;
    while (strcmp(parts[i].name, name) != 0)
        i++;
    const char *resumed = parts[i].resumed;
    parts[i].used = part;
    return !resumed || (part && strcmp(part, resumed) == 0) ||
           complain("train: --resume %s: its %s is %s, which %s no longer has", train_chosen.resume,
                    name, resumed, train_chosen.data);
}

bool train_settings_weights(const char *list)
{
    const char *resumed = parts[WEIGHTS].resumed;
    bool kept = train_chosen.automatic || !train_chosen.weights_chosen;
    parts[WEIGHTS].used = list;
    return !resumed || !kept || strcmp(list, resumed) == 0 ||
           complain("train: --resume %s: the weights are %s, the run has %s", train_chosen.resume,
                    list, resumed);
}

/* Sizes of the data, in this call and in the run that it resumes; 0: not known. */
static struct {
    const char *name, *one, *several;
    int64_t used, resumed;
} sizes[] = {{"outputs", "class or label", "classes or labels", 0, 0},
             {"pictures", "picture to train on", "pictures to train on", 0, 0}};

bool train_settings_size(const char *name, int size)
{
    size_t i = 0;
    while (strcmp(sizes[i].name, name) != 0)
        i++;
    sizes[i].used = size;
    return !sizes[i].resumed || size == sizes[i].resumed ||
           complain("train: --resume %s: %s has %d %s, the run has %lld", train_chosen.resume,
                    train_chosen.data, size, size == 1 ? sizes[i].one : sizes[i].several,
                    (long long)sizes[i].resumed);
}

void settings_data_add(json_t *object)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].used)
            json_object_set_new(object, parts[i].name, json_string(parts[i].used));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        json_object_set_new(object, sizes[i].name, json_integer(sizes[i].used));
}

bool settings_data_keep(const char *name, const char *text)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(name, parts[i].name) == 0) {
            parts[i].resumed = text;
            return true;
        }
    return false;
}

int64_t *settings_data_size(const char *name)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (strcmp(name, sizes[i].name) == 0)
            return &sizes[i].resumed;
    return NULL;
}
