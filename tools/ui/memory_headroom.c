/* SPDX-License-Identifier: MIT */
#include "ui/memory_headroom.h"

#include "base/memory.h"
#include "ui/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

size_t memory_in_use(void)
{
    FILE *stream = fopen("/proc/self/statm", "re");
    unsigned long pages;
    bool known = stream && fscanf(stream, "%*u %lu", &pages) == 1;
    if (stream)
        fclose(stream);
    return known ? pages * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

bool memory_suffices(double bytes, const char *what, ...)
{
    size_t available = dn_memory_available();
    char text[256];
    if (bytes <= (double)available)
        return true;
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(text, sizeof text, what, arguments);
    va_end(arguments);
    return complain("%s would take %.1f GB of memory, %.1f GB are available", text, 1e-9 * bytes,
                    1e-9 * (double)available);
}
