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
    dn_dataset *dataset;
    const char *path = memory_file("x.csv", data, size);
    if (dn_dataset_open(path, DN_PORTION_TRAIN, &dataset) != DN_OK)
        return 0;
    inspect(dataset);
    dn_dataset_free(dataset);
    return 0;
}
