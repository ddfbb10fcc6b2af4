/* SPDX-License-Identifier: MIT */
/* Tar archives as data sets: recognised by content, read from a file in memory.
 * Checksums are corrected first, so that changed headers are read. */
#include "densenet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Every sample has a class, a name and either a picture or a fault. */
static void inspect(const dn_dataset *dataset)
{
    const dn_image_limits limits = {.max_pixels = 1 << 14};
    int count = dn_dataset_count(dataset), outputs = dn_dataset_outputs(dataset);
    if (count < 1 || outputs < 1 || dn_dataset_task(dataset) != DN_TASK_CLASSES)
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

/* A file of these bytes in memory, with the checksum set in every block that says ustar. */
static int create_file(const uint8_t *data, size_t size)
{
    int file = memfd_create("archive", MFD_CLOEXEC);
    uint8_t *copy = malloc(size ? size : 1);
    if (file < 0 || !copy)
        abort();
    memcpy(copy, data, size);
    for (size_t at = 0; at + 512 <= size; at += 512)
        if (memcmp(copy + at + 257, "ustar", 5) == 0)
            seal(copy + at);
    if (write(file, copy, size) != (ssize_t)size)
        abort();
    free(copy);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int file = create_file(data, size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    for (int portion = DN_PORTION_TRAIN; portion <= DN_PORTION_TEST; portion++) {
        dn_dataset *dataset;
        if (dn_dataset_open(path, (dn_portion)portion, &dataset) != DN_OK)
            continue;
        inspect(dataset);
        dn_dataset_free(dataset);
    }
    close(file);
    return 0;
}
