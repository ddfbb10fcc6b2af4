/* SPDX-License-Identifier: MIT */
/* What --init names, made fit for the data: the stem, and the outputs. */
#include "arguments/network.h"
#include "run/train_run.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replaces *model by what was made of it, or NULL. */
static void replace(dn_model **model, dn_status status, dn_model *const *replaced)
{
    dn_model_free(*model);
    *model = ok_or_complain(status) ? *replaced : NULL;
}

bool train_head_may_be_new(void)
{
    for (const char *name = train_chosen.freeze; name && *name;) {
        size_t length = strcspn(name, ",");
        if (length == 4 && strncmp(name, "head", 4) == 0)
            return complain("train: --freeze head: the head is new, of random weights, so it must "
                            "be trained");
        name += length + (name[length] == ',');
    }
    return true;
}

/* A resumed run has said it when it began. */
static bool is_said(void)
{
    return !train_chosen.resume;
}

static void adapt_stem(dn_model **model)
{
    int had = dn_model_arch(*model)->channels, channels = arch_channels_given();
    dn_model *replaced = NULL;
    if (!channels || channels == had)
        return;
    replace(model, dn_model_replace_channels(*model, channels, &replaced), &replaced);
    if (*model)
        tell("%s: its stem took %d channel%s; for %d its kernels were %s\n", train_chosen.init, had,
             had == 1 ? "" : "s", channels, channels == 1 ? "added up" : "repeated and rescaled");
}

static void replace_head(dn_model **model, int outputs, const char *reason)
{
    dn_model *replaced = NULL;
    if (is_said())
        tell("%s: %s: new head of %d output%s\n", train_chosen.init, reason, outputs,
             outputs == 1 ? "" : "s");
    replace(model, dn_model_replace_head(*model, outputs, (uint64_t)train_chosen.seed, &replaced),
            &replaced);
    if (*model && !train_head_may_be_new()) {
        dn_model_free(*model);
        *model = NULL;
    }
}

static int first_other(const dn_model *model, const char *const *names)
{
    int i = 0;
    while (i < dn_model_arch(model)->classes - 1 && strcmp(dn_model_label(model, i), names[i]) == 0)
        i++;
    return i;
}

/* As many outputs as the data has: those of the same names, or of none. */
static void match_outputs(const train_run *run, dn_model **model)
{
    int outputs = dn_dataset_outputs(run->whole);
    const char **names = train_label_names(run->whole);
    dn_label_match found = DN_LABELS_NONE;
    if (!names || !ok_or_complain(dn_model_match_labels(*model, names, outputs, &found))) {
        dn_model_free(*model);
        *model = NULL;
    } else if (found == DN_LABELS_OTHER) {
        char reason[256];
        int i = first_other(*model, names);
        snprintf(reason, sizeof reason, "its outputs have other names (\"%.60s\", not \"%.60s\")",
                 dn_model_label(*model, i), names[i]);
        replace_head(model, outputs, reason);
    } else if (found == DN_LABELS_REORDERED && is_said()) {
        tell("%s: head kept: its %d outputs were put in the order of the data's names\n",
             train_chosen.init, outputs);
    } else if (found == DN_LABELS_NONE && is_said()) {
        tell("%s: head kept: %d output%s, no names recorded\n", train_chosen.init, outputs,
             outputs == 1 ? "" : "s");
    }
    free(names);
}

dn_model *train_start_adapt(const train_run *run, dn_model *model)
{
    int outputs = dn_dataset_outputs(run->whole);
    adapt_stem(&model);
    if (!model)
        return NULL;
    int had = dn_model_arch(model)->classes;
    char head[DN_HEAD_TEXT_SIZE], reason[DN_HEAD_TEXT_SIZE + 64];
    dn_arch_head_text(dn_model_arch(model), head, sizeof head);
    snprintf(reason, sizeof reason, "its head (%s) has %d output%s", head, had,
             had == 1 ? "" : "s");
    if (had == outputs)
        match_outputs(run, &model);
    else
        replace_head(&model, outputs, had ? reason : "it has no head");
    return model;
}
