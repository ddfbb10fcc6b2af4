/* SPDX-License-Identifier: MIT */
/* What networks are called in addresses. */
#ifndef NETWORKS_NETWORK_NAME_H
#define NETWORKS_NETWORK_NAME_H

#include <stdbool.h>

enum { NETWORK_NAME_SIZE = 128 };

/* Letters, digits, "-", "_" and ".", which is not the first: part of an address, and of no path. */
bool network_name_is_valid(const char *name);

/* Writes FILE's name without folder and ending; what may not be part of a name becomes "_". */
void network_name_of_file(const char *path, char name[NETWORK_NAME_SIZE]);

/* Whether a file in a folder of networks is one, by its ending. */
bool network_name_is_weights(const char *file);

#endif
