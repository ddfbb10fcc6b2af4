/* SPDX-License-Identifier: MIT */
#include "data/datasets/dataset.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/sized_options.h"
#include "data/datasets/run_folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tried in this order: for folders, the most specific first. */
static const dn_dataset_kind *const kinds[] = {&dn_cifar_kind, &dn_tar_kind, &dn_csv_kind,
                                               &dn_folder_kind};

static dn_status fail_unknown(const dn_probe *probe)
{
    static const struct {
        const char *magic, *name;
    } compressors[] = {{"\x1f\x8b", "gzip"},
                       {"BZh", "bzip2"},
                       {"\xfd"
                        "7zXZ",
                        "xz"},
                       {"\x28\xb5\x2f\xfd", "zstd"}};
    for (size_t i = 0; i < sizeof compressors / sizeof *compressors; i++)
        if (memcmp(probe->head, compressors[i].magic, strlen(compressors[i].magic)) == 0)
            return dn_fail(
                DN_ERROR_FORMAT,
                "%s: is compressed by %s; data sets are read in place, so decompress it first",
                probe->path, compressors[i].name);
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: is not a data set; expected a folder of class folders, CIFAR binary files, "
                   "a tar, or a CSV",
                   probe->path);
}

static const dn_dataset_kind *find_kind(const dn_probe *probe)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (probe->pattern ? kinds[i] == &dn_tar_kind : kinds[i]->claims(probe))
            return kinds[i];
    return NULL;
}

/* Whether path/name is a data set by itself, rather than a folder of pictures. */
static dn_status is_data(const char *path, const char *name, bool *data)
{
    char *below = NULL;
    dn_probe probe;
    DN_TRY(dn_join_path(path, name, &below));
    dn_status status = dn_probe_path(below, &probe);
    *data = status == DN_OK &&
            (find_kind(&probe) != &dn_folder_kind || dn_folder_holds(below, true, NULL));
    free(below);
    return status;
}

/* Whether all folders but train are for training runs. */
static dn_status is_alone(const char *path, const dn_name_list *names, const char *output,
                          bool *alone)
{
    *alone = true;
    for (int i = 0; i < names->count && *alone; i++) {
        const char *name = dn_name_list_get(names, i);
        char *below = NULL;
        if (strcmp(name, "train") == 0)
            continue;
        DN_TRY(dn_join_path(path, name, &below));
        dn_status status = dn_run_leads_through(below, output, alone);
        if (status == DN_OK && !*alone)
            status = dn_run_holds(below, alone);
        free(below);
        DN_TRY(status);
    }
    return DN_OK;
}

/* Says which of the folders with the names of parts are none. */
static void tell_unusable(const char *path, const char *const named[3], const char *const parts[3])
{
    static const dn_portion portions[] = {DN_PORTION_TEST, DN_PORTION_VALIDATION};
    const char *told = NULL;
    for (size_t i = 0; i < sizeof portions / sizeof *portions; i++) {
        const char *name = named[portions[i]];
        if (!name || name == parts[portions[i]] || name == told)
            continue;
        told = name;
        dn_log(DN_LOG_INFO, "%s: its folder %s is not read: it holds no folders of classes", path,
               name);
    }
}

/* The parts among a folder's folders. All are NULL if it does not come in parts: classes
 * may be named train and test. */
static dn_status find_folders(const char *path, const dn_name_list *names, const char *output,
                              const char *parts[3])
{
    dn_name_list usable = {0};
    const char *named[3];
    bool alone = false;
    dn_status status = DN_OK;
    dn_find_parts(names, false, parts);
    memcpy(named, parts, sizeof named);
    if (parts[DN_PORTION_TRAIN] && !parts[DN_PORTION_TEST])
        status = is_alone(path, names, output, &alone);
    if (!parts[DN_PORTION_TRAIN] || (!parts[DN_PORTION_TEST] && !alone))
        parts[DN_PORTION_TRAIN] = NULL;
    for (int i = 0; i < names->count && parts[DN_PORTION_TRAIN] && status == DN_OK; i++) {
        const char *name = dn_name_list_get(names, i);
        bool data = false;
        status = is_data(path, name, &data);
        if (status == DN_OK && data)
            status = dn_name_list_add(&usable, name, strlen(name));
    }
    if (status == DN_OK)
        dn_find_parts(&usable, false, parts);
    if (status == DN_OK && parts[DN_PORTION_TRAIN])
        tell_unusable(path, named, parts);
    dn_name_list_free(&usable);
    return status;
}

