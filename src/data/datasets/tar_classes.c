/* SPDX-License-Identifier: MIT */
/* A tar of class folders: the samples and their order are those of the folder
 * that it would unpack to. */
#include "data/datasets/dataset_tar.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part of a name. */
typedef struct span {
    const char *text;
    size_t length;
} span;

static int compare_spans(span a, span b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.text, b.text, shorter) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

static size_t folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash + 1 - name) : 0;
}

/* The length of the folders that all pictures' names begin with. */
static size_t common_length(const dn_tar_store *store)
{
    const char *first = dn_tar_entry_name(store, &store->entries[0]);
    size_t common = folder_length(first);
    for (int i = 1; i < store->count; i++) {
        const char *name = dn_tar_entry_name(store, &store->entries[i]);
        size_t same = 0;
        while (same < common && name[same] == first[same])
            same++;
        while (same > 0 && first[same - 1] != '/')
            same--;
        common = same;
    }
    return common;
}

/* Where classes begin in names: after the common folders, of which the last is
 * the class if no others follow. */
static size_t find_root(const dn_tar_store *store)
{
    size_t root = common_length(store);
    for (int i = 0; i < store->count; i++)
        if (strchr(dn_tar_entry_name(store, &store->entries[i]) + root, '/'))
            return root;
    const char *first = dn_tar_entry_name(store, &store->entries[0]);
    if (root > 0)
        root--;
    while (root > 0 && first[root - 1] != '/')
        root--;
    return root;
}

static span class_of(const char *name, size_t root)
{
    return (span){name + root, strcspn(name + root, "/")};
}

static bool lies_in(const char *name, size_t root, const char *folder)
{
    return compare_spans(class_of(name, root), (span){folder, strlen(folder)}) == 0;
}

/* The distinct topmost folders. */
static dn_status list_tops(const dn_tar_store *store, size_t root, dn_name_list *tops)
{
    for (int i = 0; i < store->count; i++) {
        span top = class_of(dn_tar_entry_name(store, &store->entries[i]), root);
        if (top.text[top.length])
            DN_TRY(dn_name_list_add(tops, top.text, top.length));
    }
    dn_name_list_sort(tops);
    dn_name_list_unique(tops);
    return DN_OK;
}

/* The topmost folders with a picture that is not in a folder of theirs. */
static dn_status list_flat(const dn_tar_store *store, size_t root, dn_name_list *flat)
{
    for (int i = 0; i < store->count; i++) {
        span top = class_of(dn_tar_entry_name(store, &store->entries[i]), root);
        if (top.text[top.length] && !strchr(top.text + top.length + 1, '/'))
            DN_TRY(dn_name_list_add(flat, top.text, top.length));
    }
    dn_name_list_sort(flat);
    return DN_OK;
}

/* Keeps the pictures of one topmost folder only, and moves the root into it. */
static void keep_part(dn_tar_store *store, const char *chosen, size_t *root)
{
    int kept = 0;
    for (int i = 0; i < store->count; i++)
        if (lies_in(dn_tar_entry_name(store, &store->entries[i]), *root, chosen))
            store->entries[kept++] = store->entries[i];
    store->count = kept;
    *root += strlen(chosen) + 1;
}

/* "x.tar, set/train". */
static dn_status name_part(dn_dataset *dataset, size_t root)
{
    const dn_tar_store *store = dataset->store;
    size_t size = strlen(dataset->path) + root + 2;
    char *path = NULL;
    DN_TRY(dn_calloc(size, 1, &path));
    snprintf(path, size, "%s, %.*s", dataset->path, (int)root - 1,
             dn_tar_entry_name(store, &store->entries[0]));
    free(dataset->path);
    dataset->path = path;
    return DN_OK;
}

