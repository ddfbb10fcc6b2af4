/* SPDX-License-Identifier: MIT */
/* --image-size: what a network sees, whatever the pipeline made before. */
#ifndef TOOL_IMAGE_SIZE_H
#define TOOL_IMAGE_SIZE_H

#include "densenet.h"

#include <stdbool.h>

/* Makes a pipeline yield pictures of sides[0] rows and sides[1] columns: squares in its own
 * proportions, or, if it has none, with a margin of 1/8 for its crop if `margin`; rectangles by
 * scaling both sides. */
void image_size_fit(dn_preprocess *preprocess, const int sides[2], bool margin);

/* Complains and returns false if a pipeline, after `specification`, makes other pictures. */
bool image_size_is(const int sides[2], const char *specification, const dn_preprocess *preprocess);

#endif
