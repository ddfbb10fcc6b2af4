/* SPDX-License-Identifier: MIT */
/* A list of files, as --files-from takes it: no name is empty, or standard input, or holds what
 * separates names. */
#include "files/picture_list.h"
#include "memory_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = memory_file("names", data, size);
    *(const char **)(void *)list_options[1].target = path;
    picture_list list;
    if (!picture_list_create(0, NULL, &list))
        return 0;
    for (size_t i = 0; i < list.count; i++) {
        const char *name = list.paths[i];
        bool lines = size == 0 || !memchr(data, '\0', size);
        if (!name[0] || strcmp(name, "-") == 0 || (lines && strchr(name, '\n')))
            abort();
    }
    picture_list_free(&list);
    return 0;
}
