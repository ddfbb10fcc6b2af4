/* SPDX-License-Identifier: MIT */
/* The folder of a MONAI bundle as a zip archive: FOLDER/configs/metadata.json, and the weights in
 * FOLDER/models/model.pt or .ts. */
#ifndef DN_ZIP_BUNDLE_H
#define DN_ZIP_BUNDLE_H

#include "tensors/tensors.h"

/* If the file's bytes are such an archive, file->map becomes the weights in it, which the readers
 * are for: the archive stays the caller's, who puts it back. The metadata is then the value
 * DN_BUNDLE_VALUE, and file->name says which entry is read. Other files stay as they are. */
dn_status dn_bundle_enter(dn_tensor_file *file);

#endif
