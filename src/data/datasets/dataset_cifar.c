/* SPDX-License-Identifier: MIT */
/* CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) in their binary layout: a record is
 * one label byte (CIFAR-100: coarse, then fine), then 32 x 32 bytes each of red,
 * green and blue. */
#include "base/text.h"
#include "data/datasets/dataset.h"

#include "base/file.h"
#include "base/memory.h"
#include "image/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE = 32, PLANE = SIDE * SIDE, PICTURE = 3 * PLANE };

#define MAX_NAMES ((size_t)1 << 20) /* bytes of a list of names */

typedef struct record_layout {
    const char *format;
    int label_bytes; /* the last of them is the class */
    int classes;
    const char *names_file;
} record_layout;

static const record_layout cifar10 = {"CIFAR-10", 1, 10, "batches.meta.txt"};
static const record_layout cifar100 = {"CIFAR-100", 2, 100, "fine_label_names.txt"};

/* Records are read when they are asked for. */
typedef struct cifar_file {
    char *path;
    int descriptor;
    size_t size;
    int first, count;      /* its samples */
    unsigned char *labels; /* of each */
} cifar_file;

typedef struct cifar_store {
    const record_layout *layout;
    cifar_file *files;
    int count;
    char *names_path; /* which may not be there */
} cifar_store;

static size_t record_size(const record_layout *layout)
{
    return (size_t)layout->label_bytes + PICTURE;
}

static bool is_train_batch(const char *name)
{
    return (strncmp(name, "data_batch", 10) == 0 && dn_has_suffix(name, ".bin")) ||
           strcmp(name, "train.bin") == 0;
}

static bool is_test_batch(const char *name)
{
    return (strncmp(name, "test_batch", 10) == 0 && dn_has_suffix(name, ".bin")) ||
           strcmp(name, "test.bin") == 0;
}

static bool claims(const dn_probe *probe)
{
    if (!probe->folder)
        return dn_has_suffix(probe->path, ".bin");
    return dn_folder_holds(probe->path, false, is_train_batch) ||
           dn_folder_holds(probe->path, false, is_test_batch);
}

static dn_status open_file(cifar_file *file)
{
    struct stat info;
    file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    if (file->descriptor < 0 || fstat(file->descriptor, &info) != 0)
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", file->path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return dn_fail(DN_ERROR_IO, "%s: is not a file, CIFAR records were expected", file->path);
    file->size = (size_t)info.st_size;
    return DN_OK;
}

static dn_status read_at(const cifar_file *file, size_t offset, unsigned char *out, size_t size)
{
    while (size) {
        ssize_t count = pread(file->descriptor, out, size, (off_t)offset);
        if (count < 0 && errno != EINTR)
            return dn_fail(DN_ERROR_IO, "%s: cannot be read: %s", file->path, strerror(errno));
        if (count == 0)
            return dn_fail(DN_ERROR_IO, "%s: was cut short while it was in use", file->path);
        if (count > 0) {
            offset += (size_t)count;
            out += count;
            size -= (size_t)count;
        }
    }
    return DN_OK;
}

/* All labels; *bad is the first record whose label is out of range, or -1. */
static dn_status read_labels(const record_layout *layout, cifar_file *file, int *bad)
{
    size_t size = record_size(layout), last = (size_t)layout->label_bytes - 1;
    file->count = (int)(file->size / size);
    free(file->labels);
    file->labels = NULL;
    *bad = -1;
    DN_TRY(dn_calloc((size_t)file->count, 1, &file->labels));
    for (int i = 0; i < file->count; i++) {
        DN_TRY(read_at(file, (size_t)i * size + last, &file->labels[i], 1));
        if (*bad < 0 && file->labels[i] >= layout->classes)
            *bad = i;
    }
    return DN_OK;
}

