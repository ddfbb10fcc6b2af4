/* SPDX-License-Identifier: MIT */
#include "loading/other_labels.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* A list with one of the names in use. */
static dn_status read_label_list(const dn_tensor_file *file, dn_model *model)
{
    static const char *const names[] = {"pathologies", "targets",     "labels",
                                        "classes",     "class_names", "categories"};
    for (size_t i = 0; i < sizeof names / sizeof *names && !model->labels; i++) {
        const dn_value *value = dn_tensor_file_last(file, names[i]);
        if (value && value->texts && value->count == (size_t)model->arch.classes)
            DN_TRY(dn_model_set_labels(model, value->texts, model->arch.classes));
    }
    return DN_OK;
}

/* {key: {name: index}}; *count: how many names. */
static dn_status read_indices(const dn_tensor_file *file, const char *key, dn_model *model,
                              int *count)
{
    int classes = model->arch.classes, found = 0;
    const char **labels;
    *count = 0;
    DN_TRY(dn_calloc((size_t)classes, sizeof *labels, &labels));
    for (size_t i = 0; i < file->value_count; i++) {
        const dn_value *value = &file->values[i];
        const char *name = strstr(value->path, key);
        *count += name && value->numbers;
        if (!name || !value->numbers || !(value->numbers[0] >= 0 && value->numbers[0] < classes))
            continue;
        const char **label = &labels[(int)value->numbers[0]];
        found += !*label;
        *label = name + strlen(key);
    }
    bool whole = found == classes && !model->labels;
    dn_status status = whole ? dn_model_set_labels(model, labels, classes) : DN_OK;
    free(labels);
    return status;
}

/* A network of CheXpert's ensemble has labels, by the sigmoid of one logit, or three logits for
 * each, of which only the last two count (Irvin et al., 2019: U-MultiClass). */
static dn_status read_tasks(const dn_tensor_file *file, dn_model *model)
{
    int tasks;
    DN_TRY(read_indices(file, "task_sequence.", model, &tasks));
    if (tasks && model->arch.classes == 3 * tasks)
        return dn_fail(DN_ERROR_MISMATCH,
                       "%s: has three logits for each of its %d tasks (\"task_sequence\"), as "
                       "networks of CheXpert's ensemble have: probabilities are the softmax of the "
                       "last two of each, which is not computed here",
                       file->name, tasks);
    if (tasks && model->arch.classes == tasks)
        model->objective = DN_OBJECTIVE_LABELS;
    return DN_OK;
}

dn_status dn_other_labels_read(const dn_tensor_file *file, dn_model *model)
{
    int count;
    DN_TRY(read_label_list(file, model));
    DN_TRY(read_indices(file, "class_to_idx.", model, &count)); /* of torchvision's ImageFolder */
    return read_tasks(file, model);
}
