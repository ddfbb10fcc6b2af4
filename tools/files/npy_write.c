/* SPDX-License-Identifier: MIT */
#include "files/npy.h"

#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Enough for any shape, and a multiple of 64 so that the data is aligned in a
 * mapped file. */
#define HEADER_SIZE 256

/* Version 1.0: magic, version, length of the text, the text padded with spaces
 * up to a newline. Blank if shape is NULL. */
static void fill_header(int rank, const int64_t *shape, char header[HEADER_SIZE])
{
    static const char version_1[8] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0};
    char text[HEADER_SIZE] = "";
    int at = snprintf(text, sizeof text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int i = 0; shape && i < rank; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%lld,%s", (long long)shape[i],
                       i + 1 < rank ? " " : "");
    at += snprintf(text + at, sizeof text - (size_t)at, "), }");
    memset(header, ' ', HEADER_SIZE);
    memcpy(header, version_1, sizeof version_1);
    header[8] = (char)((HEADER_SIZE - 10) & 0xff);
    header[9] = (char)((HEADER_SIZE - 10) >> 8);
    memcpy(header + 10, text, (size_t)at);
    header[HEADER_SIZE - 1] = '\n';
}

static bool write_header(output_file *file, int rank, const int64_t *shape)
{
    char header[HEADER_SIZE];
    fill_header(rank, shape, header);
    if (output_write(file, header, sizeof header))
        return true;
    output_abandon(file);
    return false;
}

bool npy_name_valid(const char *path)
{
    const char *ending = dn_file_ending(path);
    return !ending || strcasecmp(ending, ".npy") == 0 ||
           complain("%s: an array is written; its name must end in .npy or have no ending", path);
}

bool npy_begin(const char *path, output_file *file)
{
    return output_create(path, file) && write_header(file, 0, NULL);
}

bool npy_end(output_file *file, int rank, const int64_t *shape)
{
    if (fseek(file->stream, 0, SEEK_SET) == 0)
        return write_header(file, rank, shape) && output_commit(file);
    complain("%s: cannot be written: %s", file->path, strerror(errno));
    output_abandon(file);
    return false;
}

bool npy_write(const char *path, int rank, const int64_t *shape, const float *data)
{
    output_file file;
    size_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= (size_t)shape[i];
    if (!output_create(path, &file) || !write_header(&file, rank, shape))
        return false;
    if (output_write(&file, data, count * sizeof *data))
        return output_commit(&file);
    output_abandon(&file);
    return false;
}
