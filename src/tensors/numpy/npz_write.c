/* SPDX-License-Identifier: MIT */
/* What numpy.load() reads as a dictionary of arrays. */
#include "base/memory.h"
#include "base/npy_header.h"
#include "tensors/writers.h"
#include "tensors/zip/metadata_entry.h"
#include "tensors/zip/zip_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static dn_status add_array(dn_zip_writer *zip, const dn_output *output)
{
    char name[256], type[8];
    unsigned char *bytes;
    size_t size = dn_output_bytes(output);
    const char *code = dn_dtype_numpy_code(output->dtype);
    if (!code[0])
        return dn_fail(DN_ERROR_ARGUMENT, "dtype \"%s\": NumPy has no such type",
                       dn_dtype_name(output->dtype));
    snprintf(name, sizeof name, "%s.npy", output->name);
    snprintf(type, sizeof type, "<%s", code);
    DN_TRY(dn_alloc_aligned(DN_NPY_HEADER_SIZE + size, 1, &bytes));
    dn_npy_fill(type, output->rank, output->shape, (char *)bytes);
    dn_status status = dn_output_convert(output, bytes + DN_NPY_HEADER_SIZE);
    if (status == DN_OK)
        status = dn_zip_add(zip, name, bytes, DN_NPY_HEADER_SIZE + size);
    free(bytes);
    return status;
}

static dn_status add_entries(dn_zip_writer *zip, const char *metadata, const dn_output *outputs,
                             size_t count)
{
    for (size_t i = 0; i < count; i++)
        DN_TRY(add_array(zip, &outputs[i]));
    return dn_zip_add(zip, DN_METADATA_ENTRY, metadata, strlen(metadata));
}

dn_status dn_write_npz(dn_file_writer *writer, const char *metadata, const dn_output *outputs,
                       size_t count)
{
    dn_zip_writer zip = {.file = writer};
    return dn_zip_finish(&zip, add_entries(&zip, metadata, outputs, count));
}
