/* SPDX-License-Identifier: MIT */
/* Entries of zip archives of tensors that are texts: the one that this program adds, and others. */
#ifndef DN_ZIP_METADATA_ENTRY_H
#define DN_ZIP_METADATA_ENTRY_H

#include "tensors/tensors.h"
#include "tensors/zip/zip.h"

/* Adds what PREFIXdensenet.json says, {"densenet.KEY": "text", ...}, to the file's values, if
 * there is such an entry. */
dn_status dn_read_metadata_entry(dn_tensor_file *file, const dn_zip *zip, const char *prefix);

/* Adds the text of the entry PREFIXname to the file's values under that path, if there is such an
 * entry of at most 16 MiB. */
dn_status dn_read_text_entry(dn_tensor_file *file, const dn_zip *zip, const char *prefix,
                             const char *name, const char *path);

#endif
