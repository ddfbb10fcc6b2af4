/* SPDX-License-Identifier: MIT */
/* An inner tensor of successive runs, written as one NCHW array. */
#ifndef TOOL_FEATURE_WRITER_H
#define TOOL_FEATURE_WRITER_H

#include "densenet.h"
#include "files/npy.h"

typedef struct feature_writer {
    const char *name; /* the library's */
    output_file *file;
    int64_t shape[4]; /* grows with each run; rank 2 for vectors */
    bool failed;
} feature_writer;

/* A dn_observer; context is the writer. Other tensors are ignored. */
void feature_writer_observe(const dn_feature *feature, void *context);

/* Element (image, channel, y, x) of an inner tensor. */
static inline float feature_at(const dn_feature *feature, int image, int channel, int y, int x)
{
    size_t row = (size_t)image * (size_t)feature->height + (size_t)y;
    size_t pixel = row * (size_t)feature->width + (size_t)x;
    return feature->data[pixel * feature->stride + (size_t)channel];
}

#endif
