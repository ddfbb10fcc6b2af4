/* SPDX-License-Identifier: MIT */
/* What a run is trained and validated on. */
#include "files/labelled.h"
#include "run/train_run.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMED = 5 };

const char **train_label_names(const dn_dataset *data)
{
    int count = dn_dataset_outputs(data);
    const char **names = malloc((size_t)count * sizeof *names);
    for (int i = 0; names && i < count; i++)
        names[i] = dn_dataset_label(data, i);
    if (!names)
        complain("out of memory for labels");
    return names;
}

/* Which classes have a picture, or which labels are known of one. */
static bool mark_seen(const dn_dataset *data, bool *seen)
{
    int outputs = dn_dataset_outputs(data);
    float *targets = calloc((size_t)outputs, sizeof *targets);
    if (!targets)
        return complain("out of memory for classes");
    for (int i = 0; i < dn_dataset_count(data); i++) {
        bool one = dn_dataset_class(data, i) >= 0;
        dn_dataset_target(data, i, targets);
        for (int k = 0; k < outputs; k++)
            seen[k] |= one ? targets[k] > 0 : !isnan(targets[k]);
    }
    free(targets);
    return true;
}

/* A class without a picture to validate on, or a label of which nothing is known there, is said;
 * the others are validated. */
static bool name_absent(const dn_dataset *train, const dn_dataset *val)
{
    int outputs = dn_dataset_outputs(val), absent = 0;
    bool classes = dn_dataset_objective(train) == DN_OBJECTIVE_CLASSES;
    char text[512] = "";
    bool *seen = calloc((size_t)outputs, sizeof *seen);
    if (!seen)
        return complain("out of memory for classes");
    if (!mark_seen(val, seen)) {
        free(seen);
        return false;
    }
    for (int i = 0; i < outputs; i++) {
        size_t length = strlen(text);
        if (!seen[i] && absent++ < MOST_NAMED)
            snprintf(text + length, sizeof text - length, "%s\"%s\"", length ? ", " : "",
                     dn_dataset_label(train, i));
    }
    if (absent && !train_chosen.resume)
        complain("%s: %s %s%s of %s, which is trained on", dn_dataset_source(val),
                 classes ? "has no pictures of" : "says nothing of", text,
                 absent > MOST_NAMED ? " and others" : "", dn_dataset_source(train));
    free(seen);
    return true;
}

/* Where the run is, or will be: it may lie in the folder of pictures. */
static const char *output_folder(void)
{
    return train_chosen.resume   ? train_chosen.resume
           : train_chosen.output ? train_chosen.output
                                 : "runs/new";
}

static bool open_validation(train_run *run, const char *path)
{
    const char **names = train_label_names(run->whole);
    const labelled_request request = {.portion = DN_PORTION_VALIDATION,
                                      .task = labelled_task(dn_dataset_objective(run->whole)),
                                      .output = output_folder(),
                                      .quiet = true};
    bool done = names && labelled_open(path, &request, &run->val_source);
    if (done && dn_dataset_objective(run->val_source) != dn_dataset_objective(run->whole))
        done = complain("%s: has %s, but %s has %s", dn_dataset_source(run->val_source),
                        labelled_task(dn_dataset_objective(run->val_source)),
                        dn_dataset_source(run->whole),
                        labelled_task(dn_dataset_objective(run->whole)));
    done =
        done &&
        ok_or_complain(dn_dataset_match(run->val_source, names, dn_dataset_outputs(run->whole))) &&
        name_absent(run->whole, run->val_source);
    run->val = run->val_source;
    free(names);
    return done;
}

static bool split(train_run *run)
{
    if (train_chosen.val_split > 0)
        return dn_dataset_split(run->whole, train_chosen.val_split, (uint64_t)train_chosen.seed,
                                &run->train, &run->val) == DN_OK ||
               complain("%s; --val-split 0 trains without validation", dn_last_error());
    return true;
}

/* The name of the part that DATA brings for validation; NULL: none. */
static const char *own_validation(const train_run *run)
{
    return dn_dataset_part(run->whole, DN_PORTION_TRAIN)
               ? dn_dataset_part(run->whole, DN_PORTION_VALIDATION)
               : NULL;
}

