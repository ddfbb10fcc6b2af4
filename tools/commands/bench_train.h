/* SPDX-License-Identifier: MIT */
#ifndef TOOL_BENCH_TRAIN_H
#define TOOL_BENCH_TRAIN_H

#include "reports/bench_rows.h"

/* Times training steps on a batch of the row's shape, after one to warm up;
 * sets row->bytes. Complains and returns false if it cannot. */
bool bench_train(const dn_model *model, const float *input, int runs, double *seconds,
                 bench_row *row);

#endif
