/* SPDX-License-Identifier: MIT */
/* Datasets: those in one piece stay where they are in the file, others are put together. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <stdio.h>
#include <string.h>

/* Keras marks two bytes of no type of HDF5's own by an attribute. */
static dn_status find_element(dn_hdf5_image *image, hid_t dataset, hid_t type, const char *path,
                              dn_dtype *dtype, bool *found)
{
    *found = dn_hdf5_element(type, dtype);
    if (*found || H5(H5Tget_size)(type) != 2)
        return DN_OK;
    char name[1100];
    snprintf(name, sizeof name, "%s@dtype", path);
    DN_TRY(dn_hdf5_read_attributes(image, dataset, path));
    const dn_value *value = dn_tensor_file_value(image->file, name);
    *found = value && value->texts && strcmp(value->texts[0], "bfloat16") == 0;
    *dtype = DN_BF16;
    return DN_OK;
}

static dn_status place_contiguous(const dn_hdf5_image *image, hid_t dataset, size_t bytes,
                                  dn_tensor *tensor)
{
    haddr_t offset = H5(H5Dget_offset)(dataset);
    if (offset == HADDR_UNDEF)
        return dn_fail(DN_ERROR_FORMAT, "tensor \"%.200s\" was never written", tensor->name);
    if (offset > image->size || bytes > image->size - offset)
        return dn_fail(DN_ERROR_FORMAT, "tensor \"%.200s\" ends past the end of the file",
                       tensor->name);
    tensor->data = image->data + offset;
    return DN_OK;
}

static dn_status place(const dn_hdf5_image *image, hid_t dataset, hid_t type, hid_t list,
                       dn_tensor *tensor)
{
    size_t bytes = tensor->count * dn_dtype_size(tensor->dtype);
    H5D_layout_t layout = H5(H5Pget_layout)(list);
    if (H5(H5Pget_external_count)(list) != 0)
        return dn_fail(DN_ERROR_FORMAT, "tensor \"%.200s\" lies in another file, which is not read",
                       tensor->name);
    if (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED && layout != H5D_COMPACT)
        return dn_fail(DN_ERROR_FORMAT,
                       "tensor \"%.200s\" is put together from other datasets, which is not done",
                       tensor->name);
    tensor->data = image->data;
    if (bytes == 0)
        return DN_OK;
    if (layout == H5D_CONTIGUOUS)
        return place_contiguous(image, dataset, bytes, tensor);
    unsigned char *copy;
    DN_TRY(dn_pool_alloc(&image->file->pool, bytes, 1, &copy));
    tensor->data = copy;
    if (layout == H5D_CHUNKED)
        return dn_hdf5_read_chunks(image, dataset, list, tensor, copy);
    return H5(H5Dread)(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, copy) < 0
               ? dn_fail(DN_ERROR_FORMAT, "tensor \"%.200s\" is damaged", tensor->name)
               : DN_OK;
}

static dn_status read_open(dn_hdf5_image *image, hid_t dataset, hid_t type, hid_t space, hid_t list,
                           const char *path)
{
    dn_tensor tensor = {0};
    bool found;
    char *name;
    if (type < 0 || space < 0 || list < 0)
        return dn_fail(DN_ERROR_FORMAT, "its dataset \"%.200s\" is damaged", path);
    DN_TRY(find_element(image, dataset, type, path, &tensor.dtype, &found));
    tensor.rank = dn_hdf5_shape(space, tensor.shape);
    if (!found || tensor.rank < 0)
        return DN_OK;
    DN_TRY(dn_pool_copy(&image->file->pool, path, strlen(path), &name));
    tensor.name = name;
    dn_tensor_pack(&tensor);
    DN_TRY(dn_tensor_check(&tensor, 0, SIZE_MAX / dn_dtype_size(tensor.dtype), name));
    DN_TRY(place(image, dataset, type, list, &tensor));
    return dn_tensor_file_add(image->file, &tensor);
}

dn_status dn_hdf5_read_dataset(dn_hdf5_image *image, hid_t dataset, const char *path)
{
    hid_t type = H5(H5Dget_type)(dataset), space = H5(H5Dget_space)(dataset),
          list = H5(H5Dget_create_plist)(dataset);
    dn_status status = read_open(image, dataset, type, space, list, path);
    if (type >= 0)
        H5(H5Tclose)(type);
    if (space >= 0)
        H5(H5Sclose)(space);
    if (list >= 0)
        H5(H5Pclose)(list);
    return status;
}
