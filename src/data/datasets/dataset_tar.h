/* SPDX-License-Identifier: MIT */
/* What the two layouts of a tar, class folders and WebDataset, share. */
#ifndef DN_DATASETS_DATASET_TAR_H
#define DN_DATASETS_DATASET_TAR_H

#include "base/file.h"
#include "data/datasets/dataset.h"

typedef enum dn_tar_role { DN_TAR_PICTURE, DN_TAR_CLS, DN_TAR_JSON } dn_tar_role;

typedef struct dn_tar_entry {
    int archive, name; /* indices in the store */
    dn_tar_role role;
    size_t start, length; /* in the archive */
} dn_tar_entry;

typedef struct dn_tar_archive {
    char *path;
    dn_file_map map;
} dn_tar_archive;

/* At first, entries are everything relevant in the archives, in order; once the
 * data set is open, one per sample. */
typedef struct dn_tar_store {
    dn_tar_archive *archives;
    int archive_count;
    dn_tar_entry *entries;
    int count, capacity;
    int links; /* skipped */
    dn_left_out left_out;
    dn_name_list names; /* members' paths without "./" and doubled slashes */
} dn_tar_store;

static inline const char *dn_tar_entry_name(const dn_tar_store *store, const dn_tar_entry *entry)
{
    return dn_name_list_get(&store->names, entry->name);
}

static inline const unsigned char *dn_tar_entry_data(const dn_tar_store *store,
                                                     const dn_tar_entry *entry)
{
    return store->archives[entry->archive].map.data + entry->start;
}

/* Whether there are a picture and a .cls or .json with the same key. */
bool dn_tar_is_webdataset(const dn_tar_store *store);

/* Each leaves one entry per sample and assigns the classes. */
dn_status dn_tar_open_webdataset(dn_dataset *dataset);
dn_status dn_tar_open_classes(dn_portion portion, dn_dataset *dataset);

#endif
