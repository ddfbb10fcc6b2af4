/* SPDX-License-Identifier: MIT */
/* Tar archives as data sets: recognised by content, read from a file in memory.
 * Checksums are corrected first, so that changed headers are read. */
#include "densenet.h"
#include "memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every sample has a class, a name and either a picture or a fault. */
static void inspect(const dn_dataset *dataset)
{
    const dn_image_limits limits = {.struct_size = sizeof limits, .max_pixels = 1 << 14};
    int count = dn_dataset_count(dataset), outputs = dn_dataset_outputs(dataset);
    if (count < 1 || outputs < 1 || dn_dataset_objective(dataset) != DN_OBJECTIVE_CLASSES)
        abort();
    for (int i = 0; i < count; i++) {
        char name[64];
        int class = dn_dataset_class(dataset, i);
        dn_dataset_name(dataset, i, name, sizeof name);
        if (class < 0 || class >= outputs || !dn_dataset_label(dataset, class)[0] || !name[0])
            abort();
        dn_image *image;
        if (i < 8 && dn_dataset_read(dataset, i, &limits, &image) == DN_OK)
            dn_image_free(image);
    }
    dn_dataset *rest, *held;
    if (dn_dataset_split(dataset, 0.5, 1, &rest, &held) != DN_OK)
        return;
    if (dn_dataset_count(rest) + dn_dataset_count(held) != count)
        abort();
    dn_dataset_free(rest);
    dn_dataset_free(held);
}

static void seal(uint8_t *header)
{
    unsigned sum = 0;
    char digits[8];
    memset(header + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += header[i];
    snprintf(digits, sizeof digits, "%06o", sum);
    memcpy(header + 148, digits, sizeof digits);
}

/* The path of an archive of these bytes, every block that says ustar sealed. */
static const char *create_archive(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    for (size_t at = 0; at + 512 <= size; at += 512)
        if (memcmp(copy + at + 257, "ustar", 5) == 0)
            seal(copy + at);
    const char *path = memory_file("archive", copy, size);
    free(copy);
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = create_archive(data, size);
    for (int portion = DN_PORTION_TRAIN; portion <= DN_PORTION_TEST; portion++) {
        dn_dataset *dataset;
        if (dn_dataset_open(path, (dn_portion)portion, &dataset) != DN_OK)
            continue;
        inspect(dataset);
        dn_dataset_free(dataset);
    }
    return 0;
}