/* Recognised by its size or, if it could be either, by its labels. */
static dn_status find_layout(cifar_file *file, const record_layout **found, int *bad)
{
    bool fits10 = file->size % record_size(&cifar10) == 0;
    bool fits100 = file->size % record_size(&cifar100) == 0;
    if (!fits10 && !fits100)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: %zu bytes are not a whole number of CIFAR-10 records (3073 bytes) or "
                       "CIFAR-100 records (3074 bytes)",
                       file->path, file->size);
    if (file->size / record_size(&cifar10) > INT_MAX)
        return dn_fail(DN_ERROR_LIMIT, "%s: more than %d records", file->path, INT_MAX);
    *found = fits10 ? &cifar10 : &cifar100;
    DN_TRY(read_labels(*found, file, bad));
    if (!fits10 || !fits100 || *bad < 0)
        return DN_OK;
    *found = &cifar100;
    return read_labels(*found, file, bad);
}

static dn_status add_file(const char *folder, const char *name, cifar_store *store, int *samples)
{
    cifar_file *file = &store->files[store->count++];
    const record_layout *layout = NULL;
    int bad = -1;
    file->descriptor = -1;
    DN_TRY(dn_join_path(folder, name, &file->path));
    DN_TRY(open_file(file));
    DN_TRY(find_layout(file, &layout, &bad));
    if (store->layout && store->layout != layout)
        return dn_fail(DN_ERROR_FORMAT, "%s: holds %s records, but the files before it hold %s",
                       file->path, layout->format, store->layout->format);
    store->layout = layout;
    if (file->count > INT_MAX - *samples)
        return dn_fail(DN_ERROR_LIMIT, "%s: more than %d records", file->path, INT_MAX);
    if (bad >= 0)
        return dn_fail(DN_ERROR_FORMAT, "%s: record %d has the label %d, out of the range 0..%d",
                       file->path, bad, file->labels[bad], layout->classes - 1);
    file->first = *samples;
    *samples += file->count;
    return DN_OK;
}

static const cifar_file *find_file(const cifar_store *store, int sample)
{
    const cifar_file *file = store->files + store->count - 1;
    while (file->first > sample)
        file--;
    return file;
}

static dn_status add_files(const char *folder, const dn_name_list *names, cifar_store *store,
                           int *samples)
{
    DN_TRY(dn_calloc((size_t)names->count, sizeof *store->files, &store->files));
    for (int i = 0; i < names->count; i++)
        DN_TRY(add_file(folder, dn_name_list_get(names, i), store, samples));
    return DN_OK;
}

/* One name per line. */
static dn_status read_lines(const char *path, dn_name_list *lines)
{
    dn_file_map map;
    DN_TRY(dn_file_read(path, MAX_NAMES, &map));
    dn_status status = DN_OK;
    for (size_t at = 0; at < map.size && status == DN_OK;) {
        const char *line = (const char *)map.data + at;
        const char *end = memchr(line, '\n', map.size - at);
        size_t length = end ? (size_t)(end - line) : map.size - at;
        at += length + 1;
        while (length && (line[length - 1] == '\r' || line[length - 1] == ' '))
            length--;
        if (memchr(line, '\0', length))
            status = dn_fail(DN_ERROR_FORMAT, "%s: is not text", path);
        else if (length)
            status = dn_name_list_add(lines, line, length);
    }
    dn_file_map_close(&map);
    return status;
}

/* The names stored next to the records; numbers if there are none. */
static dn_status read_names(const char *folder, cifar_store *store, dn_name_list *labels)
{
    const record_layout *layout = store->layout;
    DN_TRY(dn_join_path(folder, layout->names_file, &store->names_path));
    const char *path = store->names_path;
    dn_status status = access(path, F_OK) == 0 ? read_lines(path, labels) : DN_OK;
    if (status == DN_OK && labels->count && labels->count != layout->classes)
        status = dn_fail(DN_ERROR_FORMAT, "%s: names %d class%s, expected %d", path, labels->count,
                         labels->count == 1 ? "" : "es", layout->classes);
    for (int i = labels->count; i < layout->classes && status == DN_OK; i++) {
        char number[16];
        int length = snprintf(number, sizeof number, "%d", i);
        status = dn_name_list_add(labels, number, (size_t)length);
    }
    return status;
}

