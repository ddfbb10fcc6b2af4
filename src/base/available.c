/* SPDX-License-Identifier: MIT */
/* Linux promises memory that is not there and later kills who uses it. */
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* What could be had by giving up caches, and what may be swapped. */
static size_t machine_memory(void)
{
    FILE *stream = fopen("/proc/meminfo", "re");
    unsigned long long kilobytes, total = 0;
    char line[128], name[32];
    while (stream && fgets(line, sizeof line, stream))
        if (sscanf(line, "%31[^:]: %llu", name, &kilobytes) == 2 &&
            (strcmp(name, "MemAvailable") == 0 || strcmp(name, "SwapFree") == 0))
            total += kilobytes;
    if (stream)
        fclose(stream);
    return total ? (size_t)total * 1024 : SIZE_MAX;
}

/* A container's share; no number, "max", where there is no limit. */
static size_t container_memory(void)
{
    FILE *stream = fopen("/sys/fs/cgroup/memory.max", "re");
    unsigned long long bytes;
    bool limited = stream && fscanf(stream, "%llu", &bytes) == 1;
    if (stream)
        fclose(stream);
    return limited ? (size_t)bytes : SIZE_MAX;
}

size_t dn_memory_available(void)
{
    size_t machine = machine_memory(), container = container_memory();
    return machine < container ? machine : container;
}
