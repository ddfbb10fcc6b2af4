/* SPDX-License-Identifier: MIT */
#ifndef DN_DATASETS_CSV_FILES_H
#define DN_DATASETS_CSV_FILES_H

#include "data/datasets/dataset.h"

/* Whether a folder is a data set by its tables. */
bool dn_csv_folder(const char *path);

/* The table of a folder that the portion asks for, free(), and the parts that it comes in. */
dn_status dn_csv_choose(const char *path, dn_portion portion, const char *parts[3], char **file);

/* Adds the names of a folder's tables; a run that was written into it left its log, which is none.
 */
dn_status dn_csv_list(const char *path, dn_name_list *tables);

#endif
