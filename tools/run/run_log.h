/* SPDX-License-Identifier: MIT */
/* RUN/log.csv: one line per step and one per epoch. */
#ifndef TOOL_RUN_LOG_H
#define TOOL_RUN_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* NaN if there is no such figure; what is infinite is written as if there were none. A step's loss
 * is its batch's; an epoch's the mean over its steps, with the validation after it. */
typedef struct log_row {
    bool epoch_end;
    double epoch; /* completed, a fraction at a step */
    int64_t step; /* passed */
    double loss, accuracy, rate, val_loss, val_score, seconds;
    double val_ranked; /* labels: those that the mean AUROC is of */
} log_row;

typedef struct run_log {
    log_row *rows;
    int count;
    bool auroc; /* val_score is the mean AUROC for labels, accuracy for classes */
} run_log;

/* Reads RUN/log.csv. Complains and returns false if it cannot. */
bool run_log_read(const char *run, run_log *log);
void run_log_free(run_log *log);

/* Starts the file, or truncates it after `step` steps and continues; if the epoch
 * that ends there is still open, its line is dropped too. NULL if it has complained.
 * Write rows with run_log_write; close with fclose. */
FILE *run_log_open(const char *run, bool auroc, int64_t step, bool epoch_open);
bool run_log_write(FILE *stream, bool auroc, const log_row *row);

#endif