static dn_status find_parts(dn_dataset *dataset, size_t root)
{
    const dn_tar_store *store = dataset->store;
    dn_name_list tops = {0}, flat = {0}, usable = {0};
    dn_status status = list_tops(store, root, &tops);
    if (status == DN_OK)
        status = list_flat(store, root, &flat);
    for (int i = 0; i < tops.count && status == DN_OK; i++) {
        const char *top = dn_name_list_get(&tops, i);
        if (dn_name_list_find(&flat, top) < 0)
            status = dn_name_list_add(&usable, top, strlen(top));
    }
    dn_find_parts(&tops, false, dataset->parts);
    if (dataset->parts[DN_PORTION_TEST])
        dn_find_parts(&usable, false, dataset->parts);
    if (!dataset->parts[DN_PORTION_TRAIN] || tops.count < 2)
        memset(dataset->parts, 0, sizeof dataset->parts);
    dn_name_list_free(&tops);
    dn_name_list_free(&flat);
    dn_name_list_free(&usable);
    return status;
}

static dn_status choose_part(dn_dataset *dataset, dn_portion portion, size_t *root)
{
    const char **parts = dataset->parts;
    DN_TRY(find_parts(dataset, *root));
    if (!parts[DN_PORTION_TRAIN])
        return DN_OK;
    if (!parts[portion])
        return dn_fail_no_part(dataset->path, portion, "a folder train");
    keep_part(dataset->store, parts[portion], root);
    return name_part(dataset, *root);
}

/* What the order of entries depends on. */
typedef struct entry_order {
    const dn_tar_store *store;
    size_t root;
} entry_order;

/* "x" precedes "x-y", but "x/" would follow "x-y/". */
static span without_slash(const char *name, size_t length)
{
    return (span){name, length ? length - 1 : 0};
}

/* By class, then by folder, then by file name. */
static int compare_entries(const void *left, const void *right, void *context)
{
    const entry_order *order_by = context;
    const char *a = dn_tar_entry_name(order_by->store, left);
    const char *b = dn_tar_entry_name(order_by->store, right);
    size_t folder_a = folder_length(a), folder_b = folder_length(b);
    int order = compare_spans(class_of(a, order_by->root), class_of(b, order_by->root));
    if (order == 0)
        order = compare_spans(without_slash(a, folder_a), without_slash(b, folder_b));
    return order ? order : strcmp(a + folder_a, b + folder_b);
}

/* An archive's name without its folder and ".tar". */
static span stem_of(const char *path)
{
    const char *name = path + folder_length(path);
    size_t length = strlen(name);
    return (span){name, dn_has_suffix(name, ".tar") ? length - 4 : length};
}

/* The class folder of each entry. Several archives without any folders are one
 * class each, as ImageNet is distributed. */
static dn_status tag_entries(const dn_tar_store *store, size_t root, dn_name_list *tags)
{
    bool folders = false;
    for (int i = 0; i < store->count && !folders; i++)
        folders = strchr(dn_tar_entry_name(store, &store->entries[i]) + root, '/');
    for (int i = 0; i < store->count; i++) {
        const dn_tar_entry *entry = &store->entries[i];
        const dn_tar_archive *archive = &store->archives[entry->archive];
        const char *name = dn_tar_entry_name(store, entry);
        span tag = class_of(name, root);
        if (!folders && store->archive_count > 1)
            tag = stem_of(archive->path);
        else if (!tag.text[tag.length])
            return dn_fail(DN_ERROR_FORMAT, "%s: %s is not in a class folder", archive->path, name);
        DN_TRY(dn_name_list_add(tags, tag.text, tag.length));
    }
    return DN_OK;
}

dn_status dn_tar_open_classes(dn_portion portion, dn_dataset *dataset)
{
    dn_tar_store *store = dataset->store;
    int kept = 0;
    for (int i = 0; i < store->count; i++)
        if (store->entries[i].role == DN_TAR_PICTURE)
            store->entries[kept++] = store->entries[i];
    store->count = kept;
    dataset->format = "tar";
    if (!kept)
        return dataset->left_out.total
                   ? dn_fail_left_out(dataset)
                   : dn_fail(DN_ERROR_FORMAT, "%s: holds no pictures", dataset->path);
    size_t root = find_root(store);
    DN_TRY(choose_part(dataset, portion, &root));
    entry_order order = {store, root};
    qsort_r(store->entries, (size_t)store->count, sizeof *store->entries, compare_entries, &order);
    dn_name_list tags = {0};
    dn_status status = tag_entries(store, root, &tags);
    if (status == DN_OK)
        status = dn_dataset_classify(dataset, &tags, false);
    dn_name_list_free(&tags);
    return status;
}
