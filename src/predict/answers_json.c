/* SPDX-License-Identifier: MIT */
#include "base/status.h"
#include "base/text.h"

#include <math.h>

static void add_answer(dn_text *text, const dn_model *model, const dn_answer *answer)
{
    char number[DN_OUTPUT_NUMBER_SIZE];
    const char *name = dn_output_name(model, answer->output, number);
    dn_text_add(text, "{\"index\": %d, \"label\": ", answer->output);
    if (name)
        dn_text_add_json(text, name);
    else
        dn_text_add(text, "null");
    if (answer->untrained)
        dn_text_add(text, ", \"probability\": null, \"note\": \"not trained\"}");
    else if (isfinite(answer->probability))
        dn_text_add(text, ", \"probability\": %.7g}", (double)answer->probability);
    else
        dn_text_add(text, ", \"probability\": null}");
}

dn_status dn_answers_json(const dn_model *model, const dn_answer *answers, int count, char **json)
{
    DN_NEED(model);
    DN_NEED(answers);
    DN_NEED(json);
    dn_text text = {0};
    dn_text_add(&text, "[");
    for (int i = 0; i < count; i++) {
        dn_text_add(&text, "%s", i ? ", " : "");
        add_answer(&text, model, &answers[i]);
    }
    dn_text_add(&text, "]");
    return dn_text_take(&text, json);
}
