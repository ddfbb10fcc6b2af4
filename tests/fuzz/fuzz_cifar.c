/* SPDX-License-Identifier: MIT */
/* CIFAR's folders: a byte that says which of the two layouts, one of how many
 * records, one of how many bytes are left over; the labels of the records, whose
 * pictures are black; and the file of names. */
#include "densenet.h"
#include "memory_file.h"

#include <stdlib.h>
#include <string.h>

enum { PICTURE = 3072, MOST_RECORDS = 8, MOST_LEFT_OVER = 8 };

static void inspect(const dn_dataset *dataset)
{
    int outputs = dn_dataset_outputs(dataset);
    if (dn_dataset_count(dataset) < 1 || (outputs != 10 && outputs != 100))
        abort();
    for (int i = 0; i < dn_dataset_count(dataset); i++) {
        int class = dn_dataset_class(dataset, i);
        dn_image *image;
        if (class < 0 || class >= outputs || !dn_dataset_label(dataset, class)[0] ||
            dn_dataset_read(dataset, i, NULL, &image) != DN_OK)
            abort();
        dn_image_free(image);
    }
}

/* Spreads the labels over records; returns how many bytes of the input it took. */
static size_t fill_records(const uint8_t *data, size_t size)
{
    static uint8_t records[MOST_RECORDS * (2 + PICTURE) + MOST_LEFT_OVER];
    size_t label = data[0] % 2 + 1u, count = data[1] % (MOST_RECORDS + 1u), at = 3;
    memset(records, 0, sizeof records);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < label && at < size; j++)
            records[i * (label + PICTURE) + j] = data[at++];
    memory_file("data_batch_1.bin", records, count * (label + PICTURE) + data[2] % MOST_LEFT_OVER);
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_dataset *dataset;
    if (size < 3)
        return 0;
    size_t at = fill_records(data, size);
    memory_file("batches.meta.txt", data + at, size - at);
    memory_file("fine_label_names.txt", data + at, size - at);
    if (dn_dataset_open(memory_folder(), DN_PORTION_TRAIN, &dataset) != DN_OK)
        return 0;
    inspect(dataset);
    dn_dataset_free(dataset);
    return 0;
}
