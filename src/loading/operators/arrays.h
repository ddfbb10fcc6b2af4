/* SPDX-License-Identifier: MIT */
/* Tensors that following a graph makes, in the file's pool. */
#ifndef DN_LOADING_OPERATORS_ARRAYS_H
#define DN_LOADING_OPERATORS_ARRAYS_H

#include "tensors/tensors.h"

/* An element of a shape that depends on the picture. */
#define DN_UNKNOWN_SIZE INT64_MIN

/* Zeros, packed. *data: the same, to be filled. */
dn_status dn_array_create(dn_tensor_file *file, dn_dtype dtype, int rank, const int64_t *shape,
                          dn_tensor **array, void *data);

/* A vector of floats. */
dn_status dn_array_floats(dn_tensor_file *file, size_t count, dn_tensor **array, float **data);

/* The elements in order; the tensor itself if they are. */
dn_status dn_array_pack(dn_tensor_file *file, const dn_tensor *tensor, const dn_tensor **packed);

/* Elements of whole numbers; *integers NULL if the tensor has others. */
dn_status dn_array_integers(dn_tensor_file *file, const dn_tensor *tensor,
                            const int64_t **integers);

/* `count` numbers of a tensor of that many, or of one, which is repeated; *floats NULL if it is of
 * another size or type. */
dn_status dn_array_read(dn_tensor_file *file, const dn_tensor *tensor, size_t count,
                        const float **floats);

/* The same data in another shape, of as many elements. */
dn_status dn_array_reshape(dn_tensor_file *file, const dn_tensor *tensor, int rank,
                           const int64_t *shape, const dn_tensor **reshaped);

/* Slices along an axis in another order: number i becomes what order[i] was. The tensor itself if
 * the order is as it was. */
dn_status dn_array_reorder(dn_tensor_file *file, const dn_tensor *tensor, int axis,
                           const int *order, const dn_tensor **reordered);

#endif
