/* SPDX-License-Identifier: MIT */
/* Tar archives as data sets: samples are read from the mapped file. */
#include "data/datasets/dataset_tar.h"

#include "base/arithmetic.h"
#include "base/memory.h"
#include "base/url.h"
#include "data/datasets/shard_list.h"
#include "data/datasets/tar.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_tar_name(const char *name)
{
    return dn_has_suffix(name, ".tar");
}

/* An archive among class folders is most likely what they were unpacked from. */
static bool claims(const dn_probe *probe)
{
    if (probe->folder)
        return dn_folder_holds(probe->path, false, is_tar_name) &&
               !dn_folder_holds(probe->path, true, NULL);
    return is_tar_name(probe->path) || dn_tar_is_header(probe->head) || dn_is_shard_list(probe);
}

/* Removes "." components and doubled slashes, in place. False if another
 * component begins with a dot: hidden, or "..". */
static bool clean_name(char *name)
{
    char *out = name;
    for (const char *part = name; *part;) {
        size_t length = strcspn(part, "/");
        if (part[0] == '.' && length > 1)
            return false;
        if (length > 0 && part[0] != '.') {
            memmove(out, part, length);
            out += length;
            if (part[length] == '/')
                *out++ = '/';
        }
        part += length + (part[length] == '/');
    }
    *out = '\0';
    return out > name;
}

static bool find_role(const char *name, dn_tar_role *role)
{
    if (dn_is_picture_name(name))
        *role = DN_TAR_PICTURE;
    else if (dn_has_suffix(name, ".cls"))
        *role = DN_TAR_CLS;
    else if (dn_has_suffix(name, ".json"))
        *role = DN_TAR_JSON;
    else
        return false;
    return true;
}

static dn_status add_entry(dn_tar_store *store, const dn_tar_entry *entry)
{
    if (store->count == store->capacity) {
        if (store->capacity > INT_MAX / 2)
            return dn_fail(DN_ERROR_LIMIT, "more than %d members", INT_MAX / 2);
        int capacity = store->capacity ? 2 * store->capacity : 64;
        dn_tar_entry *grown = realloc(store->entries, (size_t)capacity * sizeof *grown);
        if (!grown)
            return dn_fail_memory((size_t)capacity * sizeof *grown);
        store->entries = grown;
        store->capacity = capacity;
    }
    store->entries[store->count++] = *entry;
    return DN_OK;
}

static dn_status add_members(dn_tar_store *store, int archive, dn_tar *tar)
{
    const dn_file_map *map = &store->archives[archive].map;
    bool found;
    dn_tar_begin(store->archives[archive].path, map->data, map->size, tar);
    for (;;) {
        DN_TRY(dn_tar_next(tar, &found));
        if (!found) {
            store->links = dn_min(tar->links, INT_MAX - store->links) + store->links;
            return DN_OK;
        }
        dn_tar_entry entry = {.archive = archive,
                              .name = store->names.count,
                              .start = tar->start,
                              .length = tar->length};
        if (!clean_name(tar->name))
            continue;
        if (!find_role(tar->name, &entry.role)) {
            dn_left_out_add(&store->left_out, tar->name);
            continue;
        }
        DN_TRY(dn_name_list_add(&store->names, tar->name, strlen(tar->name)));
        DN_TRY(add_entry(store, &entry));
    }
}

static dn_status find_saved(const char *url, const dn_dataset_options *options, char **path)
{
    char saved[PATH_MAX];
    if (options->saved) {
        DN_TRY(options->saved(url, saved, sizeof saved, options->saved_context));
        return dn_copy_string(saved, path);
    }
    dn_url_shown(url, saved, sizeof saved);
    return dn_fail(DN_ERROR_IO,
                   "%s: is a URL; shards are read in place, from files: mount it or download it "
                   "first",
                   saved);
}

