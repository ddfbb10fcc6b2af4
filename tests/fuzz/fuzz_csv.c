/* SPDX-License-Identifier: MIT */
/* A CSV of labels. */
#include "densenet.h"
#include "memory_file.h"

#include <math.h>
#include <stdlib.h>

/* Labels are 0..1 or unknown; classes are in range. */
static void inspect(const dn_dataset *dataset)
{
    int count = dn_dataset_count(dataset), outputs = dn_dataset_outputs(dataset);
    float *target = malloc((size_t)outputs * sizeof *target);
    if (count < 1 || outputs < 1 || !target)
        abort();
    for (int i = 0; i < count; i++) {
        char name[64];
        dn_dataset_name(dataset, i, name, sizeof name);
        dn_dataset_target(dataset, i, target);
        for (int j = 0; j < outputs; j++)
            if (!isnan(target[j]) && !(target[j] >= 0 && target[j] <= 1))
                abort();
    }
    free(target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const dn_dataset_options ways[] = {
        {0},
        {.task = "labels", .uncertain = "one", .blank = "zero"},
        {.task = "classes", .uncertain = "zero"},
        {.label_column = "label"},
        {.image_column = "label", .label_columns = "image,\"x\""},
    };
    const char *path = memory_file("x.csv", data, size);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        dn_dataset *dataset;
        dn_dataset_options options = ways[i];
        options.struct_size = sizeof options;
        if (dn_dataset_open_with(path, &options, &dataset) != DN_OK)
            continue;
        inspect(dataset);
        dn_dataset_free(dataset);
    }
    return 0;
}
