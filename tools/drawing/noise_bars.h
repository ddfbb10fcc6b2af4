/* SPDX-License-Identifier: MIT */
#ifndef TOOL_NOISE_BARS_H
#define TOOL_NOISE_BARS_H

#include "reports/layer_noise.h"

/* Draws layers' signal to noise as bars, in the order of the list, to .png or .svg. Complains if
 * it cannot. */
bool noise_bars_write(const layer_noise *noise, const char *title, const char *path);

#endif
