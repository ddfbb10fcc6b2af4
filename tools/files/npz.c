/* SPDX-License-Identifier: MIT */
#include "files/npy.h"
#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zip.h>

/* Deflate never compresses more than this: an entry that claims more is not valid. */
#define MAX_EXPANSION 1032

struct npz_file {
    const char *path; /* the caller's, who keeps it */
    zip_t *zip;
    char **names;
    int count;
    dn_budget budget; /* of all arrays that are read, each time */
};

static bool fill_names(npz_file *file)
{
    zip_int64_t entries = zip_get_num_entries(file->zip, 0);
    if (entries > 1000000)
        return complain("%s: holds too many arrays", file->path);
    file->names = calloc((size_t)entries + 1, sizeof *file->names);
    for (; file->names && file->count < entries; file->count++) {
        const char *name = zip_get_name(file->zip, (zip_uint64_t)file->count, 0);
        size_t length = name ? strlen(name) : 0;
        if (length < 4 || strcmp(name + length - 4, ".npy") != 0)
            return complain("%s: holds \"%s\", which is not a .npy array", file->path,
                            name ? name : "");
        file->names[file->count] = strndup(name, length - 4);
        if (!file->names[file->count])
            break;
    }
    return (file->names && file->count == entries) || complain("%s: out of memory", file->path);
}

static bool begin_budget(npz_file *file)
{
    struct stat found;
    if (stat(file->path, &found) != 0)
        return complain("%s: cannot be examined: %s", file->path, strerror(errno));
    dn_budget_begin((size_t)found.st_size, &file->budget);
    return true;
}

npz_file *npz_open(const char *path)
{
    int code;
    npz_file *file = calloc(1, sizeof *file);
    if (!file) {
        complain("%s: out of memory", path);
        return NULL;
    }
    file->path = path;
    file->zip = zip_open(path, ZIP_RDONLY, &code);
    if (!file->zip) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        complain("%s: cannot be read as a .npz file: %s", path, zip_error_strerror(&error));
        zip_error_fini(&error);
    } else if (begin_budget(file) && fill_names(file)) {
        return file;
    }
    npz_close(file);
    return NULL;
}

void npz_close(npz_file *file)
{
    if (!file)
        return;
    for (int i = 0; i < file->count; i++)
        free(file->names[i]);
    free(file->names);
    if (file->zip)
        zip_discard(file->zip);
    free(file);
}

const char *npz_name(const npz_file *file, int index)
{
    return index >= 0 && index < file->count ? file->names[index] : NULL;
}

static size_t read_entry(void *context, void *out, size_t count)
{
    size_t done = 0;
    while (done < count) {
        zip_int64_t some = zip_fread(context, (char *)out + done, count - done);
        if (some <= 0)
            break;
        done += (size_t)some;
    }
    return done;
}

bool npz_read(npz_file *file, int index, npy_array *array)
{
    zip_stat_t info;
    char name[512];
    snprintf(name, sizeof name, "%s: %s", file->path, file->names[index]);
    zip_uint64_t entry = (zip_uint64_t)index;
    if (zip_stat_index(file->zip, entry, 0, &info) != 0 || !(info.valid & ZIP_STAT_SIZE) ||
        !(info.valid & ZIP_STAT_COMP_SIZE))
        return complain("%s: cannot be read: %s", name, zip_strerror(file->zip));
    if (info.size / MAX_EXPANSION > info.comp_size)
        return complain("%s: claims %llu bytes, more than its %llu can hold", name,
                        (unsigned long long)info.size, (unsigned long long)info.comp_size);
    zip_file_t *stream = zip_fopen_index(file->zip, entry, 0);
    if (!stream)
        return complain("%s: cannot be read: %s", name, zip_strerror(file->zip));
    npy_source source = {.name = name,
                         .size = info.size,
                         .budget = &file->budget,
                         .read = read_entry,
                         .context = stream};
    bool sound = npy_read_source(&source, array);
    char beyond;
    if (sound && zip_fread(stream, &beyond, 1) != 0) { /* also where the checksum is checked */
        npy_free(array);
        sound = complain("%s: is damaged: %s", name, zip_file_strerror(stream));
    }
    zip_fclose(stream);
    return sound;
}
