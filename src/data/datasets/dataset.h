/* SPDX-License-Identifier: MIT */
/* What the kinds of data sets share: one file per kind, one table in dataset_open.c. */
#ifndef DN_DATASETS_DATASET_H
#define DN_DATASETS_DATASET_H

#include "base/picture_formats.h"
#include "base/status.h"
#include "base/text.h"
#include "data/datasets/name_list.h"

/* What is known about a path before a kind claims it. */
typedef struct dn_probe {
    const char *path;
    bool folder;
    bool pattern;            /* there is no such file, but it can stand for archives */
    size_t size;             /* of a file */
    unsigned char head[512]; /* its beginning, zeros after its end */
} dn_probe;

/* DN_ERROR_IO if there is nothing that can be read. */
dn_status dn_probe_path(const char *path, dn_probe *probe);

typedef struct dn_dataset_kind {
    bool (*claims)(const dn_probe *probe);
    /* Fills store and all below it; what it leaves after a failure is released
     * by the caller. */
    dn_status (*open)(const char *path, const dn_dataset_options *options, dn_dataset *dataset);
    void (*name)(const dn_dataset *dataset, int sample, char *text, size_t size);
    dn_status (*read)(const dn_dataset *dataset, int sample, const dn_image_limits *limits,
                      dn_image **image);
    void (*close)(void *store);
    /* Releases the pages of mapped files; NULL if there are none. */
    void (*forget)(const void *store);
    /* The index-th of the files that it consists of, NULL after the last; NULL: each sample is a
     * file, and its name is the path. */
    const char *(*file)(const dn_dataset *dataset, int index);
    /* NULL if files cannot be missing. */
    dn_status (*check)(const dn_dataset *dataset);
} dn_dataset_kind;

extern const dn_dataset_kind dn_folder_kind, dn_cifar_kind, dn_tar_kind, dn_csv_kind;

struct dn_dataset {
    const dn_dataset_kind *kind;
    char *path;           /* what was opened, for messages */
    const char *parts[3]; /* by portion: names; NULL if there is none */
    void *store;          /* the kind's own; NULL, or what its close accepts */
    const char *format;
    int links; /* left out of archives */
    dn_left_out left_out;
    dn_objective objective;
    int count;
    dn_name_list labels; /* one name per output */
    int *classes;        /* objective classes: count */
    float *targets;      /* objective labels: count x labels.count */
    bool complete;       /* a label that it does not name is 0 for every sample, not unknown */

    /* A part made by dn_dataset_split has these and none of the above but count. */
    const dn_dataset *whole;
    int *samples; /* where in the whole */
};

/* Releases the pages that were read (dn_file_map_forget), so that memory does
 * not grow with the data; safe while other threads read. */
void dn_dataset_forget(const dn_dataset *dataset);

/* Gives each sample the class that its own string of `tags` names: the
 * distinct strings, sorted, are the classes; or, with `numbers` and if all are
 * whole numbers, they are those numbers. */
dn_status dn_dataset_classify(dn_dataset *dataset, const dn_name_list *tags, bool numbers);

/* Bytes of labels that are not UTF-8 become U+FFFD, as in what records them, so that a network is
 * matched with the data that it was trained on; DN_ERROR_FORMAT if two are then the same. */
dn_status dn_dataset_write_labels_as_text(dn_dataset *dataset);

/* folder/name, or name alone where it is absolute or folder is ""; free(). */
dn_status dn_join_path(const char *folder, const char *name, char **path);

/* Names of the folders or the files in a folder, except those that begin with a
 * dot. Links are followed. The first: whether any is wanted (NULL: whether
 * there is any); the second: all of them, sorted. */
bool dn_folder_holds(const char *path, bool folders, bool (*wanted)(const char *name));
dn_status dn_list_folder(const char *path, bool folders, dn_name_list *names);

/* Which of the sorted `names`, of folders or of tables (train.csv), are parts: one for each
 * portion, NULL where there is none. */
void dn_find_parts(const dn_name_list *names, bool tables, const char *parts[3]);

/* Fails because all pictures were left out. */
dn_status dn_fail_left_out(const dn_dataset *dataset);

/* Fails because a data set with a training part has none for the portion. */
dn_status dn_fail_no_part(const char *path, dn_portion portion, const char *train);

#endif
