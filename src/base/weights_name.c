/* SPDX-License-Identifier: MIT */
#include "base/weights_name.h"

#include "base/file.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *ending;
    dn_weights_format format;
} endings[] = {
    {".safetensors", DN_WEIGHTS_SAFETENSORS},
    {".pt", DN_WEIGHTS_TORCH},
    {".pth", DN_WEIGHTS_TORCH},
    {".npz", DN_WEIGHTS_NPZ},
    {".onnx", DN_WEIGHTS_ONNX},
    {".weights.h5", DN_WEIGHTS_KERAS_3}, /* before the ending that it ends in */
    {".h5", DN_WEIGHTS_KERAS},
    {".hdf5", DN_WEIGHTS_KERAS},
};

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), span = strlen(ending);
    return length >= span && strcasecmp(path + length - span, ending) == 0;
}

dn_status dn_weights_format_of(const char *path, dn_weights_format *format)
{
    const char *ending = dn_file_ending(path);
    *format = DN_WEIGHTS_SAFETENSORS;
    if (!ending)
        return DN_OK;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_in(path, endings[i].ending)) {
            *format = endings[i].format;
            return DN_OK;
        }
    return dn_fail(DN_ERROR_ARGUMENT,
                   "%s: %s files are not written; the name of a weight file must end in "
                   ".safetensors, .pt, .pth, .npz, .onnx or .h5, or have no ending",
                   path, ending);
}
