/* SPDX-License-Identifier: MIT */
#include "run/train_settings.h"

#include "arguments/network.h"
#include "base/text.h"
#include "files/output.h"
#include "files/same_file.h"
#include "run/run_folder.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The folder of this call is not a setting of the run. */
static bool belongs_to_run(const char *name)
{
    static const char *const others[] = {"output", "resume", "threads", "max-steps", "help"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return false;
    return true;
}

/* Parts of the data and weights of its outputs, in this call and in the run that it resumes. */
static struct {
    const char *name, *used, *resumed;
} parts[] = {{"train-part", NULL, NULL}, {"val-part", NULL, NULL}, {"weights", NULL, NULL}};

enum { WEIGHTS = 2 };

bool train_settings_part(const char *name, const char *part)
{
    size_t i = 0;
    while (strcmp(parts[i].name, name) != 0)
        i++;
    const char *resumed = parts[i].resumed;
    parts[i].used = part;
    return !resumed || (part && strcmp(part, resumed) == 0) ||
           complain("train: --resume %s: its %s is %s, which %s no longer has", train_chosen.resume,
                    name, resumed, train_chosen.data);
}

bool train_settings_weights(const char *list)
{
    const char *resumed = parts[WEIGHTS].resumed;
    bool kept = train_chosen.automatic || !train_chosen.weights_chosen;
    parts[WEIGHTS].used = list;
    return !resumed || !kept || strcmp(list, resumed) == 0 ||
           complain("train: --resume %s: the weights are %s, the run has %s", train_chosen.resume,
                    list, resumed);
}

/* Sizes of the data, in this call and in the run that it resumes; 0: not known. */
static struct {
    const char *name, *one, *several;
    int64_t used, resumed;
} sizes[] = {{"outputs", "class or label", "classes or labels", 0, 0},
             {"pictures", "picture to train on", "pictures to train on", 0, 0}};

bool train_settings_size(const char *name, int size)
{
    size_t i = 0;
    while (strcmp(sizes[i].name, name) != 0)
        i++;
    sizes[i].used = size;
    return !sizes[i].resumed || size == sizes[i].resumed ||
           complain("train: --resume %s: %s has %d %s, the run has %lld", train_chosen.resume,
                    train_chosen.data, size, size == 1 ? sizes[i].one : sizes[i].several,
                    (long long)sizes[i].resumed);
}

static json_t *sides_value(const int sides[2])
{
    return sides[0] == sides[1] ? json_integer(sides[0])
                                : json_sprintf("%dx%d", sides[0], sides[1]);
}

static json_t *row_value(const option_row *row)
{
    switch (row->type) {
    case OPTION_FLAG:
        return json_boolean(*(const bool *)row->target);
    case OPTION_INT:
        return json_integer(*(const int *)row->target);
    case OPTION_SIDES:
        return sides_value((const int *)row->target);
    case OPTION_LONG:
        return json_integer(*(const int64_t *)row->target);
    case OPTION_FLOAT:
        return json_real(*(const double *)row->target);
    default:
        return json_string(*(const char *const *)row->target);
    }
}

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
    return strcmp(name, "memory") == 0 || strcmp(name, "save-minutes") == 0;
}

/* What is not given is false or null: what it came to depends on others, and is "resolved". */
json_t *train_settings_values(const command *chosen, bool all)
{
    json_t *object = json_object();
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++) {
        bool given = row->target && option_given(row->target);
        if (!row->target || !belongs_to_run(row->name) || (all ? is_no_matter(row->name) : given))
            continue;
        bool known = given || row->type == OPTION_FLAG;
        json_object_set_new(object, row->name, known ? row_value(row) : json_null());
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
            belongs_to_run(row->name))
            sound = is_text("--", row->name, *(const char *const *)row->target);
    return sound;
}

bool train_settings_write(const command *chosen, const char *run, json_t *record)
{
    json_t *object = json_pack("{s:s}", "data", train_chosen.data);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].used)
            json_object_set_new(object, parts[i].name, json_string(parts[i].used));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        json_object_set_new(object, sizes[i].name, json_integer(sizes[i].used));
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++)
        if (belongs_to_run(row->name) && option_given(row->target))
            json_object_set_new(object, row->name, row_value(row));
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

/* Enough digits to identify a number: 0.1, not 0.10000000000000001. */
static int digits_of(double number)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", number);
    return strtod(text, NULL) == number ? 15 : 17;
}

/* The value as on the command line; the strings are never freed, since options
 * point to them. */
static char *value_text(const json_t *value)
{
    char *text = NULL;
    int length =
        json_is_string(value)    ? asprintf(&text, "%s", json_string_value(value))
        : json_is_integer(value) ? asprintf(&text, "%lld", (long long)json_integer_value(value))
        : json_is_real(value)
            ? asprintf(&text, "%.*g", digits_of(json_real_value(value)), json_real_value(value))
        : json_is_boolean(value) ? asprintf(&text, "%s", json_is_true(value) ? "true" : "false")
                                 : -1;
    return length < 0 ? NULL : text;
}

/* The settings that define a step and an epoch; a resumed run keeps them. */
static const struct {
    const char *name, *unsaid; /* the value in a run that does not name it */
} kept[] = {{"batch-size", NULL}, {"accumulate", NULL},    {"val-split", "not given"},
            {"seed", "0"},        {"no-shuffle", "false"}, {"sampler", "shuffle"}};

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
    json_t *value = row_value(row);
    char *asked = value_text(value), *had = recorded ? value_text(recorded) : strdup(unsaid);
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
        if (belongs_to_run(row->name) && strcmp(row->name, "epochs") != 0 &&
            strcmp(row->name, "save-minutes") != 0)
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
        if (!belongs_to_run(row->name) || !option_given(row->target))
            continue;
        json_t *asked = row_value(row);
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
    char *text = value_text(value);
    if (!text)
        return complain("%s: \"%s\" is neither text nor a number", file->name, name);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(name, parts[i].name) == 0) {
            parts[i].resumed = text;
            return true;
        }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (strcmp(name, sizes[i].name) == 0) {
            sizes[i].resumed = json_integer_value(value);
            free(text);
            return sizes[i].resumed > 0 ||
                   complain("%s: \"%s\" must be a whole number above 0", file->name, name);
        }
    if (strcmp(name, "data") != 0)
        return belongs_to_run(name)
                   ? option_default(file, name, text)
                   : complain("%s: \"%s\" is not a setting of a run", file->name, name);
    if (!train_chosen.data)
        train_chosen.data = text;
    return true;
}

/* A run keeps its network. */
static bool same_network(const json_t *object, const char *run)
{
    const option_row *row;
    for (int i = 0; (row = option_at(arch_options, i))->target; i++) {
        const json_t *made = json_object_get(object, row->name);
        if (!made || !option_given(row->target))
            continue;
        json_t *asked = row_value(row);
        bool same = json_equal(made, asked);
        char *text = same ? NULL : value_text(made);
        json_decref(asked);
        if (!same)
            complain("train: run %s was made with --%s %s", run, row->name, text ? text : "?");
        free(text);
        if (!same)
            return false;
    }
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
    if (train_chosen.automatic)
        sound = sound && all_is_unchanged(chosen, object);
    else
        sound = sound && same_network(object, run) && steps_are_unchanged(chosen, object);
    if (sound && !train_chosen.automatic)
        find_changed(chosen, object);
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
