/* SPDX-License-Identifier: MIT */
#include "run/settings_kept.h"

#include "arguments/network.h"
#include "files/same_file.h"
#include "run/settings_values.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The settings that define a step and an epoch; a resumed run keeps them. */
static const struct {
    const char *name, *unsaid; /* the value in a run that does not name it */
} kept[] = {{"batch-size", NULL}, {"accumulate", NULL},    {"val-split", "not given"},
            {"seed", "0"},        {"no-shuffle", "false"}, {"sampler", "shuffle"},
            {"precision", "f32"}};

static const option_row *find_row(const command *chosen, const char *name)
{
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)) && strcmp(row->name, name) != 0; i++)
        ;
    return row;
}

static bool is_unchanged(const option_row *row, const json_t *settings, const char *unsaid)
{
    const json_t *recorded = json_object_get(settings, row->name);
    if (!option_given(row->target) || (!recorded && !unsaid))
        return true;
    json_t *value = settings_row_value(row);
    char *asked = settings_value_text(value),
         *had = recorded ? settings_value_text(recorded) : strdup(unsaid);
    json_decref(value);
    bool sound = (asked && had && strcmp(asked, had) == 0) ||
                 complain("train: --resume %s: --%s is %s in that run and cannot be changed to %s",
                          train_chosen.resume, row->name, had ? had : "?", asked ? asked : "?");
    free(asked);
    free(had);
    return sound;
}

static bool same_data(const json_t *settings)
{
    const char *had = json_string_value(json_object_get(settings, "data"));
    struct stat first, second;
    return !train_chosen.data || !had || strcmp(train_chosen.data, had) == 0 ||
           (stat(train_chosen.data, &first) == 0 && stat(had, &second) == 0 &&
            same_inode(&first, &second)) ||
           complain("train: --resume %s: DATA is %s in that run and cannot be changed to %s",
                    train_chosen.resume, had, train_chosen.data);
}

/* What --resume auto finds may only be made longer, and saved more or less often. */
static bool all_is_unchanged(const command *chosen, const json_t *settings)
{
    const option_row *row;
    bool sound = same_data(settings);
    for (int i = 0; sound && (row = option_at(chosen->options, i)); i++)
        if (settings_belong_to_run(row->name) && strcmp(row->name, "epochs") != 0 &&
            strcmp(row->name, "save-minutes") != 0 && strcmp(row->name, "shard-cache") != 0)
            sound = is_unchanged(row, settings, "not given");
    return sound;
}

/* The first option of this call that the run has otherwise, for a run that has ended. */
static const char *changed_option;

const char *train_settings_changed(void)
{
    return changed_option;
}

static void find_changed(const command *chosen, const json_t *settings)
{
    const option_row *row;
    for (int i = 0; !changed_option && (row = option_at(chosen->options, i)); i++) {
        if (!settings_belong_to_run(row->name) || !option_given(row->target))
            continue;
        json_t *asked = settings_row_value(row);
        if (!json_equal(asked, json_object_get(settings, row->name)))
            changed_option = row->name;
        json_decref(asked);
    }
}

static bool steps_are_unchanged(const command *chosen, const json_t *settings)
{
    bool sound = true;
    for (size_t i = 0; sound && i < sizeof kept / sizeof *kept; i++)
        sound = is_unchanged(find_row(chosen, kept[i].name), settings, kept[i].unsaid);
    return sound;
}

/* A run keeps its network. */
static bool same_network(const json_t *object, const char *run)
{
    const option_row *row;
    for (int i = 0; (row = option_at(arch_options, i))->target; i++) {
        const json_t *made = json_object_get(object, row->name);
        if (!made || !option_given(row->target))
            continue;
        json_t *asked = settings_row_value(row);
        bool same = json_equal(made, asked);
        char *text = same ? NULL : settings_value_text(made);
        json_decref(asked);
        if (!same)
            complain("train: run %s was made with --%s %s", run, row->name, text ? text : "?");
        free(text);
        if (!same)
            return false;
    }
    return true;
}

bool settings_are_kept(const command *chosen, const json_t *settings, const char *run)
{
    if (train_chosen.automatic)
        return all_is_unchanged(chosen, settings);
    if (!same_network(settings, run) || !steps_are_unchanged(chosen, settings))
        return false;
    find_changed(chosen, settings);
    return true;
}
