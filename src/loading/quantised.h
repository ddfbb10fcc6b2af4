/* SPDX-License-Identifier: MIT */
/* The tensors of a quantised network in a file: beside a convolution's weight of whole numbers,
 * weight_scale, input_scale, input_zero, output_scale, output_offset and bias_correction
 * (docs/weights.md). */
#ifndef DN_LOADING_QUANTISED_H
#define DN_LOADING_QUANTISED_H

#include "network/model.h"
#include "tensors/tensors.h"
#include "tensors/writers.h"

/* Tensors that were taken out of a file, by name; in the file's pool. */
typedef struct dn_quantised_tensors {
    dn_tensor *tensors;
    size_t count;
    bool found; /* the file's metadata says that it is quantised */
} dn_quantised_tensors;

/* Replaces weights of whole numbers by the floats that they stand for, and takes out of the
 * file what is only about bytes. */
dn_status dn_dequantise(dn_tensor_file *file, dn_quantised_tensors *taken);

/* Gives the model the quantisation that they describe; DN_ERROR_MISMATCH if they are not
 * whole or not possible. */
dn_status dn_read_quantisation(const dn_tensor_file *file, const dn_quantised_tensors *taken,
                               dn_model *model);

/* The most tensors of a convolution, its weight included. */
#define DN_QUANTISED_PARTS 7

/* Calls add(context, name, output) for each tensor of a convolution; `whole` is memory for its
 * weights. */
typedef dn_status dn_add_output(void *context, const char *name, const dn_output *output);
dn_status dn_write_quantised(const dn_model *model, int node, const char *name, float *whole,
                             dn_add_output *add, void *context);

/* The entry of the metadata. */
#define DN_QUANTISATION_KEY "densenet.quantisation"

#endif
