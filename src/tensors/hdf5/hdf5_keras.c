/* SPDX-License-Identifier: MIT */
/* Keras 3's .keras files: a zip archive of config.json, metadata.json and model.weights.h5. The
 * texts become values under their names. */
#include "tensors/hdf5/hdf5_files.h"
#include "tensors/hdf5/hdf5_parts.h"
#include "tensors/zip/zip.h"

#include <string.h>

static dn_status add_text(dn_tensor_file *file, const dn_zip *zip, const char *name)
{
    const dn_zip_entry *entry = dn_zip_find(zip, name);
    const unsigned char *bytes = NULL;
    char *text;
    if (!entry)
        return DN_OK;
    DN_TRY(dn_zip_read(zip, entry, &file->pool, &bytes));
    DN_TRY(dn_pool_copy(&file->pool, (const char *)bytes, entry->size, &text));
    return dn_tensor_file_add_text(file, name, text);
}

dn_status dn_keras_read_archive(dn_tensor_file *file)
{
    dn_zip zip;
    const unsigned char *image = NULL;
    DN_TRY(dn_zip_open(&file->pool, file->map.data, file->map.size, &zip));
    DN_TRY(add_text(file, &zip, "config.json"));
    DN_TRY(add_text(file, &zip, "metadata.json"));
    const dn_zip_entry *entry = dn_zip_find(&zip, DN_KERAS_WEIGHTS);
    DN_TRY(dn_zip_read(&zip, entry, &file->pool, &image));
    return dn_hdf5_read(file, image, entry->size);
}
