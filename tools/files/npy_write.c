/* SPDX-License-Identifier: MIT */
#include "files/npy.h"

#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool write_header(output_file *file, int rank, const int64_t *shape)
{
    char header[DN_NPY_HEADER_SIZE];
    dn_npy_fill("<f4", rank, shape, header);
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
