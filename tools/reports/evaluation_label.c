/* SPDX-License-Identifier: MIT */
#include "reports/evaluation_report.h"

#include <stdio.h>

const char *evaluation_label(const dn_model *model, const dn_dataset *data, int output)
{
    bool one_each = dn_model_arch(model)->classes == dn_dataset_outputs(data);
    const char *label = one_each ? dn_model_label(model, output) : NULL;
    return label ? label : dn_dataset_label(data, output);
}

void evaluation_ranked(int ranked, int outputs, char *text, size_t size)
{
    const char *plural = outputs == 1 ? "" : "s";
    if (ranked == outputs)
        snprintf(text, size, "of %d label%s", outputs, plural);
    else
        snprintf(text, size, "of %d of %d label%s", ranked, outputs, plural);
}
