/* SPDX-License-Identifier: MIT */
/* What `densenet eval` found, printed and written. */
#ifndef TOOL_EVALUATION_REPORT_H
#define TOOL_EVALUATION_REPORT_H

#include "densenet.h"

#include <stddef.h>

void evaluation_print(const dn_evaluation *evaluation, const dn_model *model,
                      const dn_dataset *data);

/* One object: samples, skipped, loss, top1, top5 or auroc as fractions, how many
 * labels that is the mean of, and the outputs; what does not exist is null. */
void evaluation_print_json(const dn_evaluation *evaluation, const dn_model *model,
                           const dn_dataset *data);

/* CSV of each output's figures. Complain if they cannot write. */
bool evaluation_write_outputs(const dn_evaluation *evaluation, const dn_model *model,
                              const dn_dataset *data, const char *path);

/* Complains and returns false if no confusion matrix of this data could be
 * written to a file of this name. */
bool evaluation_confusion_writable(const dn_dataset *data, const char *path);

/* .csv, or a picture as .png or .svg; rows are the truth. */
bool evaluation_write_confusion(const dn_evaluation *evaluation, const dn_model *model,
                                const dn_dataset *data, const char *path);

bool evaluation_draw_confusion(const dn_evaluation *evaluation, const dn_model *model,
                               const dn_dataset *data, const char *path);

/* The model's name of an output, else the data set's. */
const char *evaluation_label(const dn_model *model, const dn_dataset *data, int output);

/* "of 11 of 14 labels": those that a mean AUROC is taken of. */
void evaluation_ranked(int ranked, int outputs, char *text, size_t size);

#endif
