/* SPDX-License-Identifier: MIT */
#include "base/weights_name.h"

#include "base/file.h"

#include <string.h>
#include <strings.h>

bool dn_is_torch_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcasecmp(dot, ".pt") == 0 || strcasecmp(dot, ".pth") == 0);
}

dn_status dn_check_weights_name(const char *path)
{
    const char *ending = dn_file_ending(path);
    if (!ending || dn_is_torch_name(path) || strcasecmp(ending, ".safetensors") == 0)
        return DN_OK;
    return dn_fail(DN_ERROR_ARGUMENT,
                   "%s: %s files are not written; the name of a weight file must end in "
                   ".safetensors, .pt or .pth, or have no ending",
                   path, ending);
}
