/* SPDX-License-Identifier: MIT */
/* What a network computes where its tensors do not tell: from its metadata or modules, from its
 * statistics, and from the caller, who has the last word. */
#ifndef DN_LOADING_FUNCTION_H
#define DN_LOADING_FUNCTION_H

#include "base/text.h"
#include "network/model.h"
#include "tensors/tensors.h"

typedef struct dn_function_question {
    const dn_tensor_file *file;
    const dn_tensor *const *sources; /* of each slot */
    const dn_load_options *asked;
    const char *recorded; /* the model's architecture is what this says: "metadata", "graph";
                             NULL: what the tensors tell */
    bool blurs;           /* its name, or what lies beside it, says that its stem blurs */
} dn_function_question;

/* Completes model->arch and says in model->origin.function where from. Adds sentences to
 * *doubts, without a file's name and separated by semicolons, on what was assumed or
 * contradicts itself. */
dn_status dn_find_function(const dn_function_question *question, dn_model *model, dn_text *doubts);

#endif
