/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_PREPROCESS_H
#define DN_IMAGE_PREPROCESS_H

#include "base/status.h"

/* Checks that every field is within the range that dn_preprocess_parse allows. */
dn_status dn_preprocess_check(const dn_preprocess *preprocess);

/* Samples of 16 bits, or of depth 32, as the bytes that pipelines of bytes make of them. */
void dn_bytes_of_samples(const void *samples, size_t count, int depth, uint8_t *bytes);

#endif
