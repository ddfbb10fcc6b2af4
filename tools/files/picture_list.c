/* SPDX-License-Identifier: MIT */
#include "files/picture_list.h"

#include "base/folder_set.h"
#include "base/picture_formats.h"
#include "files/picture_frames.h"
#include "files/text_file.h"
#include "ui/report.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_LIST = 1 << 28 }; /* bytes of a list of files */

static struct {
    const char *files;
    bool recursive;
} chosen;

const option_row list_options[] = {
    {"recursive", 'r', OPTION_FLAG, &chosen.recursive, NULL,
     "take the pictures of folders below a folder too", 0, 0},
    {"files-from", 0, OPTION_FILE, &chosen.files, "FILE",
     "take the pictures and folders that a file, or - for standard input, names: one per line, or "
     "each followed by a zero byte",
     0, 0},
    {0},
};

const char *list_file(void)
{
    return chosen.files;
}

static bool append(picture_list *list, char *path)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        char **grown = realloc(list->paths, capacity * sizeof *grown);
        if (!grown) {
            free(path);
            return complain("out of memory for the list of pictures");
        }
        list->paths = grown;
        list->capacity = capacity;
    }
    if (!path)
        return complain("out of memory for the list of pictures");
    list->paths[list->count++] = path;
    return true;
}

bool picture_list_holds(const char *path)
{
    DIR *folder = opendir(path);
    bool found = !folder && dn_is_picture_name(path);
    for (struct dirent *entry; folder && !found && (entry = readdir(folder));)
        found = entry->d_name[0] != '.' && dn_is_picture_name(entry->d_name);
    if (folder)
        closedir(folder);
    return found;
}

static char *join(const char *folder, const char *name)
{
    size_t length = strlen(folder), size = length + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name);
    return path;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* ---------------------------------------------------------------- folders */

/* A folder of the arguments, and what is below it. */
typedef struct folder_walk {
    picture_list *list;
    dn_folder_set entered;
    dn_left_out left_out;
    bool folders; /* there are some, that are not searched */
    int again;    /* links to folders that were entered already */
} folder_walk;

/* Pictures of formats that are not read are counted, and named once. */
static void report_folder(picture_list *list, const char *folder, bool any, const folder_walk *walk)
{
    const dn_left_out *left_out = &walk->left_out;
    char endings[256];
    dn_left_out_list(left_out, endings, sizeof endings);
    if (any && left_out->total)
        complain("%s: %d picture%s in formats that are not read %s left out: %s", folder,
                 left_out->total, left_out->total == 1 ? "" : "s",
                 left_out->total == 1 ? "is" : "are", endings);
    else if (left_out->total)
        complain("%s: holds only pictures in formats that are not read: %s; " DN_FORMATS_READ
                 " are",
                 folder, endings);
    else if (!any)
        complain("%s: holds no picture (.jpg, .png, .webp, .tif, .bmp, .gif, .pgm, .ppm, .dcm)%s",
                 folder,
                 walk->folders ? "; its subfolders are not searched without --recursive" : "");
    if (walk->again)
        complain("%s: %d link%s to folders that are read already %s not followed", folder,
                 walk->again, walk->again == 1 ? "" : "s", walk->again == 1 ? "is" : "are");
    list->failures += !any || left_out->total;
}

/* S_IFREG, S_IFDIR or another; links are followed, and what they lead to may be missing: a file. */
static mode_t kind_of(int descriptor, const struct dirent *entry)
{
    struct stat found;
    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return (mode_t)DTTOIF((unsigned)entry->d_type);
    return fstatat(descriptor, entry->d_name, &found, 0) == 0 ? found.st_mode & S_IFMT : S_IFREG;
}

/* A pipe that nobody writes would be waited for without end. */
static void refuse_special(folder_walk *walk, const char *folder, const char *name)
{
    complain("%s/%s: is a pipe, a socket or a device, which are not read from folders", folder,
             name);
    walk->list->failures++;
}

/* Sorts what a folder holds into pictures and folders. */
static bool read_entries(folder_walk *walk, DIR *stream, const char *folder, picture_list *below)
{
    bool sound = true;
    struct dirent *entry;
    while (sound && (entry = readdir(stream))) {
        if (entry->d_name[0] == '.')
            continue;
        mode_t kind = kind_of(dirfd(stream), entry);
        if (kind == S_IFDIR)
            sound = append(below, join(folder, entry->d_name));
        else if (dn_is_picture_name(entry->d_name) && kind != S_IFREG)
            refuse_special(walk, folder, entry->d_name);
        else if (dn_is_picture_name(entry->d_name))
            sound = append(walk->list, join(folder, entry->d_name));
        else
            dn_left_out_add(&walk->left_out, entry->d_name);
    }
    return sound;
}

static void sort(char **paths, size_t count)
{
    if (count)
        qsort(paths, count, sizeof *paths, by_name);
}

static bool walk_folder(folder_walk *walk, const char *folder);

static bool walk_below(folder_walk *walk, const picture_list *below)
{
    bool sound = true;
    walk->folders = walk->folders || below->count;
    for (size_t i = 0; i < below->count && chosen.recursive && sound; i++) {
        dn_folder_visit visit;
        dn_entered_folder *entered;
        if (!ok_or_complain(dn_folder_enter(&walk->entered, below->paths[i], &visit, &entered)))
            walk->list->failures++;
        else if (visit == DN_FOLDER_NEW)
            sound = walk_folder(walk, below->paths[i]);
        else
            walk->again++;
    }
    return sound;
}

