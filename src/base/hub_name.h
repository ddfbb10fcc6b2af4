/* SPDX-License-Identifier: MIT */
/* Names of networks on a model hub: OWNER/NAME, or OWNER/NAME@REVISION. */
#ifndef DN_BASE_HUB_NAME_H
#define DN_BASE_HUB_NAME_H

#include <stdbool.h>

enum { DN_HUB_PART = 97, DN_HUB_FOLDER = 3 * DN_HUB_PART + 8 };

typedef struct dn_hub_name {
    char owner[DN_HUB_PART], name[DN_HUB_PART];
    char revision[DN_HUB_PART]; /* "main" if the name has none */
} dn_hub_name;

/* False unless each part is 1 to 96 letters, digits, '-', '_' and '.', the first of them a letter,
 * a digit or '_', and no two dots in a row: such a part stays in its folder. */
bool dn_hub_name_parse(const char *text, dn_hub_name *name);

/* The folder of a pulled network in dn_cache_folder: hub/OWNER/NAME, of a revision other than main
 * with @REVISION. */
void dn_hub_name_folder(const dn_hub_name *name, char folder[DN_HUB_FOLDER]);

#endif
