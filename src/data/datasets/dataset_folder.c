/* SPDX-License-Identifier: MIT */
/* A folder of class folders, its samples in the order of torchvision's
 * ImageFolder: classes are sorted, within each the folders at any depth are
 * sorted by path, and within each of those the files by name. */
#include "data/datasets/dataset.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deep enough for any collection, and shallow enough to stop if links form a circle. */
enum { DEEPEST = 16 };

static bool claims(const dn_probe *probe)
{
    return probe->folder;
}

/* Adds path and the folders below it. */
static dn_status list_folders(const char *path, int depth, dn_name_list *folders)
{
    DN_TRY(dn_name_list_add(folders, path, strlen(path)));
    dn_name_list names = {0};
    dn_status status = dn_list_folder(path, true, &names);
    if (status == DN_OK && names.count && depth == DEEPEST)
        status = dn_fail(DN_ERROR_LIMIT,
                         "%s: more than %d folders deep in its class, or a link leads in a circle",
                         path, DEEPEST);
    for (int i = 0; i < names.count && status == DN_OK; i++) {
        char *below = NULL;
        status = dn_join_path(path, dn_name_list_get(&names, i), &below);
        if (status == DN_OK)
            status = list_folders(below, depth + 1, folders);
        free(below);
    }
    dn_name_list_free(&names);
    return status;
}

static dn_status add_pictures(const char *folder, dn_name_list *paths)
{
    dn_name_list names = {0};
    dn_status status = dn_list_folder(folder, false, &names);
    for (int i = 0; i < names.count && status == DN_OK; i++) {
        const char *name = dn_name_list_get(&names, i);
        char *path = NULL;
        if (!dn_is_picture_name(name))
            continue;
        status = dn_join_path(folder, name, &path);
        if (status == DN_OK)
            status = dn_name_list_add(paths, path, strlen(path));
        free(path);
    }
    dn_name_list_free(&names);
    return status;
}

static dn_status add_class(const char *root, const char *label, dn_name_list *paths)
{
    char *path = NULL;
    dn_name_list folders = {0};
    int before = paths->count;
    DN_TRY(dn_join_path(root, label, &path));
    dn_status status = list_folders(path, 0, &folders);
    if (status == DN_OK)
        dn_name_list_sort(&folders);
    for (int i = 0; i < folders.count && status == DN_OK; i++)
        status = add_pictures(dn_name_list_get(&folders, i), paths);
    if (status == DN_OK && paths->count == before)
        status = dn_fail(DN_ERROR_FORMAT, "%s: a class folder without pictures in it", path);
    dn_name_list_free(&folders);
    free(path);
    return status;
}

/* ends[class]: the number of samples up to the end of that class. */
static dn_status add_classes(const char *root, dn_dataset *dataset, int *ends)
{
    dn_name_list *paths = dataset->store;
    for (int i = 0; i < dataset->labels.count; i++) {
        DN_TRY(add_class(root, dn_name_list_get(&dataset->labels, i), paths));
        ends[i] = paths->count;
    }
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
    if (dn_folder_holds(root, false, is_cifar_pickle))
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is CIFAR in Python's pickle format; only the binary version is read",
                       root);
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: has no class folders; expected pictures as %s/CLASS/PICTURE", root, root);
}

static dn_status open_classes(const char *root, dn_dataset *dataset)
{
    int *ends = NULL;
    DN_TRY(dn_list_folder(root, true, &dataset->labels));
    if (dataset->labels.count == 0)
        return fail_no_classes(root);
    DN_TRY(dn_calloc((size_t)dataset->labels.count, sizeof *ends, &ends));
    dn_status status = add_classes(root, dataset, ends);
    free(ends);
    return status;
}

static dn_status open_folder(const char *path, const dn_dataset_options *options,
                             dn_dataset *dataset)
{
    (void)options;
    dataset->format = "class folders";
    dataset->objective = DN_OBJECTIVE_CLASSES;
    DN_TRY(dn_calloc(1, sizeof(dn_name_list), &dataset->store));
    return open_classes(path, dataset);
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
                                        close_folder, NULL,        NULL};
