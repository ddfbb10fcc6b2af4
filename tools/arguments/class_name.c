/* SPDX-License-Identifier: MIT */
#include "arguments/class_name.h"

#include "arguments/suggestion.h"
#include "ui/report.h"

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
    char number[DN_OUTPUT_NUMBER_SIZE];
    int output = dn_output_find(model, name);
    if (output < 0)
        return refuse_name(model, name);
    if (dn_output_name(model, output, number))
        return output;
    complain("--class: output %d was never trained", output);
    return -1;
}
