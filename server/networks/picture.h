/* SPDX-License-Identifier: MIT */
/* A picture file in memory, prepared for a network. */
#ifndef NETWORKS_PICTURE_H
#define NETWORKS_PICTURE_H

#include "networks/served_network.h"

typedef struct picture {
    dn_image *image; /* upright, if the pipeline makes it so */
    void *tensor;    /* bytes, or floats of a pipeline that makes them */
    int height, width;
    bool is_bytes;
} picture;

/* Decodes and prepares a picture file of at most `most_pixels`; name is used in messages. The
 * caller releases what *made holds with picture_free. */
dn_status picture_read(const network *n, const void *file, size_t size, const char *name,
                       size_t most_pixels, picture *made);

/* Runs a session of the network over it. logits: one per class. */
dn_status picture_run(const network *n, dn_session *session, const picture *p, float *logits);

void picture_free(picture *p);

#endif
