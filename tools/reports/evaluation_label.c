/* SPDX-License-Identifier: MIT */
#include "reports/evaluation_report.h"

const char *evaluation_label(const dn_model *model, const dn_dataset *data, int output)
{
    bool one_each = dn_model_arch(model)->classes == dn_dataset_outputs(data);
    const char *label = one_each ? dn_model_label(model, output) : NULL;
    return label ? label : dn_dataset_label(data, output);
}
