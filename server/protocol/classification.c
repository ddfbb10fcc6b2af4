/* SPDX-License-Identifier: MIT */
#include "protocol/classification.h"

#include "base/memory.h"

#include <stdlib.h>

typedef struct place {
    float value;
    int output;
} place;

static int compare(const void *left, const void *right)
{
    const place *a = left, *b = right;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return a->output < b->output ? -1 : 1;
}

/* Values are written as C++'s std::to_string does. */
static dn_status describe(const model_facts *model, const place *at, char **string)
{
    dn_text text = {0};
    const char *label = model->label ? model->label(model->labels, at->output) : NULL;
    dn_text_add(&text, "%f:%d", (double)at->value, at->output);
    if (label && label[0]) {
        char *sound = dn_utf8_repair(label);
        if (sound)
            dn_text_add(&text, ":%s", sound);
        text.failed |= !sound;
        free(sound);
    }
    return dn_text_take(&text, string);
}

dn_status classify(const model_facts *model, const float *values, size_t top,
                   void (*add)(dn_text *text, const char *string), dn_text *text)
{
    place *places = NULL;
    size_t classes = (size_t)model->classes;
    DN_TRY(dn_calloc(classes, sizeof *places, &places));
    for (int i = 0; i < model->classes; i++)
        places[i] = (place){values[i], i};
    qsort(places, classes, sizeof *places, compare);
    dn_status status = DN_OK;
    for (size_t i = 0; i < classes && i < top && status == DN_OK; i++) {
        char *string;
        status = describe(model, &places[i], &string);
        if (status == DN_OK) {
            add(text, string);
            free(string);
        }
    }
    free(places);
    return status;
}
