/* SPDX-License-Identifier: MIT */
#include "inference/precision_names.h"

#include "inference/auto_precision.h"

#include <string.h>

static const struct {
    const char *name;
    dn_precision precision;
} precisions[] = {
    {"f32", {DN_F32, DN_F32}},
    {"bf16", {DN_BF16, DN_BF16}},
    {"bf16-weights", {DN_BF16, DN_F32}},
    {"int8", {DN_I8, DN_U8}},
};
#define PRECISIONS (sizeof precisions / sizeof *precisions)

dn_status dn_find_precision(const dn_model *model, const char *name, dn_precision *precision)
{
    const char *meant = !name ? "f32" : name;
    if (strcmp(meant, "auto") == 0)
        meant = dn_auto_precision(model, dn_kernels_best());
    for (size_t i = 0; i < PRECISIONS; i++)
        if (strcmp(meant, precisions[i].name) == 0) {
            *precision = precisions[i].precision;
            return DN_OK;
        }
    return dn_fail(DN_ERROR_ARGUMENT,
                   "precision \"%s\": f32, bf16, bf16-weights, int8 or auto is expected", name);
}

const char *dn_precision_name(dn_precision precision)
{
    for (size_t i = 0; i < PRECISIONS; i++)
        if (dn_same_precision(precision, precisions[i].precision))
            return precisions[i].name;
    return NULL;
}
