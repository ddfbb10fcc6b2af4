/* SPDX-License-Identifier: MIT */
/* Pictures prepared in several ways and held against what a network recorded. */
#ifndef RUN_INPUT_TRIALS_H
#define RUN_INPUT_TRIALS_H

#include "files/picture_list.h"
#include "files/pictures.h"
#include "run/input_candidates.h"

typedef struct input_trial {
    input_candidate of;
    dn_input_check *check;
    dn_input_fit stem, last; /* of the maps that the first layer reads; of the last block's */
    double distance;         /* of the stem's maps; infinite if they are not numbers */
    double behind, error;    /* distance to the best's, and its standard error */
    bool ties;               /* with the best: not told apart from it */
} input_trial;

typedef struct input_trials {
    input_trial rows[MOST_CANDIDATES]; /* the best first */
    int count, used;                   /* used: the index of the pipeline in use */
    size_t pictures, unread, listed;   /* that were tried; could not be read; there are */
} input_trials;

/* Runs at most `most` of the listed pictures, evenly chosen. Complains and returns false if no
 * answer can be given; release with input_trials_free in either case. */
bool input_trials_run(const dn_model *model, const picture_list *list, size_t most,
                      const dn_preprocess *used, const dn_preprocess *recorded,
                      input_trials *trials);
void input_trials_free(input_trials *trials);

#endif
