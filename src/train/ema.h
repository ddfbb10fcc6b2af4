/* SPDX-License-Identifier: MIT */
/* Exponential moving average of the weights. */
#ifndef DN_TRAIN_EMA_H
#define DN_TRAIN_EMA_H

#include "base/workers.h"

/* average = decay * average + (1 - decay) * weights. */
void dn_ema_update(float *average, const float *weights, size_t count, double decay, dn_team team);

/* min(decay, (1 + step) / (10 + step)), so that early in a run the average is
 * not mostly the initial weights. */
double dn_ema_decay(double decay, int64_t step);

#endif
