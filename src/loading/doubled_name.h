/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_DOUBLED_NAME_H
#define DN_LOADING_DOUBLED_NAME_H

#include "base/status.h"

#define DN_UNDOUBLED_SIZE 512

/* A name of Keras without the group of its layer, "conv1/conv/kernel:0" of
 * "conv1/conv/conv1/conv/kernel:0", written into text; any other name itself. */
const char *dn_undoubled_name(const char *name, char text[DN_UNDOUBLED_SIZE]);

#endif
