/* SPDX-License-Identifier: MIT */
#include "data/datasets/shard_list.h"

#include "base/file.h"
#include "base/url.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_LIST = 1 << 28 };

/* The next line, without blanks around it, that says something; the last may lack its end. */
static bool next_line(const char **at, const char *end, const char **line, size_t *length)
{
    while (*at < end) {
        const char *stop = memchr(*at, '\n', (size_t)(end - *at)), *begin = *at;
        stop = stop ? stop : end;
        *at = stop < end ? stop + 1 : end;
        while (stop > begin && strchr(" \t\r", stop[-1]))
            stop--;
        while (begin < stop && (*begin == ' ' || *begin == '\t'))
            begin++;
        *line = begin;
        *length = (size_t)(stop - begin);
        if (*length && *begin != '#')
            return true;
    }
    return false;
}

static bool is_http_url(const char *line, size_t length)
{
    char begin[16] = "";
    memcpy(begin, line, length < sizeof begin ? length : sizeof begin - 1);
    return dn_is_http_url(begin);
}

bool dn_is_shard_list(const dn_probe *probe)
{
    const char *at = (const char *)probe->head, *line;
    size_t length, whole = probe->size < sizeof probe->head ? probe->size : sizeof probe->head;
    if (memchr(at, 0, whole) || !next_line(&at, at + whole, &line, &length))
        return false;
    return is_http_url(line, length) ||
           (length > 4 && strncmp(line + length - 4, ".tar", 4) == 0 && !memchr(line, ',', length));
}

static dn_status add_line(const char *list, const char *line, size_t length, dn_name_list *paths)
{
    const char *slash = strrchr(list, '/');
    char *name = strndup(line, length), *folder = NULL, *path = NULL;
    folder = slash ? strndup(list, (size_t)(slash - list) + 1) : strdup("");
    dn_status status = name && folder ? DN_OK : dn_fail_memory(length);
    if (status == DN_OK && dn_is_url(name))
        status = dn_add_shards(name, paths);
    else if (status == DN_OK && (status = dn_join_path(folder, name, &path)) == DN_OK)
        status = dn_add_shards(path, paths);
    free(name);
    free(folder);
    free(path);
    return status;
}

dn_status dn_add_listed_shards(const char *path, dn_name_list *paths)
{
    dn_file_map map;
    DN_TRY(dn_file_read(path, LARGEST_LIST, &map));
    const char *at = (const char *)map.data, *end = at + map.size, *line;
    size_t length;
    dn_status status =
        memchr(at, 0, map.size)
            ? dn_fail(DN_ERROR_FORMAT, "%s: is no list of shards: it holds zeros", path)
            : DN_OK;
    while (status == DN_OK && next_line(&at, end, &line, &length))
        status = add_line(path, line, length, paths);
    dn_file_map_close(&map);
    return status;
}

dn_status dn_list_shards(const dn_probe *probe, dn_name_list *paths)
{
    if (probe->pattern)
        return dn_add_shards(probe->path, paths);
    if (!probe->folder && !dn_has_suffix(probe->path, ".tar") && dn_is_shard_list(probe))
        return dn_add_listed_shards(probe->path, paths);
    return DN_OK;
}

dn_status dn_dataset_urls(const char *path, dn_url_function *each, void *context)
{
    dn_probe probe;
    dn_name_list names = {0};
    DN_NEED(path);
    DN_NEED(each);
    DN_TRY(dn_probe_path(path, &probe));
    dn_status status = dn_list_shards(&probe, &names);
    for (int i = 0; i < names.count && status == DN_OK; i++)
        if (dn_is_http_url(dn_name_list_get(&names, i)))
            each(dn_name_list_get(&names, i), context);
    dn_name_list_free(&names);
    return status;
}
