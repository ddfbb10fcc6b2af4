/* SPDX-License-Identifier: MIT */
#include "reports/evaluation_report.h"

const char *evaluation_label(const dn_model *model, const dn_dataset *data, int output)
{
    const char *label = dn_model_label(model, output);
    return label ? label : dn_dataset_label(data, output);
}
