/* SPDX-License-Identifier: MIT */
/* The JSON of an infer request without the tensors in it: those are read where they stand, since
 * as values of a JSON library their numbers would take twenty times the memory of their text. */
#ifndef PROTOCOL_SKELETON_H
#define PROTOCOL_SKELETON_H

#include "base/status.h"

#include <jansson.h>

enum { SKELETON_MOST_INPUTS = 16, SKELETON_MOST_BYTES = 64 << 10, SKELETON_MOST_DEPTH = 64 };

typedef struct skeleton {
    json_t *json; /* an object; "data" of each input that is an array has become 0 in it */
    struct {
        const char *text; /* of that array, in the request; NULL: there is none */
        size_t size;
    } data[SKELETON_MOST_INPUTS];
} skeleton;

/* The text need not end in a zero, and must outlive the skeleton, which skeleton_free releases. */
dn_status skeleton_read(const char *text, size_t size, skeleton *read);
void skeleton_free(skeleton *read);

#endif
