/* SPDX-License-Identifier: MIT */
/* An operator graph is followed from its input to its output, and of each value it is noted what a
 * DenseNet's place it is: a constant, the picture, maps that convolutions made, with a norm and a
 * ReLU that have not been applied yet, or a vector of the head. An operator that no DenseNet has
 * there leaves a fault, which matters only if the output depends on it. */
#ifndef DN_LOADING_OPERATORS_WALK_H
#define DN_LOADING_OPERATORS_WALK_H

#include "network/head.h"
#include "tensors/operators.h"

typedef enum dn_known_kind {
    DN_KNOWN_FAULT,
    DN_KNOWN_CONSTANT,
    DN_KNOWN_PICTURE,
    DN_KNOWN_MAXIMA, /* of 3x3 with stride 1: what a blur reads */
    DN_KNOWN_MAPS,
    DN_KNOWN_VECTOR
} dn_known_kind;

#define DN_NORM_PARTS 4 /* weight, bias, mean, variance */

/* Per channel. Without mean and variance: only a factor and a term. */
typedef struct dn_walk_norm {
    const dn_tensor *parts[DN_NORM_PARTS];
    double epsilon;
} dn_walk_norm;

/* What was done to the picture: scale * x + shift of the channel that order names. */
#define DN_MOST_PICTURE_CHANNELS 16
typedef struct dn_walk_picture {
    int axis; /* of its channels: 1, or 3 before it is transposed; 0: not known yet */
    int channels;
    bool bytes, changed;
    int order[DN_MOST_PICTURE_CHANNELS];
    double scale[DN_MOST_PICTURE_CHANNELS], shift[DN_MOST_PICTURE_CHANNELS];
} dn_walk_picture;

typedef struct dn_walk_head {
    const struct dn_known *source;         /* the maps that are pooled */
    dn_head head;                          /* all its parts, also of a plain one */
    dn_walk_norm parts[DN_MAX_HEAD_PARTS]; /* of a linear, weight and bias */
    int width, rank;
    bool halved; /* of DN_POOL_AVGMAX: the sum is */
    bool ended;  /* by a softmax or sigmoid */
    dn_objective objective;
    double temperature;
} dn_walk_head;

typedef struct dn_known {
    dn_known_kind kind;
    const char *fault; /* a sentence */
    int fault_place;   /* the number of the operator */
    const dn_tensor *constant;
    const dn_walk_picture *picture;
    /* Maps: of which makers, in this order, and what is yet to be done to them. */
    const int *pieces;
    int piece_count, channels;
    int height, width;        /* 0: not known */
    const dn_walk_norm *norm; /* NULL: none */
    bool relu;
    int pad[4]; /* zeros around picture or maps: above, left, below, right; around maxima their
                   own reflection */
    int stored; /* the maker that computes it; DN_NONE_STORED: none yet */
    const dn_walk_head *head;
} dn_known;

/* What makes maps: a convolution, or the end of a stem. */
typedef struct dn_maker {
    const dn_operator *item;
    const dn_known *source;
    const dn_tensor *weight; /* NULL: a stem's end */
    int out, kernel, stride;
    bool pools; /* a convolution by 2x2 means, a stem's end by 3x3/2 maxima */
    bool blurs; /* these have stride 1, and are blurred */
} dn_maker;

typedef struct dn_walk {
    dn_tensor_file *file;
    const dn_operators *graph;
    const dn_known **known; /* by value */
    dn_maker *makers;
    size_t maker_count, maker_capacity;
    bool quantised; /* maps are quantised on their way */
} dn_walk;

/* What an operator does with values of which not all are constants. */
typedef dn_status dn_walk_operation(dn_walk *w, const dn_operator *item, const dn_known **out);

/* Follows all of w->graph. */
dn_status dn_walk_run(dn_walk *w);

#define DN_NONE_STORED (-1)

/* The value of an input; NULL if it is not given. */
const dn_known *dn_walk_input(const dn_walk *w, const dn_operator *item, int number);

/* A constant input; NULL if it is none. */
const dn_tensor *dn_walk_constant(const dn_walk *w, const dn_operator *item, int number);

/* A copy to be changed. */
dn_status dn_walk_derive(dn_walk *w, const dn_known *from, dn_known **out);

/* *out becomes a fault: `its node "NAME" (TYPE) REASON`. */
__attribute__((format(printf, 4, 5))) dn_status
dn_walk_depart(dn_walk *w, const dn_operator *item, const dn_known **out, const char *format, ...);

/* The sentence itself, as a failure. */
__attribute__((format(printf, 2, 3))) dn_status dn_walk_refuse(const dn_operator *item,
                                                               const char *format, ...);

/* Attributes, or what holds without them. */
int64_t dn_walk_integer(const dn_operator *item, const char *name, int64_t usual);
const char *dn_walk_text(const dn_operator *item, const char *name, const char *usual);

/* True if the list has `count` integers, or is absent and all are `usual`; sets them. */
bool dn_walk_integers(const dn_operator *item, const char *name, int count, int64_t usual,
                      int64_t *integers);

#endif
