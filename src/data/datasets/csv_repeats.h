/* SPDX-License-Identifier: MIT */
#ifndef DN_DATASETS_CSV_REPEATS_H
#define DN_DATASETS_CSV_REPEATS_H

#include "data/datasets/dataset.h"
#include "data/datasets/name_list.h"

/* Says how many pictures of a table have several rows, and how many of these contradict
 * themselves. */
dn_status dn_csv_report_repeats(const dn_dataset *dataset, const dn_name_list *names);

#endif
