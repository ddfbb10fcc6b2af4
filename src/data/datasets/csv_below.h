/* SPDX-License-Identifier: MIT */
/* Pictures in the folders below one, by name: NIH's are in images_001/images and so on, ISIC's in
 * a folder beside the table. */
#ifndef DN_DATASETS_CSV_BELOW_H
#define DN_DATASETS_CSV_BELOW_H

#include "data/datasets/name_list.h"

/* Lists the pictures of the folders below, three deep at most, as "NAME/FOLDER", sorted. Of very
 * many folders it lists none: those are not a data set's. */
dn_status dn_csv_list_below(const char *folder, dn_name_list *below);

/* The path of a picture, free(), which may have an ending that name lacks; NULL if there is none.
 * Fails if there are several. */
dn_status dn_csv_find_below(const dn_name_list *below, const char *name, char **path);

#endif
