/* SPDX-License-Identifier: MIT */
/* Frames of DICOM files: "scan.dcm#7". */
#include "image/decode_frames.h"

#include "base/file.h"
#include "base/memory.h"
#include "image/dicom/dicom.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_DIGITS = 8 };

size_t dn_image_path_frame(const char *path, int *frame)
{
    const char *mark = path ? strrchr(path, '#') : NULL;
    size_t digits = mark ? strspn(mark + 1, "0123456789") : 0;
    if (frame)
        *frame = 0;
    if (!frame || digits == 0 || digits > MOST_DIGITS || mark[1 + digits] || mark[1] == '0' ||
        access(path, F_OK) == 0)
        return path ? strlen(path) : 0;
    *frame = (int)strtol(mark + 1, NULL, 10);
    return (size_t)(mark - path);
}

dn_status dn_image_path_file(const char *path, char **file, int *frame)
{
    int named;
    size_t length = dn_image_path_frame(path, &named);
    if (named)
        *frame = named;
    return dn_copy_bytes_as_string(path, length, file);
}

static dn_status count_frames(const dn_source *source, int *frames)
{
    dn_dicom dicom;
    dn_status status = dn_dicom_open(source, &dicom);
    if (status == DN_OK)
        *frames = (int)dicom.frames;
    dn_dicom_close(&dicom);
    return status;
}

dn_status dn_image_frames(const char *path, int *frames)
{
    DN_NEED(path);
    DN_NEED(frames);
    dn_file_map map;
    DN_TRY(dn_file_read(path, DN_FILE_ANY_SIZE, &map));
    const dn_source source = {
        .data = map.data, .size = map.size, .name = path, .max_pixels = INT64_MAX};
    *frames = 1;
    dn_status status =
        dn_dicom_has_preamble(map.data, map.size) ? count_frames(&source, frames) : DN_OK;
    dn_file_map_close(&map);
    return status;
}