static bool walk_folder(folder_walk *walk, const char *folder)
{
    size_t before = walk->list->count;
    picture_list below = {0};
    DIR *stream = opendir(folder);
    if (!stream) {
        complain("%s: cannot be opened: %s", folder, strerror(errno));
        walk->list->failures++;
        return true;
    }
    bool sound = read_entries(walk, stream, folder, &below);
    closedir(stream);
    if (walk->list->count > before)
        sort(walk->list->paths + before, walk->list->count - before);
    sort(below.paths, below.count);
    sound = sound && walk_below(walk, &below);
    picture_list_free(&below);
    return sound;
}

static bool append_folder(picture_list *list, const char *folder)
{
    size_t before = list->count, failures = list->failures;
    dn_folder_visit visit;
    dn_entered_folder *entered;
    folder_walk walk = {.list = list};
    bool sound = ok_or_complain(dn_folder_enter(&walk.entered, folder, &visit, &entered)) &&
                 walk_folder(&walk, folder);
    if (sound && (list->count > before || list->failures == failures))
        report_folder(list, folder, list->count > before, &walk);
    dn_folder_set_free(&walk.entered);
    return sound;
}

/* ---------------------------------------------------------------- frames */

/* A file of several frames as the pictures FILE#1, FILE#2 and so on. */
static bool append_frames(picture_list *list, char *path)
{
    int frames = path ? picture_frames(path) : 1;
    if (frames == 1)
        return append(list, path);
    bool sound = true;
    for (int i = 1; i <= frames && sound; i++) {
        char *name;
        sound = append(list, asprintf(&name, "%s#%d", path, i) < 0 ? NULL : name);
    }
    free(path);
    return sound;
}

static bool spread_frames(picture_list *list)
{
    picture_list spread = {.failures = list->failures};
    size_t taken = 0;
    bool sound = true;
    while (taken < list->count && sound)
        sound = append_frames(&spread, list->paths[taken++]);
    for (size_t i = taken; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = spread;
    return sound;
}

/* ---------------------------------------------------------------- lists */

static bool append_named(picture_list *list, const char *name)
{
    struct stat found;
    if (stat(name, &found) == 0 && S_ISDIR(found.st_mode))
        return append_folder(list, name);
    return append(list, strcmp(name, "-") == 0 ? strdup("./-") : strdup(name));
}

/* The whole file, and a zero byte; NULL if it has complained. */
static char *read_file(const char *path, size_t *length)
{
    static const text_limit limit = {LARGEST_LIST, "a list of files"};
    if (strcmp(path, "-") == 0)
        return text_file_bytes(stdin, path, &limit, length);
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        complain("%s: cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    char *text = text_file_bytes(stream, path, &limit, length);
    fclose(stream);
    return text;
}

/* DICOM, whose parts are not to be shown as names of files that there are not. */
static bool is_patient(const char *text, size_t length)
{
    return (length > 132 && memcmp(text + 128, "DICM", 4) == 0) ||
           (length > 8 && memcmp(text, "\x08\0", 2) == 0);
}

/* Lines, or what zero bytes end if there is one. */
static bool append_listed(picture_list *list, const char *path)
{
    size_t length, names = 0;
    char *text = read_file(path, &length);
    if (!text)
        return false;
    if (is_patient(text, length)) {
        free(text);
        return complain("%s: is a picture, a list of files is expected", path);
    }
    char end = memchr(text, '\0', length) ? '\0' : '\n';
    bool sound = true;
    for (char *at = text + text_file_mark(text), *next; at < text + length && sound; at = next) {
        char *stop = memchr(at, end, (size_t)(text + length - at));
        next = stop ? stop + 1 : text + length;
        size_t size = (size_t)((stop ? stop : text + length) - at);
        if (end == '\n' && size && at[size - 1] == '\r')
            size--;
        at[size] = '\0';
        names += size > 0;
        sound = size == 0 || append_named(list, at);
    }
    free(text);
    return sound && (names || complain("%s: names no file", path));
}

bool picture_list_has_any(const picture_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->paths[i], "-") == 0 || picture_is_there(list->paths[i]))
            return true;
    return false;
}

static bool inputs_are_clear(int count, char **arguments)
{
    int inputs = 0;
    for (int i = 0; i < count; i++)
        inputs += strcmp(arguments[i], "-") == 0;
    if (inputs > 1)
        return complain("-: standard input holds one picture and can be named once");
    if (inputs && chosen.files && strcmp(chosen.files, "-") == 0)
        return complain("-: standard input is the list of --files-from or a picture, not both");
    return count || chosen.files ||
           complain("a picture, a folder, - for standard input or --files-from FILE is expected");
}

bool picture_list_create(int count, char **arguments, picture_list *list)
{
    *list = (picture_list){0};
    bool sound = inputs_are_clear(count, arguments);
    for (int i = 0; sound && i < count; i++) {
        if (strcmp(arguments[i], "-") != 0)
            sound = append_named(list, arguments[i]);
        else if (read(STDIN_FILENO, NULL, 0) < 0 && errno == EBADF)
            list->failures += !complain("-: standard input is closed");
        else
            sound = append(list, strdup("-"));
    }
    sound = sound && (!chosen.files || append_listed(list, chosen.files)) && spread_frames(list);
    if (!sound)
        picture_list_free(list);
    return sound;
}

void picture_list_free(picture_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (picture_list){0};
}