static dn_status find_archive(const char *folder, const char *name,
                              const dn_dataset_options *options, char **path)
{
    return dn_is_http_url(name) ? find_saved(name, options, path)
                                : dn_join_path(folder, name, path);
}

static dn_status add_archive(dn_tar_store *store, const char *folder, const char *name,
                             const dn_dataset_options *options)
{
    int archive = store->archive_count++;
    dn_tar *tar = NULL;
    DN_TRY(find_archive(folder, name, options, &store->archives[archive].path));
    DN_TRY(dn_file_map_open(store->archives[archive].path, &store->archives[archive].map));
    DN_TRY(dn_calloc(1, sizeof *tar, &tar));
    dn_status status = add_members(store, archive, tar);
    free(tar);
    return status;
}

/* Of a folder all files, sorted by name. */
static dn_status list_archives(const dn_probe *probe, bool folder, dn_name_list *names)
{
    if (folder)
        return dn_list_folder(probe->path, false, names);
    DN_TRY(dn_list_shards(probe, names));
    return names->count ? DN_OK : dn_name_list_add(names, probe->path, strlen(probe->path));
}

static dn_status add_archives(dn_tar_store *store, const char *path,
                              const dn_dataset_options *options)
{
    bool folder = dn_folder_holds(path, false, is_tar_name);
    dn_name_list names = {0};
    dn_probe probe;
    DN_TRY(dn_probe_path(path, &probe));
    dn_status status = list_archives(&probe, folder, &names);
    if (status == DN_OK)
        status = dn_calloc((size_t)names.count, sizeof *store->archives, &store->archives);
    for (int i = 0; i < names.count && status == DN_OK; i++)
        if (!folder || is_tar_name(dn_name_list_get(&names, i)))
            status = add_archive(store, folder ? path : "", dn_name_list_get(&names, i), options);
    dn_name_list_free(&names);
    return status;
}

static dn_status open_tar(const char *path, const dn_dataset_options *options, dn_dataset *dataset)
{
    dn_tar_store *store = NULL;
    DN_TRY(dn_calloc(1, sizeof *store, &store));
    dataset->store = store;
    DN_TRY(add_archives(store, path, options));
    dataset->links = store->links;
    dataset->left_out = store->left_out;
    if (dn_tar_is_webdataset(store))
        return dn_tar_open_webdataset(dataset);
    return dn_tar_open_classes(options->portion, dataset);
}

static void close_tar(void *memory)
{
    dn_tar_store *store = memory;
    for (int i = 0; i < store->archive_count; i++) {
        dn_file_map_close(&store->archives[i].map);
        free(store->archives[i].path);
    }
    free(store->archives);
    free(store->entries);
    dn_name_list_free(&store->names);
    free(store);
}

static void forget_pages(const void *memory)
{
    const dn_tar_store *store = memory;
    for (int i = 0; i < store->archive_count; i++)
        dn_file_map_forget(&store->archives[i].map);
}

static void name_sample(const dn_dataset *dataset, int sample, char *text, size_t size)
{
    const dn_tar_store *store = dataset->store;
    const dn_tar_entry *entry = &store->entries[sample];
    snprintf(text, size, "%s, %s", store->archives[entry->archive].path,
             dn_tar_entry_name(store, entry));
}

static dn_status read_sample(const dn_dataset *dataset, int sample, const dn_image_limits *limits,
                             dn_image **image)
{
    const dn_tar_store *store = dataset->store;
    const dn_tar_entry *entry = &store->entries[sample];
    char name[1024];
    name_sample(dataset, sample, name, sizeof name);
    return dn_image_decode(dn_tar_entry_data(store, entry), entry->length, name, limits, image);
}

static const char *name_archive(const dn_dataset *dataset, int index)
{
    const dn_tar_store *store = dataset->store;
    return index < store->archive_count ? store->archives[index].path : NULL;
}

const dn_dataset_kind dn_tar_kind = {claims,    open_tar,     name_sample,  read_sample,
                                     close_tar, forget_pages, name_archive, NULL};
