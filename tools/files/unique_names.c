/* SPDX-License-Identifier: MIT */
#include "files/unique_names.h"

#include "files/same_file.h"

#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_STEM = NAME_MAX - 16 }; /* of which numbers are remembered */

typedef struct stem_number {
    int last; /* the number given last */
    char stem[];
} stem_number;

struct unique_names {
    char *folder;
    void *names, *stems, *read; /* trees of char, stem_number, struct stat */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int by_stem(const void *a, const void *b)
{
    return strcmp(((const stem_number *)a)->stem, ((const stem_number *)b)->stem);
}

static int by_inode(const void *a, const void *b)
{
    const struct stat *x = a, *y = b;
    if (x->st_dev != y->st_dev)
        return x->st_dev < y->st_dev ? -1 : 1;
    return x->st_ino < y->st_ino ? -1 : x->st_ino > y->st_ino;
}

unique_names *unique_names_create(const char *folder)
{
    unique_names *made = calloc(1, sizeof *made);
    if (made && !(made->folder = strdup(folder))) {
        free(made);
        return NULL;
    }
    return made;
}

void unique_names_free(unique_names *names)
{
    if (!names)
        return;
    tdestroy(names->names, free);
    tdestroy(names->stems, free);
    tdestroy(names->read, free);
    free(names->folder);
    free(names);
}

/* Adds a node of the caller's to a tree, or frees it if there is an equal one; returns the one that
 * is in the tree, NULL if out of memory. */
static void *keep(void **tree, void *node, int (*compare)(const void *, const void *))
{
    void *there = node ? tsearch(node, tree, compare) : NULL, *kept = NULL;
    if (there)
        memcpy(&kept, there, sizeof kept);
    if (kept != node)
        free(node);
    return kept;
}

bool unique_names_avoid(unique_names *names, const char *path)
{
    struct stat *found = malloc(sizeof *found);
    if (found && stat(path, found) != 0) {
        free(found);
        return true;
    }
    return keep(&names->read, found, by_inode) != NULL;
}

/* A whole number of characters. */
static size_t cut(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return most;
}

static stem_number *number_of(unique_names *names, const char *stem, size_t length)
{
    size_t kept = cut(stem, length, LONGEST_STEM);
    stem_number *node = malloc(sizeof *node + kept + 1);
    if (!node)
        return NULL;
    node->last = 0;
    memcpy(node->stem, stem, kept);
    node->stem[kept] = '\0';
    return keep(&names->stems, node, by_stem);
}

static bool is_taken(const unique_names *names, const char *path)
{
    struct stat found;
    return tfind(path, &names->names, by_text) ||
           (stat(path, &found) == 0 && tfind(&found, &names->read, by_inode));
}

const char *unique_names_take(unique_names *names, const char *stem, size_t length)
{
    stem_number *number = number_of(names, stem, length);
    char *path = NULL;
    while (number) {
        char ending[32];
        free(path);
        number->last++;
        int more =
            snprintf(ending, sizeof ending, number->last == 1 ? ".png" : "-%d.png", number->last);
        size_t kept = cut(stem, length, (size_t)(NAME_MAX - more));
        if (asprintf(&path, "%s/%.*s%s", names->folder, (int)kept, stem, ending) < 0)
            return NULL;
        if (!is_taken(names, path))
            return keep(&names->names, path, by_text);
    }
    return NULL;
}
