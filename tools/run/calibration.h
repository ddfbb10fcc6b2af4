/* SPDX-License-Identifier: MIT */
/* Pictures that a network is shown to be quantised: any, or labelled ones. */
#ifndef RUN_CALIBRATION_H
#define RUN_CALIBRATION_H

#include "densenet.h"

#include <stdbool.h>

typedef struct calibration {
    const char *path;
    dn_dataset *labelled; /* what is observed; NULL: pictures without labels */
    dn_preprocess preprocess;
} calibration;

/* Takes a tensor of n pictures; false to stop after a complaint. */
typedef bool calibration_take(const float *input, int n, int height, int width, void *context);

/* Opens --data: pictures, or a folder that holds some itself, are taken as they are; all else is
 * labelled data, of which the part for training is observed. Complains if it cannot. */
bool calibration_open(const char *path, calibration *data);
void calibration_close(calibration *data);

/* Hands at most `most` pictures on, evenly chosen of all or in an order that is always the same.
 * Returns how many, or -1 after a complaint. */
int calibration_each(const calibration *data, int most, const char *doing, calibration_take *take,
                     void *context);

#endif
