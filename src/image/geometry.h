/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_GEOMETRY_H
#define DN_IMAGE_GEOMETRY_H

#include "base/status.h"

/* One direction of the way from picture to tensor. */
typedef struct dn_axis {
    int64_t from, extent; /* the part of the picture that is used */
    int64_t full;         /* its extent after resampling */
    int64_t start, count; /* the part of `full` that is kept ... */
    int64_t padding;      /* ... after so many black pixels */
    int64_t out;          /* extent of the tensor */
} dn_axis;

/* Across, then down. */
typedef struct dn_geometry {
    dn_axis axes[2];
} dn_geometry;

dn_status dn_geometry_plan(const dn_preprocess *preprocess, int width, int height,
                           dn_geometry *geometry);

#endif
