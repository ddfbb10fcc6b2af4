/* SPDX-License-Identifier: MIT */
#include "files/short_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct ending {
    const char *path, *at;
    size_t index;
} ending;

/* Where the component before `at` begins; the path itself if there is none. */
static const char *one_more(const char *path, const char *at)
{
    while (at > path && at[-1] == '/')
        at--;
    while (at > path && at[-1] != '/')
        at--;
    return at;
}

static int by_ending(const void *a, const void *b)
{
    const ending *x = a, *y = b;
    int order = strcmp(x->at, y->at);
    return order ? order : strcmp(x->path, y->path);
}

/* Sorted, equal endings are neighbours, and among them equal paths. */
static bool lengthen_equal(ending *endings, size_t count)
{
    bool longer = false;
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count; next++)
            if (strcmp(endings[next].at, endings[first].at) != 0)
                break;
        bool differ = strcmp(endings[first].path, endings[next - 1].path) != 0;
        for (size_t i = first; i < next && differ; i++) {
            longer = longer || endings[i].at > endings[i].path;
            endings[i].at = one_more(endings[i].path, endings[i].at);
        }
    }
    return longer;
}

const char **short_names(char *const *paths, size_t count)
{
    ending *endings = malloc((count + 1) * sizeof *endings);
    const char **names = malloc((count + 1) * sizeof *names);
    for (size_t i = 0; endings && i < count; i++)
        endings[i] = (ending){paths[i], one_more(paths[i], paths[i] + strlen(paths[i])), i};
    bool longer = endings && names;
    while (longer) {
        qsort(endings, count, sizeof *endings, by_ending);
        longer = lengthen_equal(endings, count);
    }
    for (size_t i = 0; endings && names && i < count; i++)
        names[endings[i].index] = endings[i].at;
    if (!endings) {
        free(names);
        names = NULL;
    }
    free(endings);
    return names;
}
