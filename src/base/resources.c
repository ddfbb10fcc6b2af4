/* SPDX-License-Identifier: MIT */
/* The memory and cores that this process may use: what the machine has and what its control
 * groups grant, in a container or not. */
#include "base/arithmetic.h"
#include "base/memory.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- control groups ---- */

/* Where version 2 keeps all limits of a group, and version 1 those of a controller. */
#define GROUPS "/sys/fs/cgroup"

/* The first two numbers of a file; returns how many it begins with. */
static int read_numbers(const char *folder, const char *name, double numbers[2])
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name), count = 0;
    FILE *stream = length < (int)sizeof path ? fopen(path, "re") : NULL;
    if (!stream)
        return 0;
    char text[64] = "", *at = text, *end;
    if (fgets(text, sizeof text, stream))
        for (; count < 2 && (numbers[count] = strtod(at, &end), end != at); at = end)
            count++;
    fclose(stream);
    return count;
}

static bool is_listed(const char *list, const char *controller)
{
    size_t length = strlen(controller);
    for (const char *at = list; (at = strstr(at, controller)); at++)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* This process's group below a controller's folder, or version 2's for controller "": from a line
 * "4:cpu,cpuacct:/docker/x", which a container may not see itself in: then it is "". */
static void find_group(const char *controller, char group[PATH_MAX])
{
    FILE *stream = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX + 256];
    group[0] = '\0';
    while (stream && fgets(line, sizeof line, stream)) {
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        bool found = controller[0] ? is_listed(list + 1, controller) : list[1] == '\0';
        if (found && path[0] == '/' && !strstr(path, "..") && strlen(path) < PATH_MAX)
            strcpy(group, path);
    }
    if (stream)
        fclose(stream);
}

/* The smallest limit of this process's group and those above it; infinite if there is none. A
 * container's own group is the one that it sees on top. */
static double smallest_limit(const char *controller, double (*limit)(const char *folder))
{
    char group[PATH_MAX], folder[PATH_MAX];
    const char *slash = controller[0] ? "/" : "";
    find_group(controller, group);
    double smallest = INFINITY;
    for (char *end = group + strlen(group); end; end = strrchr(group, '/')) {
        *end = '\0';
        int length = snprintf(folder, sizeof folder, "%s%s%s%s", GROUPS, slash, controller, group);
        if (length < (int)sizeof folder)
            smallest = fmin(smallest, limit(folder));
    }
    return smallest;
}

/* Files hold "max", not a number, if there is no limit. */
static double memory_limit(const char *folder)
{
    double numbers[2];
    return read_numbers(folder, "memory.max", numbers) ? numbers[0] : INFINITY;
}

static double memory_limit_v1(const char *folder)
{
    double numbers[2];
    return read_numbers(folder, "memory.limit_in_bytes", numbers) ? numbers[0] : INFINITY;
}

/* "200000 100000", microseconds of every so many, are two cores. */
static double core_limit(const char *folder)
{
    double numbers[2];
    return read_numbers(folder, "cpu.max", numbers) == 2 && numbers[1] > 0 ? numbers[0] / numbers[1]
                                                                           : INFINITY;
}

/* The same in two files; -1 is no limit. */
static double core_limit_v1(const char *folder)
{
    double quota[2], period[2];
    return read_numbers(folder, "cpu.cfs_quota_us", quota) && quota[0] > 0 &&
                   read_numbers(folder, "cpu.cfs_period_us", period) && period[0] > 0
               ? quota[0] / period[0]
               : INFINITY;
}

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

size_t dn_memory_available(void)
{
    size_t machine = machine_memory();
    double container =
        fmin(smallest_limit("", memory_limit), smallest_limit("memory", memory_limit_v1));
    return container < (double)machine ? (size_t)container : machine;
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

int dn_core_count(void)
{
    double container = fmin(smallest_limit("", core_limit), smallest_limit("cpu", core_limit_v1));
    return dn_max(1, dn_min(machine_cores(), container < INT_MAX ? (int)ceil(container) : INT_MAX));
}
