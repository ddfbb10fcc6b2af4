/* SPDX-License-Identifier: MIT */
/* What processes exchange whose norms see the pictures of all: sums of engine->moments. Does
 * nothing for those that train alone. A fault is left in engine->shared, and later calls do
 * nothing. */
#ifndef DN_ENGINE_SHARED_NORMS_H
#define DN_ENGINE_SHARED_NORMS_H

#include "train/engine/state.h"

/* Sets engine->all_images. */
void dn_share_images(dn_engine *engine);

/* Means and sums of squared deviations of this process's pixels of maps become those of all. */
void dn_share_moments(dn_engine *engine, int maps, int channels);

/* Two sums per channel. */
void dn_share_sums(dn_engine *engine, int channels);

#endif
