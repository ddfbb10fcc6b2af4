/* SPDX-License-Identifier: MIT */
/* A file that holds a computation: operators over named values. Nothing here knows what a
 * DenseNet is. All of it lives in the file's pool. */
#ifndef DN_TENSORS_OPERATORS_H
#define DN_TENSORS_OPERATORS_H

#include "tensors/tensors.h"

typedef struct dn_attribute {
    const char *name;
    int64_t integer;
    float real;
    const char *text; /* NULL: none */
    const int64_t *integers;
    size_t integer_count;
    const float *reals;
    size_t real_count;
    const dn_tensor *tensor; /* NULL: none */
} dn_attribute;

#define DN_NO_VALUE (-1)

typedef struct dn_operator {
    const char *name, *type, *domain; /* "" where the file has none */
    const int *inputs;                /* values; DN_NO_VALUE: an optional one that is not given */
    int input_count;
    int first_output, output_count; /* the values that it makes follow one another */
    const dn_attribute *attributes;
    size_t attribute_count;
} dn_operator;

/* What an operator or the caller makes, or a tensor of the file. */
typedef struct dn_operator_value {
    const char *name;
    const dn_tensor *tensor;    /* of the file; NULL: it is computed or given */
    int rank;                   /* of what is given; -1: not said */
    int64_t shape[DN_MAX_RANK]; /* of what is given; -1: of any size */
    dn_dtype dtype;             /* of what is given */
} dn_operator_value;

/* Every operator reads values with smaller numbers than those that it makes. */
typedef struct dn_operators {
    dn_operator *items;
    size_t count;
    dn_operator_value *values;
    size_t value_count;
    int input; /* the first value that the caller gives */
    int input_count;
    int *outputs;
    int output_count;
    int64_t version; /* of the operators */
    const char *producer;
} dn_operators;

/* NULL if the operator has none of this name. */
const dn_attribute *dn_operator_attribute(const dn_operator *item, const char *name);

#endif
