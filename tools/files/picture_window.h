/* SPDX-License-Identifier: MIT */
#ifndef TOOL_PICTURE_WINDOW_H
#define TOOL_PICTURE_WINDOW_H

#include "densenet.h"

/* Sets what --window says, "auto", "none" or "C,W"; NULL leaves the pipeline's. */
bool picture_window(const char *text, dn_preprocess *preprocess);

#endif
