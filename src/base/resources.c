/* SPDX-License-Identifier: MIT */
/* The memory and cores that this process may use. */
#include "base/arithmetic.h"
#include "base/memory.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- memory: Linux grants more than there is, and kills a process that then uses it ---- */

/* What is available, with caches dropped, plus free swap. */
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

/* The container's limit; the file holds "max", not a number, if there is none. */
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

/* ---- cores ---- */

/* The number that the calling thread may run on. */
static int machine_cores(void)
{
#if defined(__linux__)
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0)
        return CPU_COUNT(&cores);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

/* The number that the container's share of CPU time amounts to: "200000 100000", in
 * microseconds, is two; "max 100000" is no limit. */
static int container_cores(void)
{
    FILE *stream = fopen("/sys/fs/cgroup/cpu.max", "re");
    double time, period;
    bool limited = stream && fscanf(stream, "%lf %lf", &time, &period) == 2 && period > 0;
    if (stream)
        fclose(stream);
    return limited && time / period < INT_MAX ? (int)ceil(time / period) : INT_MAX;
}

int dn_core_count(void)
{
    return dn_max(1, dn_min(machine_cores(), container_cores()));
}
