/* SPDX-License-Identifier: MIT */
/* Names of columns that published tables have. Case does not matter. */
#ifndef DN_DATASETS_CSV_NAMES_H
#define DN_DATASETS_CSV_NAMES_H

#include "data/datasets/name_list.h"

bool dn_csv_names_image(const char *name);
bool dn_csv_names_class(const char *name);
bool dn_csv_names_findings(const char *name);
bool dn_csv_names_no_label(const char *name);

/* Whether this is CheXpert's header, whose blanks mean 0. */
bool dn_csv_is_chexpert(const dn_name_list *names);

#endif
