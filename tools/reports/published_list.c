/* SPDX-License-Identifier: MIT */
#include "reports/published_list.h"

#include "base/hub_name.h"
#include "densenet.h"
#include "files/path_join.h"
#include "ui/report.h"

#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* A row: a published file, or a network of a hub in the cache, that has no URL here. */
typedef struct pulled_row {
    const char *name, *from, *url, *sha256, *md5, *path; /* path NULL: not in the cache */
} pulled_row;

static void print_row(const pulled_row *row)
{
    char check[32] = "-";
    if (row->sha256)
        snprintf(check, sizeof check, "SHA-256 %.8s", row->sha256);
    else if (row->md5)
        snprintf(check, sizeof check, "MD5 %.8s", row->md5);
    printf("%-27s %-15s %-17s %s\n", row->name, row->from, check, row->path ? row->path : "-");
}

static json_t *row_object(const pulled_row *row)
{
    return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s?}", "name", row->name, "from", row->from,
                     "url", row->url, "sha256", row->sha256, "md5", row->md5, "path", row->path);
}

/* Prints a row, or adds it to an array. */
static void add_row(json_t *array, const pulled_row *row)
{
    if (array)
        json_array_append_new(array, row_object(row));
    else
        print_row(row);
}

static void add_published(json_t *array)
{
    const dn_published *weights;
    for (int i = 0; (weights = dn_published_weights(i)); i++) {
        char path[PATH_MAX];
        bool there = dn_weights_path(weights->file, path, sizeof path) == DN_OK;
        add_row(array, &(pulled_row){weights->name, weights->publisher, weights->url,
                                     weights->sha256, weights->md5, there ? path : NULL});
    }
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A network of an owner; what is being fetched has a ~ in its name. */
static void add_network(json_t *array, const char *owner, const char *entry)
{
    char path[PATH_MAX];
    char *name = path_join(owner, entry);
    dn_hub_name parsed;
    if (name && dn_hub_name_parse(name, &parsed) &&
        dn_weights_path(name, path, sizeof path) == DN_OK)
        add_row(array, &(pulled_row){.name = name, .from = "a hub", .path = path});
    free(name);
}

/* The visible entries of a folder in order; of an owner's, or of all owners' if owner is NULL. */
static void add_folder(json_t *array, const char *folder, const char *owner)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        char *inner = owner ? NULL : path_join(folder, entries[i]->d_name);
        if (owner)
            add_network(array, owner, entries[i]->d_name);
        else if (inner)
            add_folder(array, inner, entries[i]->d_name);
        free(inner);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

bool published_list_print(bool json)
{
    char cache[PATH_MAX];
    json_t *array = json ? json_array() : NULL;
    if (!ok_or_complain(dn_cache_folder(cache, sizeof cache)) ||
        (json && !array && !complain("out of memory")))
        return false;
    if (!json)
        printf("%-27s %-15s %-17s %s\n", "name", "from", "checked by", "in the cache");
    add_published(array);
    char *hub = path_join(cache, "hub");
    if (hub)
        add_folder(array, hub, NULL);
    free(hub);
    if (json && json_dumpf(array, stdout, JSON_INDENT(2)) == 0)
        putchar('\n');
    json_decref(array);
    if (!json)
        printf("OWNER/NAME[@REVISION]       a hub           its own or none   -\n");
    return true;
}