/* Replaces *path, a folder, by the part of it that the portion asks for, if it comes in parts. */
static dn_status enter_part(char **path, const dn_dataset_options *options, const char *parts[3])
{
    dn_portion portion = options->portion;
    dn_name_list names = {0};
    char *below = NULL;
    dn_status status = dn_list_folder(*path, true, &names);
    if (status == DN_OK)
        status = find_folders(*path, &names, options->output, parts);
    dn_name_list_free(&names);
    if (status != DN_OK || !parts[DN_PORTION_TRAIN]) {
        memset(parts, 0, 3 * sizeof *parts);
        return status;
    }
    if (!parts[portion])
        return dn_fail_no_part(*path, portion, "a folder train");
    DN_TRY(dn_join_path(*path, parts[portion], &below));
    free(*path);
    *path = below;
    return DN_OK;
}

/* A table names its pictures itself: those in formats that are not read remain its samples. */
static dn_status check_formats(const dn_dataset *dataset)
{
    const dn_left_out *left_out = &dataset->left_out;
    bool table = dataset->kind == &dn_csv_kind;
    if (left_out->total == 0)
        return DN_OK;
    if (dataset->count == 0 || (table && left_out->total == dataset->count))
        return dn_fail_left_out(dataset);
    char endings[256];
    dn_left_out_list(left_out, endings, sizeof endings);
    dn_log(DN_LOG_WARNING, "%s: %d picture%s in formats that are not read %s %s: %s", dataset->path,
           left_out->total, left_out->total == 1 ? "" : "s", left_out->total == 1 ? "is" : "are",
           table ? "skipped" : "left out", endings);
    return DN_OK;
}

static dn_status open_found(dn_dataset *dataset, const dn_dataset_options *options)
{
    dn_probe probe;
    DN_TRY(dn_probe_path(dataset->path, &probe));
    dataset->kind = find_kind(&probe);
    if (dataset->kind == &dn_folder_kind) {
        DN_TRY(enter_part(&dataset->path, options, dataset->parts));
        DN_TRY(dn_probe_path(dataset->path, &probe));
        dataset->kind = find_kind(&probe);
    }
    if (!dataset->kind)
        return fail_unknown(&probe);
    DN_TRY(dataset->kind->open(dataset->path, options, dataset));
    DN_TRY(check_formats(dataset));
    DN_TRY(dn_dataset_write_labels_as_text(dataset));
    return dataset->count ? DN_OK
                          : dn_fail(DN_ERROR_FORMAT, "%s: holds no pictures", dataset->path);
}

void dn_dataset_defaults(dn_dataset_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &(dn_dataset_options){0}, sizeof *options);
}

static dn_status check_choice(const char *option, const char *value, const char *const *choices)
{
    int i = 0;
    while (value && choices[i] && strcmp(choices[i], value) != 0)
        i++;
    return !value || choices[i] ? DN_OK
                                : dn_fail(DN_ERROR_ARGUMENT, "%s \"%s\": %s, %s%s%s is expected",
                                          option, value, choices[0], choices[1],
                                          choices[2] ? " or " : "", choices[2] ? choices[2] : "");
}

static dn_status check_choices(const dn_dataset_options *options)
{
    static const char *const tasks[] = {"classes", "labels", NULL};
    static const char *const values[] = {"ignore", "zero", "one", NULL};
    if ((unsigned)options->portion > DN_PORTION_VALIDATION)
        return dn_fail(DN_ERROR_ARGUMENT, "there is no portion %d", (int)options->portion);
    DN_TRY(check_choice("task", options->task, tasks));
    DN_TRY(check_choice("uncertain", options->uncertain, values));
    return check_choice("blank", options->blank, values);
}

dn_status dn_dataset_open_with(const char *path, const dn_dataset_options *options,
                               dn_dataset **out)
{
    DN_NEED(path);
    DN_NEED(out);
    dn_dataset_options own = {0};
    dn_dataset *dataset = NULL;
    DN_TRY(dn_read_options(options, &own, sizeof own));
    DN_TRY(check_choices(&own));
    DN_TRY(dn_calloc(1, sizeof *dataset, &dataset));
    dn_status status = dn_copy_string(path, &dataset->path);
    if (status == DN_OK)
        status = open_found(dataset, &own);
    if (status != DN_OK) {
        dn_dataset_free(dataset);
        return status;
    }
    dn_dataset_forget(dataset);
    *out = dataset;
    return DN_OK;
}

dn_status dn_dataset_open(const char *path, dn_portion portion, dn_dataset **dataset)
{
    const dn_dataset_options options = {.struct_size = sizeof options, .portion = portion};
    return dn_dataset_open_with(path, &options, dataset);
}
