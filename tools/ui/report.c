/* SPDX-License-Identifier: MIT */
#include "ui/report.h"

#include "densenet.h"
#include "ui/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static bool drawn; /* a progress line stands on the terminal */

bool complain(const char *format, ...)
{
    progress_end();
    fputs("densenet: ", stderr);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return false;
}

int refuse(void)
{
    complain("%s", dn_last_error());
    return EXIT_REFUSED;
}

bool succeeded(dn_status status)
{
    if (status != DN_OK)
        refuse();
    return status == DN_OK;
}

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress(const char *format, ...)
{
    static double last;
    double now = seconds_now();
    if (!isatty(STDERR_FILENO) || now - last < 0.1)
        return;
    last = now;
    drawn = true;
    fputs("\r\033[K", stderr);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fflush(stderr);
}

void progress_end(void)
{
    if (drawn)
        fputs("\r\033[K", stderr);
    drawn = false;
}
