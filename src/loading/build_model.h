/* SPDX-License-Identifier: MIT */
/* From the tensors that were found to the model. */
#ifndef DN_LOADING_BUILD_MODEL_H
#define DN_LOADING_BUILD_MODEL_H

#include "loading/load_job.h"

/* After dn_find_network. The model may keep the job's file, which is NULL then. */
dn_status dn_build_model(dn_load_job *l, dn_model **out);

/* What is not in the file, and so may be otherwise: of the head, of a sigmoid after it, and values
 * that no trained network has. Each adds to the job's warning. */
void dn_warn_of_head(dn_load_job *l, const dn_arch *arch);
void dn_warn_of_task(dn_load_job *l, const dn_model *model);
void dn_warn_of_values(dn_load_job *l, const dn_model *model);

#endif
