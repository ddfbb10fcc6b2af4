/* SPDX-License-Identifier: MIT */
#include "data/datasets/dataset.h"

#include <stdlib.h>
#include <string.h>

void dn_dataset_free(dn_dataset *dataset)
{
    if (!dataset)
        return;
    if (dataset->store)
        dataset->kind->close(dataset->store);
    dn_name_list_free(&dataset->labels);
    free(dataset->path);
    free(dataset->classes);
    free(dataset->targets);
    free(dataset->samples);
    free(dataset);
}

/* From a part to the whole that it reads from. */
static const dn_dataset *resolve(const dn_dataset *dataset, int *sample)
{
    for (; dataset->whole; dataset = dataset->whole)
        if (sample)
            *sample = dataset->samples[*sample];
    return dataset;
}

const char *dn_dataset_source(const dn_dataset *dataset)
{
    if (!dataset)
        return NULL;
    return resolve(dataset, NULL)->path;
}

const char *dn_dataset_part(const dn_dataset *dataset, dn_portion portion)
{
    if (!dataset)
        return NULL;
    bool known = (unsigned)portion <= DN_PORTION_VALIDATION;
    return known ? resolve(dataset, NULL)->parts[portion] : NULL;
}

void dn_dataset_forget(const dn_dataset *dataset)
{
    const dn_dataset *whole = resolve(dataset, NULL);
    if (whole->kind->forget)
        whole->kind->forget(whole->store);
}

const char *dn_dataset_format(const dn_dataset *dataset)
{
    if (!dataset)
        return NULL;
    return resolve(dataset, NULL)->format;
}

int dn_dataset_links(const dn_dataset *dataset)
{
    if (!dataset)
        return 0;
    return resolve(dataset, NULL)->links;
}

int dn_dataset_left_out(const dn_dataset *dataset)
{
    if (!dataset)
        return 0;
    return resolve(dataset, NULL)->left_out.total;
}

dn_objective dn_dataset_objective(const dn_dataset *dataset)
{
    if (!dataset)
        return DN_OBJECTIVE_CLASSES;
    return resolve(dataset, NULL)->objective;
}

int dn_dataset_count(const dn_dataset *dataset)
{
    if (!dataset)
        return 0;
    return dataset->count;
}

int dn_dataset_outputs(const dn_dataset *dataset)
{
    if (!dataset)
        return 0;
    return resolve(dataset, NULL)->labels.count;
}

const char *dn_dataset_label(const dn_dataset *dataset, int output)
{
    if (!dataset)
        return NULL;
    return dn_name_list_get(&resolve(dataset, NULL)->labels, output);
}

int dn_dataset_class(const dn_dataset *dataset, int sample)
{
    if (!dataset)
        return -1;
    const dn_dataset *whole = resolve(dataset, &sample);
    return whole->classes ? whole->classes[sample] : -1;
}

void dn_dataset_target(const dn_dataset *dataset, int sample, float *target)
{
    if (!dataset || !target)
        return;
    const dn_dataset *whole = resolve(dataset, &sample);
    size_t outputs = (size_t)whole->labels.count;
    if (whole->targets) {
        memcpy(target, whole->targets + (size_t)sample * outputs, outputs * sizeof *target);
        return;
    }
    memset(target, 0, outputs * sizeof *target);
    target[whole->classes[sample]] = 1;
}

void dn_dataset_name(const dn_dataset *dataset, int sample, char *text, size_t size)
{
    if (!dataset || !text)
        return;
    const dn_dataset *whole = resolve(dataset, &sample);
    whole->kind->name(whole, sample, text, size);
}

dn_status dn_dataset_read(const dn_dataset *dataset, int sample, const dn_image_limits *limits,
                          dn_image **image)
{
    DN_NEED(dataset);
    DN_NEED(image);
    const dn_dataset *whole = resolve(dataset, &sample);
    return whole->kind->read(whole, sample, limits, image);
}

dn_status dn_dataset_check(const dn_dataset *dataset)
{
    DN_NEED(dataset);
    const dn_dataset *whole = resolve(dataset, NULL);
    return whole->kind->check ? whole->kind->check(whole) : DN_OK;
}
