/* SPDX-License-Identifier: MIT */
/* From a table's fields to what a network should answer. */
#ifndef DN_DATASETS_CSV_TARGETS_H
#define DN_DATASETS_CSV_TARGETS_H

#include "data/datasets/dataset.h"

/* Makes classes of a data set of labels if each sample has exactly one 1 and no other value
 * but 0, unless the task is "labels"; fails if the task is "classes" and it has not. */
dn_status dn_csv_take_labels(dn_dataset *dataset, const char *task);

/* Makes labels of findings, one string A|B per sample. "No Finding" is none. */
dn_status dn_csv_take_findings(dn_dataset *dataset, const dn_name_list *words);

/* Fails if a sample's string is empty. */
dn_status dn_csv_check_words(const dn_dataset *dataset, const dn_name_list *words);

#endif
