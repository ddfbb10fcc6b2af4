/* SPDX-License-Identifier: MIT */
#include "arguments/class_name.h"

#include "arguments/suggestion.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static int refuse_name(const dn_model *model, const char *name)
{
    suggestion near = {.word = name, .length = strlen(name)};
    int count = dn_model_arch(model)->classes;
    for (int i = 0; i < count && dn_model_label(model, i); i++)
        suggest(&near, dn_model_label(model, i));
    if (near.best)
        complain("--class: the network has no class \"%s\"; did you mean \"%s\"?", name, near.best);
    else if (count == 1)
        complain("--class: the network has no class \"%s\", only output 0", name);
    else
        complain("--class: the network has no class \"%s\"; a name that it records, or 0 to %d, is "
                 "expected",
                 name, count - 1);
    return -1;
}

int class_named(const dn_model *model, const char *name)
{
    int count = dn_model_arch(model)->classes;
    for (int i = 0; i < count; i++) {
        const char *label = dn_model_label(model, i);
        if (label && label[0] && strcmp(label, name) == 0)
            return i;
    }
    char *end;
    long number = strtol(name, &end, 10);
    if (end == name || *end || name[strspn(name, "0123456789")] || number >= count)
        return refuse_name(model, name);
    const char *label = dn_model_label(model, (int)number);
    if (label && !label[0] && dn_model_objective(model) == DN_OBJECTIVE_LABELS) {
        complain("--class: output %ld was never trained", number);
        return -1;
    }
    return (int)number;
}
