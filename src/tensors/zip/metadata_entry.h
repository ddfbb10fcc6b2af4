/* SPDX-License-Identifier: MIT */
/* The entry that this program adds to zip archives of tensors. */
#ifndef DN_ZIP_METADATA_ENTRY_H
#define DN_ZIP_METADATA_ENTRY_H

#include "tensors/tensors.h"
#include "tensors/zip/zip.h"

/* Adds what PREFIXdensenet.json says, {"densenet.KEY": "text", ...}, to the file's values, if
 * there is such an entry. */
dn_status dn_read_metadata_entry(dn_tensor_file *file, const dn_zip *zip, const char *prefix);

#endif
