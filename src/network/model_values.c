/* SPDX-License-Identifier: MIT */
#include "network/model_values.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* An exponent of all ones. */
static bool has_non_finite(const float *data, size_t count)
{
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        found |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return found;
}

static bool has_negative(const float *data, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (data[i] < 0)
            return true;
    return false;
}

void dn_describe_values(const dn_model *model, char *text, size_t size)
{
    int bad = 0;
    text[0] = '\0';
    for (int i = 0; i < model->layout.count; i++) {
        const dn_slot *slot = &model->layout.slots[i];
        bool infinite = has_non_finite(model->tensors[i], slot->count);
        bool negative = !infinite && slot->key.part == DN_PART_NORM_VARIANCE &&
                        has_negative(model->tensors[i], slot->count);
        if ((infinite || negative) && bad++ == 0)
            snprintf(text, size, "%s holds %s", model->names[i],
                     infinite ? "NaN or infinity" : "a negative variance");
    }
    size_t length = strlen(text);
    if (bad > 1)
        snprintf(text + length, size - length, ", as %s %d other%s", bad == 2 ? "does" : "do",
                 bad - 1, bad == 2 ? "" : "s");
}

dn_status dn_model_check_values(const dn_model *model, const char *what)
{
    char values[256];
    dn_describe_values(model, values, sizeof values);
    return values[0] ? dn_fail(DN_ERROR_NUMERIC, "%s: %s", what, values) : DN_OK;
}
