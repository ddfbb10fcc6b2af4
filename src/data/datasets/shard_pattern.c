/* SPDX-License-Identifier: MIT */
/* One name that stands for many archives. */
#include "data/datasets/shard_list.h"

#include "base/url.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SHARDS = 1 << 16, MOST_BRACES = 16 };

bool dn_is_shard_pattern(const char *path)
{
    return dn_is_url(path) || strpbrk(path, "{*?[");
}

static dn_status fail_beyond(int limit, const char *things, const char *path)
{
    char shown[512];
    dn_url_shown(path, shown, sizeof shown);
    return dn_fail(DN_ERROR_LIMIT, "%s: more than %d %s", shown, limit, things);
}

/* ---- braces ---- */

/* Where the first braces are; false if there are none. */
static bool find_braces(const char *text, size_t *open, size_t *close)
{
    int depth = 0;
    for (size_t i = 0; text[i]; i++) {
        if (text[i] == '{' && depth++ == 0)
            *open = i;
        if (text[i] == '}' && depth > 0 && --depth == 0) {
            *close = i;
            return true;
        }
    }
    return false;
}

static dn_status expand(const char *pattern, int depth, dn_name_list *paths);

/* The pattern with `item` instead of its first braces. */
static dn_status expand_item(const char *pattern, size_t open, size_t close, const char *item,
                             size_t length, int depth, dn_name_list *paths)
{
    dn_text text = {0};
    char *one = NULL;
    dn_text_add_bytes(&text, pattern, open);
    dn_text_add_bytes(&text, item, length);
    dn_text_add(&text, "%s", pattern + close + 1);
    DN_TRY(dn_text_take(&text, &one));
    dn_status status = expand(one, depth + 1, paths);
    free(one);
    return status;
}

/* "000..127": both ends, and how many digits all have at least. */
static bool read_range(const char *text, size_t length, long ends[2], int *width)
{
    char first[10] = "", last[10] = "";
    int end = -1;
    if (length > 20 || sscanf(text, "%9[0-9]..%9[0-9]%n", first, last, &end) != 2 ||
        end != (int)length)
        return false;
    ends[0] = strtol(first, NULL, 10);
    ends[1] = strtol(last, NULL, 10);
    bool padded = (first[0] == '0' && first[1]) || (last[0] == '0' && last[1]);
    size_t longer = strlen(first) > strlen(last) ? strlen(first) : strlen(last);
    *width = padded ? (int)longer : 1;
    return true;
}

static dn_status expand_range(const char *pattern, size_t open, size_t close, const long ends[2],
                              int width, int depth, dn_name_list *paths)
{
    long step = ends[0] <= ends[1] ? 1 : -1;
    for (long i = ends[0];; i += step) {
        char number[24];
        int length = snprintf(number, sizeof number, "%0*ld", width, i);
        DN_TRY(expand_item(pattern, open, close, number, (size_t)length, depth, paths));
        if (i == ends[1])
            return DN_OK;
    }
}

/* Parts between commas that are in no inner braces. */
static dn_status expand_choices(const char *pattern, size_t open, size_t close, int depth,
                                dn_name_list *paths)
{
    int inner = 0;
    size_t begin = open + 1;
    for (size_t i = begin; i <= close; i++) {
        inner += pattern[i] == '{';
        inner -= pattern[i] == '}';
        if (i < close && (pattern[i] != ',' || inner))
            continue;
        DN_TRY(expand_item(pattern, open, close, pattern + begin, i - begin, depth, paths));
        begin = i + 1;
    }
    return DN_OK;
}

/* ---- wildcards ---- */

static bool has_wildcards(const char *pattern)
{
    return !dn_is_url(pattern) && strpbrk(pattern, "*?[");
}

static dn_status add_path(const char *path, dn_name_list *paths)
{
    if (paths->count >= MOST_SHARDS)
        return fail_beyond(MOST_SHARDS, "shards", path);
    return dn_name_list_add(paths, path, strlen(path));
}

static dn_status add_matches(const char *pattern, dn_name_list *paths)
{
    glob_t found = {0};
    dn_name_list matches = {0};
    int fault = glob(pattern, GLOB_NOSORT, NULL, &found);
    dn_status status = DN_OK;
    if (fault)
        status = fault == GLOB_NOSPACE
                     ? dn_fail_memory(0)
                     : dn_fail(DN_ERROR_IO, "%s: no file has such a name", pattern);
    for (size_t i = 0; i < found.gl_pathc && status == DN_OK; i++)
        status = add_path(found.gl_pathv[i], &matches);
    dn_name_list_sort(&matches);
    for (int i = 0; i < matches.count && status == DN_OK; i++)
        status = add_path(dn_name_list_get(&matches, i), paths);
    dn_name_list_free(&matches);
    globfree(&found);
    return status;
}

static dn_status expand(const char *pattern, int depth, dn_name_list *paths)
{
    size_t open = 0, close = 0;
    long ends[2];
    int width;
    if (!find_braces(pattern, &open, &close))
        return (has_wildcards(pattern) ? add_matches : add_path)(pattern, paths);
    if (depth >= MOST_BRACES)
        return fail_beyond(MOST_BRACES, "pairs of braces", pattern);
    if (read_range(pattern + open + 1, close - open - 1, ends, &width))
        return expand_range(pattern, open, close, ends, width, depth, paths);
    return expand_choices(pattern, open, close, depth, paths);
}

static dn_status check_url(const char *pattern)
{
    char shown[512];
    dn_url_shown(pattern, shown, sizeof shown);
    if (!dn_is_http_url(pattern))
        return dn_fail(DN_ERROR_IO, "%s: is a URL of another kind than https:// and http://",
                       shown);
    if (strchr(pattern, '*'))
        return dn_fail(DN_ERROR_IO,
                       "%s: no server lists what it has, so a URL has no *; {000..127} is expanded",
                       shown);
    return DN_OK;
}

dn_status dn_add_shards(const char *pattern, dn_name_list *paths)
{
    if (dn_is_url(pattern))
        DN_TRY(check_url(pattern));
    return expand(pattern, 0, paths);
}
