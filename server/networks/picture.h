/* SPDX-License-Identifier: MIT */
/* A picture file in memory, prepared for a network. */
#ifndef NETWORKS_PICTURE_H
#define NETWORKS_PICTURE_H

#include "networks/served_network.h"

typedef struct picture {
    dn_image *image; /* upright, if the pipeline or who asked makes it so */
    void *tensor;    /* bytes, or floats of a pipeline that makes them */
    int height, width;
    bool is_bytes;
} picture;

/* How a picture file is read, whatever the pipeline. */
typedef struct picture_reading {
    size_t most_pixels;
    const char *formats; /* of dn_image_limits, or NULL */
    bool upright;        /* turned as its EXIF orientation says */
} picture_reading;

/* The most pixels that a network is given where its pipeline leaves pictures as large as they are:
 * a sixteenth of what is decoded, since a network needs some hundred bytes for each. */
size_t picture_most_computed(size_t most_pixels);

/* Decodes and prepares a picture file; name is used in messages. The caller releases what *made
 * holds with picture_free. */
dn_status picture_read(const network *n, const void *file, size_t size, const char *name,
                       const picture_reading *reading, picture *made);

/* Runs a session of the network over it. logits: one per class. */
dn_status picture_run(const network *n, dn_session *session, const picture *p, float *logits);

void picture_free(picture *p);

#endif
