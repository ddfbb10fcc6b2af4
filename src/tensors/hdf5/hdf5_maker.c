/* SPDX-License-Identifier: MIT */
#include "tensors/hdf5/hdf5_maker.h"

#include "base/memory.h"

#include <stdlib.h>

dn_status dn_hdf5_not_made(void)
{
    return dn_fail(DN_ERROR_IO, "libhdf5 cannot make the file: is memory short?");
}

dn_status dn_hdf5_add_texts(const dn_hdf5_maker *m, hid_t object, const char *name,
                            const char *const *texts, size_t count, bool scalar)
{
    hsize_t size = count;
    hid_t space = scalar ? H5(H5Screate)(H5S_SCALAR) : H5(H5Screate_simple)(1, &size, NULL);
    hid_t attribute = H5(H5Acreate2)(object, name, m->text, space, H5P_DEFAULT, H5P_DEFAULT);
    bool sound = attribute >= 0 && (count == 0 || H5(H5Awrite)(attribute, m->text, texts) >= 0);
    if (attribute >= 0)
        H5(H5Aclose)(attribute);
    if (space >= 0)
        H5(H5Sclose)(space);
    return sound ? DN_OK : dn_hdf5_not_made();
}

dn_status dn_hdf5_add_text(const dn_hdf5_maker *m, hid_t object, const char *name, const char *text)
{
    return dn_hdf5_add_texts(m, object, name, &text, 1, true);
}

dn_status dn_hdf5_add_dataset(const dn_hdf5_maker *m, hid_t group, const char *name,
                              const dn_output *output)
{
    hsize_t shape[4];
    for (int d = 0; d < output->rank; d++)
        shape[d] = (hsize_t)output->shape[d];
    unsigned char *bytes;
    DN_TRY(dn_alloc_aligned(dn_output_bytes(output), 1, &bytes));
    dn_status status = dn_output_convert(output, bytes);
    if (status == DN_OK) {
        hid_t type = output->dtype == DN_F16 ? m->float16 : dn_hdf5.f32;
        hid_t space = H5(H5Screate_simple)(output->rank, shape, NULL);
        hid_t dataset =
            H5(H5Dcreate2)(group, name, type, space, H5P_DEFAULT, m->dataset_list, H5P_DEFAULT);
        if (dataset < 0 || H5(H5Dwrite)(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
            status = dn_hdf5_not_made();
        if (dataset >= 0)
            H5(H5Dclose)(dataset);
        if (space >= 0)
            H5(H5Sclose)(space);
    }
    free(bytes);
    return status;
}

hid_t dn_hdf5_make_group(const dn_hdf5_maker *m, hid_t parent, const char *name)
{
    return H5(H5Gcreate2)(parent, name, H5P_DEFAULT, m->group_list, H5P_DEFAULT);
}
