/* SPDX-License-Identifier: MIT */
#include "loading/build_model.h"

#include "base/text.h"
#include "network/model_values.h"

void dn_warn_of_values(dn_load_job *l, const dn_model *model)
{
    char values[256];
    dn_describe_values(model, values, sizeof values);
    if (values[0])
        dn_load_warn(l, "%s", values);
}

void dn_warn_of_head(dn_load_job *l, const dn_arch *arch)
{
    bool linear = l->head.assumed_linear && l->options.final_relu == DN_RELU_AUTO;
    bool pool_alone = arch->head.part_count == 0 && l->options.head_pool;
    char text[DN_HEAD_TEXT_SIZE];
    dn_arch_head_text(arch, text, sizeof text);
    if ((l->head.assumed && !pool_alone) || linear)
        dn_load_warn(l, "its head is taken for %s%s: what has no tensors is not in the file", text,
                     arch->linear_final ? ", after a norm without ReLU (option final_relu)" : "");
    if (l->head.assumed_sigmoid && !l->options.task)
        dn_load_warn(l, "a sigmoid among its modules is taken to come last");
    if (l->head.assumed_no_bias)
        dn_load_warn(l, "a linear of its head has no bias in the file: right if it was built so, "
                        "wrong answers if the bias was lost");
}

/* Neither the file nor a config.json beside it. */
void dn_warn_of_task(dn_load_job *l, const dn_model *model)
{
    if (!l->metadata && !l->options.task && l->head.open_end && !l->head.tells_objective &&
        model->arch.classes > 1 && model->objective != DN_OBJECTIVE_LABELS)
        dn_load_warn(l, "whether a sigmoid follows the classifier is not in the file; the option "
                        "task labels says so");
}
