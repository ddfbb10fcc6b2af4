/* SPDX-License-Identifier: MIT */
/* What an HDF5 file in memory holds, as tensors and values: groups one within another, datasets,
 * attributes. Only between dn_hdf5_enter and dn_hdf5_leave. */
#ifndef DN_HDF5_PARTS_H
#define DN_HDF5_PARTS_H

#include "tensors/hdf5/hdf5_library.h"
#include "tensors/tensors.h"

/* The bytes of the HDF5 file, which may lie in a zip archive's entry. */
typedef struct dn_hdf5_image {
    dn_tensor_file *file; /* what is read is added to it */
    const unsigned char *data;
    size_t size;
    size_t longest_text; /* of those of variable length */
} dn_hdf5_image;

/* As dn_hdf5_read_file, of an HDF5 file in memory (hdf5_files.h). */
dn_status dn_hdf5_read(dn_tensor_file *file, const unsigned char *data, size_t size);

/* Refuses a file of structures that Keras does not write, or that libhdf5 would stumble over. Finds
 * the longest text. */
dn_status dn_hdf5_check_forms(dn_hdf5_image *image);

/* The attributes of an object. */
dn_status dn_hdf5_read_attributes(dn_hdf5_image *image, hid_t object, const char *path);

/* The shape of a dataspace, of rank 0 to DN_MAX_RANK; -1 for others and none. */
int dn_hdf5_shape(hid_t space, int64_t shape[DN_MAX_RANK]);

/* The element type, of numbers with the little end first; false if there is none of this kind. */
bool dn_hdf5_element(hid_t type, dn_dtype *dtype);

/* A dataset as a tensor; what is not of numbers is passed over. */
dn_status dn_hdf5_read_dataset(dn_hdf5_image *image, hid_t dataset, const char *path);

/* A dataset that is stored in chunks, perhaps compressed, into `bytes`. tensor: its shape and
 * type. list: its creation properties. */
dn_status dn_hdf5_read_chunks(const dn_hdf5_image *image, hid_t dataset, hid_t list,
                              const dn_tensor *tensor, unsigned char *bytes);

#endif
