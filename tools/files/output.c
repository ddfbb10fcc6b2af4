/* SPDX-License-Identifier: MIT */
#include "files/output.h"

#include "ui/report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool output_create(const char *path, output_file *file)
{
    return ok_or_complain(dn_file_create(path, file));
}

/* Opening and closing a pipe would signal its reader the end of the data. */
bool output_is_writable(const char *path)
{
    output_file file;
    if (dn_file_is_stream(path))
        return access(path, W_OK) == 0 ||
               complain("%s: cannot be written: %s", path, strerror(errno));
    if (!output_create(path, &file))
        return false;
    output_abandon(&file);
    return true;
}

bool output_write(output_file *file, const void *data, size_t size)
{
    return ok_or_complain(dn_file_write(file, data, size));
}

bool output_commit(output_file *file)
{
    return ok_or_complain(dn_file_commit(file));
}

void output_abandon(output_file *file)
{
    dn_file_abandon(file);
}