/* A folder's batches of the portion, or the one file. */
static dn_status list_batches(const char *path, dn_portion portion, const char *file,
                              dn_name_list *batches)
{
    if (file)
        return dn_name_list_add(batches, file, strlen(file));
    bool training = portion == DN_PORTION_TRAIN;
    dn_name_list names = {0};
    dn_status status = dn_list_folder(path, false, &names);
    for (int i = 0; i < names.count && status == DN_OK; i++) {
        const char *name = dn_name_list_get(&names, i);
        if (training ? is_train_batch(name) : is_test_batch(name))
            status = dn_name_list_add(batches, name, strlen(name));
    }
    dn_name_list_free(&names);
    if (status == DN_OK && batches->count == 0)
        status = dn_fail(DN_ERROR_FORMAT, "%s: has no %s files (%s)", path,
                         training ? "training" : "test",
                         training ? "data_batch*.bin or train.bin" : "test_batch*.bin or test.bin");
    return status;
}

static dn_status open_records(const char *folder, const char *file, dn_portion portion,
                              dn_dataset *dataset)
{
    cifar_store *store = dataset->store;
    dn_name_list batches = {0};
    dn_status status = list_batches(folder, portion, file, &batches);
    if (status == DN_OK)
        status = add_files(folder, &batches, store, &dataset->count);
    dn_name_list_free(&batches);
    if (status != DN_OK)
        return status;
    dataset->format = store->layout->format;
    DN_TRY(read_names(folder, store, &dataset->labels));
    DN_TRY(dn_calloc((size_t)dataset->count, sizeof *dataset->classes, &dataset->classes));
    for (int i = 0; i < store->count; i++)
        for (int j = 0; j < store->files[i].count; j++)
            dataset->classes[store->files[i].first + j] = store->files[i].labels[j];
    return DN_OK;
}

static dn_status open_cifar(const char *path, const dn_dataset_options *options,
                            dn_dataset *dataset)
{
    dataset->objective = DN_OBJECTIVE_CLASSES;
    DN_TRY(dn_calloc(1, sizeof(cifar_store), &dataset->store));
    if (!dn_has_suffix(path, ".bin"))
        return open_records(path, NULL, options->portion, dataset);
    const char *slash = strrchr(path, '/');
    char *folder = NULL;
    DN_TRY(dn_copy_bytes_as_string(path, slash ? (size_t)(slash + 1 - path) : 0, &folder));
    dn_status status = open_records(folder, slash ? slash + 1 : path, options->portion, dataset);
    free(folder);
    return status;
}

static void close_cifar(void *memory)
{
    cifar_store *store = memory;
    for (int i = 0; i < store->count; i++) {
        if (store->files[i].descriptor >= 0)
            close(store->files[i].descriptor);
        free(store->files[i].labels);
        free(store->files[i].path);
    }
    free(store->names_path);
    free(store->files);
    free(store);
}

static void name_sample(const dn_dataset *dataset, int sample, char *text, size_t size)
{
    const cifar_file *file = find_file(dataset->store, sample);
    snprintf(text, size, "%s, record %d", file->path, sample - file->first);
}

static dn_status read_sample(const dn_dataset *dataset, int sample, const dn_image_limits *limits,
                             dn_image **image)
{
    (void)limits; /* all records have the same small size */
    const cifar_store *store = dataset->store;
    const dn_source source = {.name = store->layout->format, .max_pixels = PLANE};
    const cifar_file *file = find_file(store, sample);
    const size_t labels = (size_t)store->layout->label_bytes, size = record_size(store->layout);
    unsigned char planes[PICTURE];
    DN_TRY(read_at(file, (size_t)(sample - file->first) * size + labels, planes, sizeof planes));
    DN_TRY(dn_image_create(&source, SIDE, SIDE, 3, 8, image));
    unsigned char *pixels = (*image)->pixels;
    for (int i = 0; i < PLANE; i++)
        for (int channel = 0; channel < 3; channel++)
            pixels[3 * i + channel] = planes[channel * PLANE + i];
    return DN_OK;
}

static const char *name_file(const dn_dataset *dataset, int index)
{
    const cifar_store *store = dataset->store;
    if (index < store->count)
        return store->files[index].path;
    return index == store->count ? store->names_path : NULL;
}

const dn_dataset_kind dn_cifar_kind = {claims,      open_cifar, name_sample, read_sample,
                                       close_cifar, NULL,       name_file,   NULL};
