/* SPDX-License-Identifier: MIT */
#ifndef TOOL_DATA_FINGERPRINT_H
#define TOOL_DATA_FINGERPRINT_H

#include "densenet.h"

/* The SHA-256 of a data set's labels and, per sample in order, its name below the data set, the
 * size of its file, and its label. Sizes are those of at most 10,000 files, evenly spread, so that
 * it is cheap on large data; contents are not read. The same wherever the data set lies. */
void data_fingerprint(const dn_dataset *data, char digest[65]);

#endif
