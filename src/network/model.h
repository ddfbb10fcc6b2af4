/* SPDX-License-Identifier: MIT */
#ifndef DN_NETWORK_MODEL_H
#define DN_NETWORK_MODEL_H

#include "network/layout.h"
#include "network/quantisation.h"

struct dn_tensor_file;

/* The names of ImageNet's classes in the order of torchvision's outputs. */
#define DN_IMAGENET_CLASSES 1000
extern const char *const dn_imagenet_labels[DN_IMAGENET_CLASSES];

struct dn_model {
    dn_arch arch;
    dn_layout layout;
    const float **tensors;       /* tensors[i] holds slot i: in storage, or in the mapped file */
    char **names;                /* torchvision's name of slot i */
    float **replaced;            /* owned: by slot, what dn_model_set_tensor put there; or NULL */
    float *storage;              /* owned; NULL if every tensor is in the file */
    struct dn_tensor_file *file; /* owned; NULL if no tensor is in it */
    dn_origin origin;
    dn_objective objective;
    char **labels;          /* classes names, or NULL */
    float *thresholds;      /* classes operating points (TorchXRayVision's op_threshs), or NULL */
    float *ppv80;           /* and its ppv80_thres, or NULL */
    char *training;         /* JSON object: how it was trained; or NULL */
    double temperature;     /* divides the logits; 1: none */
    double batches_tracked; /* by the norms' statistics; -1: not known */
    bool has_preprocess;
    dn_preprocess preprocess;
    dn_quantisation *quantisation; /* owned; NULL: it has none */
    char *precisions;              /* JSON object: how it was quantised, what precisions cost; or
                                      NULL */
    char *warning;
};

/* A model of this architecture whose tensors are not set yet: with storage
 * (layout.floats zeros, to which tensors[] point) or without. Released by
 * dn_model_free, however far it was filled. */
dn_status dn_model_create(const dn_arch *arch, bool with_storage, dn_model **model);

/* A tensor's data by key; NULL if the architecture has no such tensor. */
const float *dn_model_find(const dn_model *model, const dn_key *key);

/* Gives `to`, which may be trained further, the objective, labels, thresholds, preprocessing and
 * training of a model with as many classes. */
dn_status dn_model_copy_metadata(const dn_model *from, dn_model *to);

/* Divides logits, n x classes, by the model's temperature, in place. */
void dn_apply_temperature(const dn_model *model, int n, float *logits);

/* Fails if something of the model's mapped file was lost (dn_file_map_check). */
dn_status dn_model_check_file(const dn_model *model);

/* Releases the pages of a mapped weight file once the weights are prepared. */
void dn_model_forget_pages(const dn_model *model);

#endif
