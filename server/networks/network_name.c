/* SPDX-License-Identifier: MIT */
#include "networks/network_name.h"

#include <string.h>
#include <strings.h>

static const char *const endings[] = {".safetensors", ".weights.h5", ".pt",   ".pth",   ".bin",
                                      ".npz",         ".onnx",       ".h5",   ".hdf5",  ".keras",
                                      ".pdparams",    ".ts",         ".ckpt", ".torch", ".zip"};

static bool may_be_in_name(char letter)
{
    return letter &&
           strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", letter);
}

bool network_name_is_valid(const char *name)
{
    size_t length = 0;
    while (may_be_in_name(name[length]))
        length++;
    return length > 0 && length < NETWORK_NAME_SIZE && !name[length] && name[0] != '.';
}

/* How long the ending of a weight file's name is; 0 if it has none. */
static size_t ending_length(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t span = strlen(endings[i]);
        if (length > span && strncasecmp(name + length - span, endings[i], span) == 0)
            return span;
    }
    return 0;
}

bool network_name_is_weights(const char *file)
{
    return file[0] != '.' && ending_length(file, strlen(file)) > 0;
}

void network_name_of_file(const char *path, char name[NETWORK_NAME_SIZE])
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    const char *base = path + length;
    while (base > path && base[-1] != '/')
        base--;
    length -= (size_t)(base - path);
    length -= ending_length(base, length);
    if (length >= NETWORK_NAME_SIZE)
        length = NETWORK_NAME_SIZE - 1;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)(may_be_in_name(base[i]) && (i || base[i] != '.') ? base[i] : '_');
    name[length] = '\0';
    if (!length)
        strcpy(name, "_");
}
