/* SPDX-License-Identifier: MIT */
/* A folder of class folders, its samples in the order of torchvision's
 * ImageFolder: classes are sorted, within each the folders at any depth are
 * sorted by path, and within each of those the files by name. */
#include "data/datasets/dataset.h"

#include "base/folder_set.h"
#include "base/log.h"
#include "base/memory.h"
#include "data/datasets/csv_files.h"
#include "data/datasets/run_folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Deep enough for any collection. */
enum { DEEPEST = 16 };

static bool claims(const dn_probe *probe)
{
    return probe->folder;
}

/* The folders of one class. */
typedef struct class_walk {
    const char *output; /* dn_dataset_options */
    dn_name_list folders;
    dn_folder_set entered;
    int again;  /* links to folders that were entered already */
    bool runs;  /* trainings are among them, and left out */
    bool empty; /* without a picture, and not for trainings either */
} class_walk;

static dn_status list_folders(const char *path, int depth, class_walk *walk);

static dn_status list_below(const char *path, const dn_name_list *names, int depth,
                            class_walk *walk)
{
    if (names->count && depth == DEEPEST)
        return dn_fail(DN_ERROR_LIMIT, "%s: more than %d folders deep in its class", path, DEEPEST);
    for (int i = 0; i < names->count; i++) {
        char *below = NULL;
        DN_TRY(dn_join_path(path, dn_name_list_get(names, i), &below));
        dn_status status = list_folders(below, depth + 1, walk);
        free(below);
        DN_TRY(status);
    }
    return DN_OK;
}

/* A picture that no run has drawn. */
static bool is_data(const char *name)
{
    return dn_is_picture_name(name) && strcmp(name, "curves.png") != 0;
}

static dn_status list_entered(const char *path, int depth, class_walk *walk)
{
    dn_name_list names = {0};
    walk->runs = walk->runs || dn_run_begun(path);
    if (dn_run_made(path, walk->output)) {
        if (!dn_run_begun(path) && dn_folder_holds(path, false, is_data))
            return dn_fail(DN_ERROR_ARGUMENT,
                           "%s: holds pictures of the data, so no run can be written there", path);
        return DN_OK;
    }
    DN_TRY(dn_name_list_add(&walk->folders, path, strlen(path)));
    dn_status status = dn_list_folder(path, true, &names);
    if (status == DN_OK)
        status = list_below(path, &names, depth, walk);
    dn_name_list_free(&names);
    return status;
}

/* Adds path and the folders below it, each once. */
static dn_status list_folders(const char *path, int depth, class_walk *walk)
{
    dn_folder_visit visit;
    dn_entered_folder *folder;
    DN_TRY(dn_folder_enter(&walk->entered, path, &visit, &folder));
    if (visit == DN_FOLDER_CIRCLE)
        return dn_fail(DN_ERROR_LIMIT, "%s: is a link that leads in a circle", path);
    walk->again += visit == DN_FOLDER_ENTERED;
    if (visit == DN_FOLDER_ENTERED)
        return DN_OK;
    dn_status status = list_entered(path, depth, walk);
    folder->open = false;
    return status;
}

/* The class's own folder and those below it, within the data set's. */
static dn_status list_class(const char *root, const char *path, class_walk *walk)
{
    dn_folder_visit visit;
    dn_entered_folder *folder;
    DN_TRY(dn_folder_enter(&walk->entered, root, &visit, &folder));
    DN_TRY(list_folders(path, 0, walk));
    if (walk->again)
        dn_log(DN_LOG_WARNING,
               "%s: %d link%s to folders that are read already %s not followed: each folder of a "
               "class is read once",
               path, walk->again, walk->again == 1 ? "" : "s", walk->again == 1 ? "is" : "are");
    return DN_OK;
}

static dn_status add_pictures(const char *folder, dn_dataset *dataset)
{
    dn_name_list names = {0};
    dn_status status = dn_list_folder(folder, false, &names);
    for (int i = 0; i < names.count && status == DN_OK; i++) {
        const char *name = dn_name_list_get(&names, i);
        char *path = NULL;
        if (!dn_is_picture_name(name)) {
            dn_left_out_add(&dataset->left_out, name);
            continue;
        }
        status = dn_join_path(folder, name, &path);
        if (status == DN_OK)
            status = dn_name_list_add(dataset->store, path, strlen(path));
        free(path);
    }
    dn_name_list_free(&names);
    return status;
}

static dn_status add_folders(const char *root, const char *path, class_walk *walk,
                             dn_dataset *dataset)
{
    const dn_name_list *paths = dataset->store;
    int before = paths->count;
    DN_TRY(list_class(root, path, walk));
    dn_name_list_sort(&walk->folders);
    for (int i = 0; i < walk->folders.count; i++)
        DN_TRY(add_pictures(dn_name_list_get(&walk->folders, i), dataset));
    bool through;
    DN_TRY(dn_run_leads_through(path, walk->output, &through));
    bool none = paths->count == before, runs = walk->runs || through;
    walk->empty = none && !runs;
    if (walk->runs || (none && runs))
        dn_log(DN_LOG_INFO, "%s: %s", path,
               none ? "is for training runs, so it is not a class"
                    : "the training runs in it are left out");
    return DN_OK;
}

