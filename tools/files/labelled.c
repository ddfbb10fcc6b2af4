/* SPDX-License-Identifier: MIT */
#include "files/labelled.h"

#include "files/shard_cache.h"
#include "ui/report.h"

#include <string.h>

static struct {
    const char *root, *image_column, *label_column, *label_columns, *task, *uncertain, *blank;
} chosen;

const option_row table_options[] = {
    {"root", 0, OPTION_FILE, &chosen.root, "DIR",
     "folder of a CSV's pictures (the CSV's, or the one above)", 0, 0},
    {"image-column", 0, OPTION_TEXT, &chosen.image_column, "NAME",
     "a CSV's column of pictures (Path, Image Index, image, ..., or the first)", 0, 0},
    {"label-column", 0, OPTION_TEXT, &chosen.label_column, "NAME",
     "a CSV's column of classes, or of labels as A|B", 0, 0},
    {"label-columns", 0, OPTION_TEXT, &chosen.label_columns, "A,B,...",
     "a CSV's columns of 0 and 1, one per label (all that hold these)", 0, 0},
    {"task", 0, OPTION_TEXT, &chosen.task, "classes|labels",
     "what pictures have and outputs mean: one class, or any of the labels (of a CSV, classes if "
     "each row has one 1)",
     0, 0},
    {"uncertain", 0, OPTION_TEXT, &chosen.uncertain, "ignore|zero|one",
     "what -1 in a CSV is; ignored labels count neither in loss nor in figures (ignore)", 0, 0},
    {"blank", 0, OPTION_TEXT, &chosen.blank, "ignore|zero|one",
     "what an empty field in a CSV is (ignore; zero in CheXpert)", 0, 0},
    {0},
};

const char *labelled_task(dn_objective objective)
{
    return objective == DN_OBJECTIVE_LABELS ? "labels" : "classes";
}

static void pass_on(dn_log_level level, const char *sentence, void *context)
{
    const bool *quiet = context;
    if (level == DN_LOG_WARNING || !*quiet)
        complain("%s", sentence);
}

const char *labelled_task_asked(void)
{
    return chosen.task;
}

/* --task apart, which may be right of any data. */
static bool describes_tables(void)
{
    for (const option_row *row = table_options; row->name; row++)
        if (row->target != &chosen.task && option_given(row->target))
            return true;
    return false;
}

static bool is_as_asked(const char *path, bool quiet, const dn_dataset *data)
{
    const char *format = dn_dataset_format(data);
    const char *task = labelled_task(dn_dataset_objective(data));
    int links = dn_dataset_links(data);
    bool table = quiet || strcmp(format, "CSV") == 0;
    if (!table && describes_tables())
        return complain("%s: is read as %s; --root, --uncertain, --blank and those that name "
                        "columns are for a CSV",
                        path, format);
    if (!table && chosen.task && strcmp(chosen.task, task) != 0)
        return complain("%s: is read as %s, which gives %s; --task %s is for a CSV", path, format,
                        task, chosen.task);
    if (links)
        complain("%s: %d link%s in it %s left out, only files are read", path, links,
                 links == 1 ? "" : "s", links == 1 ? "is" : "are");
    return ok_or_complain(dn_dataset_check(data));
}

bool labelled_open(const char *path, const labelled_request *request, dn_dataset **data)
{
    bool quiet = request->quiet;
    const dn_dataset_options options = {.struct_size = sizeof options,
                                        .portion = request->portion,
                                        .output = request->output,
                                        .root = chosen.root,
                                        .image_column = chosen.image_column,
                                        .label_column = chosen.label_column,
                                        .label_columns = chosen.label_columns,
                                        .task = chosen.task ? chosen.task : request->task,
                                        .uncertain = chosen.uncertain,
                                        .blank = chosen.blank,
                                        .saved = shard_cache_folder() ? shard_cache_saved : NULL};
    dn_set_log(pass_on, &quiet);
    bool sound = ok_or_complain(dn_dataset_open_with(path, &options, data));
    dn_set_log(NULL, NULL);
    return sound && is_as_asked(path, quiet, *data);
}

bool labelled_is_distinct(const char *output, const char *root, const dn_dataset *data)
{
    return !output || !dn_dataset_reads(data, root, output) ||
           complain("%s: lies among the data of %s, which it would change; another place is "
                    "expected",
                    output, root);
}
