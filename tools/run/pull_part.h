/* SPDX-License-Identifier: MIT */
/* The folder in which a hub's network is gathered until it is whole. */
#ifndef TOOL_PULL_PART_H
#define TOOL_PULL_PART_H

#include <stdbool.h>

#define PULL_CONFIG "config.json"
#define PULL_PROCESSOR "preprocessor_config.json"
#define PULL_SAFETENSORS "model.safetensors"
#define PULL_PICKLE "pytorch_model.bin"

/* Makes it, locks it, and removes what a killed process left in it, but for what of the weights can
 * be continued if it `resumes`. A signal that ends the program removes it from now on. Returns the
 * lock; -1 if it has complained. */
int pull_part_begin(const char *path, bool resumes);

/* The network is whole: moves it to `folder`, or complains. */
bool pull_part_keep(const char *path, const char *folder);

/* Removes it, and what is in it. */
void pull_part_remove(void);

/* Ends what pull_part_begin began. */
void pull_part_end(int lock);

#endif
