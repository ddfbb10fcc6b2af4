/* SPDX-License-Identifier: MIT */
#include "run/train_settings.h"

#include "base/text.h"
#include "files/output.h"
#include "run/run_folder.h"
#include "run/settings_data.h"
#include "run/settings_kept.h"
#include "run/settings_values.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0.1, not 0.10000000000000001, if that is the same number. */
static char *shortest_json(const json_t *object)
{
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    json_t *back = text ? json_loads(text, 0, NULL) : NULL;
    if (!json_equal(back, object)) {
        free(text);
        text = json_dumps(object, JSON_INDENT(2));
    }
    json_decref(back);
    return text;
}

/* What does not change a run's numbers. */
static bool is_no_matter(const char *name)
{
    static const char *const names[] = {"memory", "save-minutes", "shard-cache"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* What is not given is false or null: what it came to depends on others, and is "resolved". */
json_t *train_settings_values(const command *chosen, bool all)
{
    json_t *object = json_object();
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++) {
        bool given = row->target && option_given(row->target);
        if (!row->target || !settings_belong_to_run(row->name) ||
            (all ? is_no_matter(row->name) : given))
            continue;
        bool known = given || row->type == OPTION_FLAG;
        json_object_set_new(object, row->name, known ? settings_row_value(row) : json_null());
    }
    return object;
}

static bool is_text(const char *dashes, const char *name, const char *value)
{
    return !value || dn_is_utf8(value) ||
           complain("train: %s%s %s: is not UTF-8, as what a run records of its settings must be; "
                    "another name, or a link of another name, is expected",
                    dashes, name, value);
}

bool train_settings_are_text(const command *chosen)
{
    const option_row *row;
    bool sound = is_text("DATA", "", train_chosen.data);
    for (int i = 0; sound && (row = option_at(chosen->options, i)); i++)
        if ((row->type == OPTION_TEXT || row->type == OPTION_FILE) && row->target &&
            settings_belong_to_run(row->name))
            sound = is_text("--", row->name, *(const char *const *)row->target);
    return sound;
}

bool train_settings_write(const command *chosen, const char *run, json_t *record)
{
    json_t *object = json_pack("{s:s}", "data", train_chosen.data);
    settings_data_add(object);
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++)
        if (settings_belong_to_run(row->name) && option_given(row->target))
            json_object_set_new(object, row->name, settings_row_value(row));
    bool sound = record && json_object_update(object, record) == 0;
    json_decref(record);
    char *text = shortest_json(object), *path = NULL;
    json_decref(object);
    output_file file;
    sound = sound && text && asprintf(&path, "%s/settings.json", run) >= 0;
    sound = sound ? output_create(path, &file) : complain("out of memory for the settings");
    if (sound) {
        sound = output_write(&file, text, strlen(text)) && output_write(&file, "\n", 1);
        if (sound)
            sound = output_commit(&file);
        else
            output_abandon(&file);
    }
    free(text);
    free(path);
    return sound;
}

/* What settings.json has besides settings. */
static json_t *recorded;

const json_t *train_settings_recorded(const char *name)
{
    return json_object_get(recorded, name);
}

static bool is_recorded(const char *name)
{
    return strcmp(name, "calls") == 0 || strcmp(name, "resolved") == 0 ||
           strcmp(name, "defaults") == 0;
}

static bool is_list_of_objects(const json_t *value)
{
    bool sound = json_is_array(value);
    for (size_t i = 0; sound && i < json_array_size(value); i++)
        sound = json_is_object(json_array_get(value, i));
    return sound;
}

static bool keep_recorded(const char *file, const char *name, const json_t *value)
{
    if (strcmp(name, "calls") == 0 && !is_list_of_objects(value))
        return complain("%s: \"calls\" is not a list of calls", file);
    if (strcmp(name, "calls") != 0 && !json_is_object(value))
        return complain("%s: \"%s\" is not an object", file, name);
    if (!recorded)
        recorded = json_object();
    return json_object_set_new(recorded, name, json_deep_copy(value)) == 0 ||
           complain("out of memory for the settings");
}

/* `file` is the command under the file's name, with which error messages begin. */
static bool read_setting(const command *file, const char *name, const json_t *value)
{
    if (is_recorded(name))
        return keep_recorded(file->name, name, value);
    char *text = settings_value_text(value);
    if (!text)
        return complain("%s: \"%s\" is neither text nor a number", file->name, name);
    int64_t *size = settings_data_size(name);
    if (size) {
        *size = json_integer_value(value);
        free(text);
        return *size > 0 || complain("%s: \"%s\" must be a whole number above 0", file->name, name);
    }
    if (settings_data_keep(name, text)) /* which is never freed, nor are options' */
        return true;
    if (strcmp(name, "data") != 0)
        return settings_belong_to_run(name)
                   ? option_default(file, name, text)
                   : complain("%s: \"%s\" is not a setting of a run", file->name, name);
    if (!train_chosen.data)
        train_chosen.data = text;
    return true;
}

bool train_settings_read(const command *chosen, const char *run)
{
    char *path;
    if (!run_folder_can_resume(run))
        return false;
    if (asprintf(&path, "%s/settings.json", run) < 0)
        return complain("out of memory for the settings");
    json_t *object = NULL, *value;
    bool sound =
        ok_or_complain(run_folder_settings(path, &object)) &&
        (json_is_object(object) || complain("%s: cannot be read as settings: no object", path));
    sound = sound && settings_are_kept(chosen, object, run);
    command file = *chosen;
    file.name = path;
    const char *name;
    json_object_foreach(sound ? object : NULL, name, value)
    {
        sound = read_setting(&file, name, value);
        if (!sound)
            break;
    }
    json_decref(object);
    free(path);
    return sound;
}
