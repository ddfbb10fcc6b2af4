/* SPDX-License-Identifier: MIT */
#include "reports/feature_writer.h"

#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

/* Writes the pixels of one channel, which are apart in memory and contiguous in a file. */
static bool write_channel(output_file *file, const dn_feature *feature, int image, int channel,
                          float *plane)
{
    size_t at = 0;
    for (int y = 0; y < feature->height; y++)
        for (int x = 0; x < feature->width; x++)
            plane[at++] = feature_at(feature, image, channel, y, x);
    return output_write(file, plane, at * sizeof *plane);
}

void feature_writer_observe(const dn_feature *feature, void *context)
{
    feature_writer *writer = context;
    if (writer->failed || strcmp(feature->name, writer->name) != 0)
        return;
    writer->shape[0] += feature->n;
    writer->shape[1] = feature->channels;
    writer->shape[2] = feature->height;
    writer->shape[3] = feature->width;
    float *plane = malloc((size_t)feature->height * (size_t)feature->width * sizeof *plane);
    writer->failed = !plane && !complain("out of memory for %s", feature->name);
    for (int image = 0; image < feature->n && !writer->failed; image++)
        for (int channel = 0; channel < feature->channels && !writer->failed; channel++)
            writer->failed = !write_channel(writer->file, feature, image, channel, plane);
    free(plane);
}
