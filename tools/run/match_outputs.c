/* SPDX-License-Identifier: MIT */
#include "run/match_outputs.h"

#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

/* A single output stands for the second of two classes, or for the one of its name. */
static bool match_yes(const char *weights, const dn_model *model, dn_dataset *data)
{
    const char *yes = dn_model_label(model, 0);
    const char *names[] = {dn_dataset_label(data, 0), dn_dataset_label(data, 1)};
    if (!yes || !yes[0] || strcmp(yes, names[1]) == 0)
        return true;
    if (strcmp(yes, names[0]) != 0)
        return complain("%s: the network's one output is \"%s\", the data's classes are \"%s\" "
                        "and \"%s\"",
                        weights, yes, names[0], names[1]);
    return ok_or_complain(dn_dataset_match(data, (const char *[]){names[1], names[0]}, 2));
}

/* What cannot be checked: the file may have been trained on another order. */
static void say_order(const char *weights)
{
    complain("%s: records no names, so its outputs are taken in the order of the data's", weights);
}

/* By name where an output is called 0, else by number, which is not proof that they belong. */
static void say_numbers(const dn_dataset *data, const char *first)
{
    for (int i = 0; i < dn_dataset_outputs(data); i++)
        if (strcmp(dn_dataset_label(data, i), "0") == 0)
            return;
    complain("%s: numbers its classes, so they are taken as the network's outputs in their order, "
             "0 as \"%s\"",
             dn_dataset_source(data), first);
}

/* Classes by name if the model knows names, otherwise by number. */
bool outputs_match(const char *weights, const dn_model *model, dn_dataset *data)
{
    int classes = dn_model_arch(model)->classes;
    if (classes == 1 && dn_dataset_objective(data) == DN_OBJECTIVE_CLASSES &&
        dn_dataset_outputs(data) == 2)
        return match_yes(weights, model, data);
    if (!dn_model_label(model, 0)) {
        if (classes == dn_dataset_outputs(data))
            say_order(weights);
        return true;
    }
    const char **names = malloc((size_t)classes * sizeof *names);
    if (!names)
        return complain("out of memory for labels");
    for (int i = 0; i < classes; i++)
        names[i] = dn_model_label(model, i);
    bool numbers = strcmp(dn_dataset_label(data, 0), "0") == 0;
    bool sound = dn_dataset_match(data, names, classes) == DN_OK;
    if (sound && numbers)
        say_numbers(data, names[0]);
    free(names);
    if (!sound)
        refuse();
    return sound;
}