static bool choose_validation(train_run *run)
{
    bool share = option_given(&train_chosen.val_split);
    const char *part = own_validation(run);
    if (train_chosen.val && share && train_chosen.val_split > 0)
        return complain("train: --val %s and --val-split %g exclude each other", train_chosen.val,
                        train_chosen.val_split);
    if (part && (train_chosen.val || share) && !train_chosen.resume)
        complain("%s: its part %s is not read, since --%s is given", train_chosen.data, part,
                 train_chosen.val ? "val" : "val-split");
    bool own = part && !train_chosen.val && !share;
    if (!train_settings_part("val-part", own ? part : NULL))
        return false;
    if (own)
        return open_validation(run, train_chosen.data) ||
               complain("train: --val-split X validates on a share of the training data instead");
    if (train_chosen.val)
        return open_validation(run, train_chosen.val);
    return option_default(run->chosen, "val-split", "0.1") && split(run);
}

/* Labels may be unknown, but not all of them. */
static bool some_are_known(const dn_dataset *data)
{
    int outputs = dn_dataset_outputs(data), count = dn_dataset_count(data);
    bool known = dn_dataset_objective(data) == DN_OBJECTIVE_CLASSES;
    float *target = malloc((size_t)outputs * sizeof *target);
    if (!target)
        return complain("out of memory for labels");
    for (int i = 0; i < count && !known; i++) {
        dn_dataset_target(data, i, target);
        for (int j = 0; j < outputs && !known; j++)
            known = !isnan(target[j]);
    }
    free(target);
    return known || complain("%s: of %d picture%s no label is known", dn_dataset_source(data),
                             count, count == 1 ? "" : "s");
}

bool train_data_open(train_run *run)
{
    const labelled_request request = {.portion = DN_PORTION_TRAIN, .output = output_folder()};
    if (!labelled_open(train_chosen.data, &request, &run->whole))
        return false;
    run->train = run->whole;
    if (dn_dataset_objective(run->whole) == DN_OBJECTIVE_CLASSES &&
        dn_dataset_outputs(run->whole) < 2)
        return complain("%s: every picture is of the one class \"%s\"; two or more are expected%s",
                        dn_dataset_source(run->whole), dn_dataset_label(run->whole, 0),
                        strcmp(dn_dataset_format(run->whole), "class folders") == 0
                            ? ", each a folder of pictures"
                            : "");
    return train_settings_size("outputs", dn_dataset_outputs(run->whole)) &&
           train_settings_part("train-part", dn_dataset_part(run->whole, DN_PORTION_TRAIN)) &&
           choose_validation(run) &&
           train_settings_size("pictures", dn_dataset_count(run->train)) &&
           some_are_known(run->train) && (!run->val || some_are_known(run->val));
}

static bool is_test_part(const train_run *run)
{
    const char *part = dn_dataset_part(run->val, DN_PORTION_VALIDATION);
    return part && !train_chosen.val && strncmp(part, "test", 4) == 0;
}

/* "3 classes: a, b, c": a folder that is not a class shows here. */
static void describe_outputs(const dn_dataset *data)
{
    int count = dn_dataset_outputs(data);
    bool classes = dn_dataset_objective(data) == DN_OBJECTIVE_CLASSES;
    tell("%s: %d %s%s: ", dn_dataset_source(data), count, classes ? "class" : "label",
         count == 1 ? ""
         : classes  ? "es"
                    : "s");
    for (int i = 0; i < count && i < MOST_NAMED; i++)
        tell("%s%s", i ? ", " : "", dn_dataset_label(data, i));
    if (count > MOST_NAMED)
        tell(" and %d more", count - MOST_NAMED);
    tell("\n");
}

void train_data_describe(const train_run *run)
{
    describe_outputs(run->whole);
    if (!run->val) {
        tell("%s: trained without validation\n", dn_dataset_source(run->whole));
        return;
    }
    int count = dn_dataset_count(run->val);
    tell("%s: trained on; ", dn_dataset_source(run->whole));
    if (run->val == run->val_source)
        tell("%s: validated on, %d picture%s%s\n", dn_dataset_source(run->val), count,
             count == 1 ? "" : "s",
             is_test_part(run) ? " (the test part, for want of another)" : "");
    else
        tell("validated on %d picture%s of it, held back\n", count, count == 1 ? "" : "s");
}
