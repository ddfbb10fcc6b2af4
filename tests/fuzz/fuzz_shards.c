/* SPDX-License-Identifier: MIT */
/* A list of archives, and each of its lines as a pattern. */
#include "data/datasets/shard_list.h"
#include "memory_file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_probe probe;
    dn_name_list paths = {0};
    if (size &&
        memchr(data, '/', size)) /* wildcards are for one folder, not for all of this machine */
        return 0;
    const char *path = memory_file("list.txt", data, size);
    if (dn_probe_path(path, &probe) != DN_OK || probe.size != size)
        abort();
    bool claimed = dn_is_shard_list(&probe);
    if (dn_add_listed_shards(path, &paths) == DN_OK && claimed && !paths.count)
        abort();
    for (int i = 0; i < paths.count; i++)
        if (strpbrk(dn_name_list_get(&paths, i), "\n"))
            abort();
    dn_name_list_free(&paths);
    return 0;
}
