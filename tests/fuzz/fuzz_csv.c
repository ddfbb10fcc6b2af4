/* SPDX-License-Identifier: MIT */
/* A CSV of labels, under a name that ends in .csv: a link to a file in memory. */
#include "densenet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static char folder[] = "/tmp/densenet-fuzz-XXXXXX", path[64];

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

static int create_file(void)
{
    char target[64];
    int file = memfd_create("labels", MFD_CLOEXEC);
    if (file < 0 || !mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/x.csv", folder);
    snprintf(target, sizeof target, "/proc/self/fd/%d", file);
    if (symlink(target, path) != 0)
        abort();
    atexit(remove_folder);
    return file;
}

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
    static int file = -1;
    dn_dataset *dataset;
    if (file < 0)
        file = create_file();
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    if (dn_dataset_open(path, DN_PORTION_TRAIN, &dataset) != DN_OK)
        return 0;
    inspect(dataset);
    dn_dataset_free(dataset);
    return 0;
}
