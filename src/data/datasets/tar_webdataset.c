/* SPDX-License-Identifier: MIT */
/* A tar of WebDataset samples: consecutive files that share their name up to
 * its first dot, among them a picture and a .cls or .json. */
#include "data/datasets/dataset_tar.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

enum { LARGEST_LABEL = 1 << 20 }; /* bytes of a .cls or .json */

/* Members first..end-1 of one key, in one archive; picture and label among them, or -1. */
typedef struct sample_group {
    int end, picture, label;
} sample_group;

static size_t key_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name;
    return (size_t)(base - name) + strcspn(base, ".");
}

/* "key.seg.png" is about a picture, not one itself. */
static bool is_whole_extension(const char *name, size_t key)
{
    return name[key] == '.' && !strchr(name + key + 1, '.');
}

static sample_group find_group(const dn_tar_store *store, int first)
{
    const char *key = dn_tar_entry_name(store, &store->entries[first]);
    size_t length = key_length(key);
    sample_group group = {first, -1, -1};
    for (; group.end < store->count; group.end++) {
        const dn_tar_entry *entry = &store->entries[group.end];
        const char *name = dn_tar_entry_name(store, entry);
        if (entry->archive != store->entries[first].archive || key_length(name) != length ||
            memcmp(name, key, length) != 0)
            break;
        if (!is_whole_extension(name, length))
            continue;
        if (entry->role == DN_TAR_PICTURE && group.picture < 0)
            group.picture = group.end;
        if (entry->role == DN_TAR_CLS || (entry->role == DN_TAR_JSON && group.label < 0))
            group.label = group.end;
    }
    return group;
}

bool dn_tar_is_webdataset(const dn_tar_store *store)
{
    for (int first = 0; first < store->count;) {
        sample_group group = find_group(store, first);
        if (group.picture >= 0 && group.label >= 0)
            return true;
        first = group.end;
    }
    return false;
}

static dn_status fail_label(const dn_tar_store *store, const dn_tar_entry *entry, const char *fault)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: %s %s", store->archives[entry->archive].path,
                   dn_tar_entry_name(store, entry), fault);
}

/* The first member of an object that gives a class. */
static const json_t *find_class(const json_t *object)
{
    static const char *const members[] = {"cls", "label", "class"};
    const json_t *found = NULL;
    for (size_t i = 0; i < sizeof members / sizeof *members && !found; i++)
        found = json_object_get(object, members[i]);
    return found;
}

static dn_status tag_from_json(const dn_tar_store *store, const dn_tar_entry *entry,
                               dn_name_list *tags)
{
    char what[512], number[32];
    json_t *object;
    dn_budget budget;
    dn_budget_begin(entry->length, &budget);
    snprintf(what, sizeof what, "%s: %s", store->archives[entry->archive].path,
             dn_tar_entry_name(store, entry));
    DN_TRY(dn_json_parse((const char *)dn_tar_entry_data(store, entry), entry->length, what,
                         &budget, &object));
    const json_t *class = find_class(object);
    dn_status status;
    if (json_is_integer(class)) {
        int length = snprintf(number, sizeof number, "%lld", (long long)json_integer_value(class));
        status = dn_name_list_add(tags, number, (size_t)length);
    } else if (json_is_string(class) && json_string_length(class)) {
        status = dn_name_list_add(tags, json_string_value(class), json_string_length(class));
    } else {
        status = fail_label(store, entry,
                            "gives no class: expected a number or a name as \"cls\", \"label\" or "
                            "\"class\"");
    }
    json_decref(object);
    return status;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A .cls holds the number or name as text. */
static dn_status tag_from_text(const dn_tar_store *store, const dn_tar_entry *entry,
                               dn_name_list *tags)
{
    const char *text = (const char *)dn_tar_entry_data(store, entry);
    size_t length = entry->length;
    while (length && is_blank(text[length - 1]))
        length--;
    while (length && is_blank(text[0])) {
        text++;
        length--;
    }
    if (!length || length > 255 || memchr(text, '\0', length) || memchr(text, '\n', length))
        return fail_label(store, entry, "gives no class: expected a number or a name");
    return dn_name_list_add(tags, text, length);
}

/* One entry and one tag per sample. */
static dn_status gather(dn_tar_store *store, dn_name_list *tags)
{
    int kept = 0;
    for (int first = 0; first < store->count;) {
        sample_group group = find_group(store, first);
        first = group.end;
        if (group.picture < 0)
            continue;
        dn_tar_entry picture = store->entries[group.picture];
        if (group.label < 0)
            return fail_label(store, &picture, "has no .cls or .json of the same key");
        const dn_tar_entry *label = &store->entries[group.label];
        if (label->length > LARGEST_LABEL)
            return fail_label(store, label, "is larger than the limit of 1048576 bytes");
        DN_TRY((label->role == DN_TAR_CLS ? tag_from_text : tag_from_json)(store, label, tags));
        store->entries[kept++] = picture;
    }
    store->count = kept;
    return DN_OK;
}

dn_status dn_tar_open_webdataset(dn_dataset *dataset)
{
    dn_name_list tags = {0};
    dataset->format = "WebDataset";
    dn_status status = gather(dataset->store, &tags);
    if (status == DN_OK)
        status = dn_dataset_classify(dataset, &tags, true);
    dn_name_list_free(&tags);
    return status;
}
