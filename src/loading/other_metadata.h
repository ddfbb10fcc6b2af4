/* SPDX-License-Identifier: MIT */
/* Other programs' metadata: labels, TorchXRayVision's operating points. */
#ifndef DN_LOADING_OTHER_METADATA_H
#define DN_LOADING_OTHER_METADATA_H

#include "network/model.h"
#include "tensors/tensors.h"

/* Labels, objective, preprocessing and thresholds; also model->origin.dialect if it
 * is TorchXRayVision's. */
dn_status dn_other_metadata_read(const dn_tensor_file *file, dn_model *model);

/* Whether the file has operating points that the model did not take: not one number per output. */
bool dn_other_points_left(const dn_tensor_file *file, const dn_model *model);

/* The operating points of a network that TorchXRayVision publishes under this
 * file name, NULL for others; DN_XRV_OUTPUTS of them. */
#define DN_XRV_OUTPUTS 18
const float *dn_xrv_thresholds(const char *path);

/* The thresholds that it publishes for 80% of right positives, likewise. */
const float *dn_xrv_ppv80(const char *path);

/* The name of each output, if the file does not say. */
extern const char *const dn_xrv_labels[DN_XRV_OUTPUTS];

#endif