static dn_status add_class(const char *root, const char *label, const char *output,
                           dn_dataset *dataset, bool *empty)
{
    char *path = NULL;
    class_walk walk = {.output = output};
    DN_TRY(dn_join_path(root, label, &path));
    dn_status status = add_folders(root, path, &walk, dataset);
    *empty = walk.empty;
    dn_name_list_free(&walk.folders);
    dn_folder_set_free(&walk.entered);
    free(path);
    return status;
}

/* A class without a picture. If no class has any, the formats are to blame. */
static dn_status fail_empty(const char *root, const dn_dataset *dataset, const char *label)
{
    const dn_name_list *paths = dataset->store;
    if (paths->count == 0 && dataset->left_out.total)
        return dn_fail_left_out(dataset);
    return dn_fail(DN_ERROR_FORMAT, "%s/%s: a class folder without pictures in it", root, label);
}

/* ends[class]: the number of samples up to the end of that class. */
static dn_status add_classes(const char *root, const dn_name_list *folders, const char *output,
                             dn_dataset *dataset, int *ends)
{
    dn_name_list *paths = dataset->store;
    const char *without = NULL;
    for (int i = 0; i < folders->count; i++) {
        const char *label = dn_name_list_get(folders, i);
        int before = paths->count;
        bool empty;
        DN_TRY(add_class(root, label, output, dataset, &empty));
        if (empty && !without)
            without = label;
        if (paths->count == before)
            continue;
        ends[dataset->labels.count] = paths->count;
        DN_TRY(dn_name_list_add(&dataset->labels, label, strlen(label)));
    }
    if (without)
        return fail_empty(root, dataset, without);
    dataset->count = paths->count;
    DN_TRY(dn_calloc((size_t)dataset->count, sizeof *dataset->classes, &dataset->classes));
    for (int class = 0, i = 0; class < dataset->labels.count; class ++)
        while (i < ends[class])
            dataset->classes[i++] = class;
    return DN_OK;
}

static bool is_cifar_pickle(const char *name)
{
    return strcmp(name, "batches.meta") == 0 || strcmp(name, "meta") == 0;
}

static dn_status fail_no_classes(const char *root)
{
    if (dn_run_begun(root))
        return dn_fail_run(root);
    if (dn_folder_holds(root, false, is_cifar_pickle))
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is CIFAR in Python's pickle format; only the binary version is read",
                       root);
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: has no class folders; expected pictures as %s/CLASS/PICTURE", root, root);
}

/* Classes may be named so; more often it is a part that is spelt in another way. */
static bool is_named_as_a_part(const char *name)
{
    static const char *const parts[] = {"train", "training", "val",     "valid", "validation",
                                        "dev",   "test",     "testing", "tests", "eval"};
    size_t i = 0;
    while (i < sizeof parts / sizeof *parts && strcasecmp(name, parts[i]) != 0)
        i++;
    return i < sizeof parts / sizeof *parts;
}

/* Says what may have been meant otherwise. */
static dn_status tell_doubts(const char *root, const dn_dataset *dataset)
{
    dn_name_list tables = {0};
    for (int i = 0; i < dataset->labels.count; i++) {
        const char *label = dn_name_list_get(&dataset->labels, i);
        if (is_named_as_a_part(label))
            dn_log(DN_LOG_WARNING,
                   "%s: its folder %s is read as a class; parts are recognised by the names train, "
                   "with val, valid, validation, dev or test beside it",
                   root, label);
    }
    dn_status status = dn_csv_list(root, &tables);
    if (status == DN_OK && tables.count)
        dn_log(DN_LOG_INFO, "%s: its table %s%s is not read: its folders are the classes", root,
               dn_name_list_get(&tables, 0), tables.count > 1 ? ", like others," : "");
    dn_name_list_free(&tables);
    return status;
}

static dn_status open_classes(const char *root, const char *output, dn_dataset *dataset)
{
    int *ends = NULL;
    dn_name_list folders = {0};
    dn_status status = dn_list_folder(root, true, &folders);
    if (status == DN_OK && folders.count)
        status = dn_calloc((size_t)folders.count, sizeof *ends, &ends);
    if (status == DN_OK)
        status = add_classes(root, &folders, output, dataset, ends);
    if (status == DN_OK && dataset->labels.count == 0)
        status = fail_no_classes(root);
    if (status == DN_OK)
        status = tell_doubts(root, dataset);
    dn_name_list_free(&folders);
    free(ends);
    return status;
}

static dn_status open_folder(const char *path, const dn_dataset_options *options,
                             dn_dataset *dataset)
{
    dataset->format = "class folders";
    dataset->objective = DN_OBJECTIVE_CLASSES;
    DN_TRY(dn_calloc(1, sizeof(dn_name_list), &dataset->store));
    return open_classes(path, options->output, dataset);
}

static void close_folder(void *store)
{
    dn_name_list_free(store);
    free(store);
}

static void name_sample(const dn_dataset *dataset, int sample, char *text, size_t size)
{
    snprintf(text, size, "%s", dn_name_list_get(dataset->store, sample));
}

static dn_status read_sample(const dn_dataset *dataset, int sample, const dn_image_limits *limits,
                             dn_image **image)
{
    return dn_image_read(dn_name_list_get(dataset->store, sample), limits, image);
}

const dn_dataset_kind dn_folder_kind = {claims,       open_folder, name_sample, read_sample,
                                        close_folder, NULL,        NULL,        NULL};
