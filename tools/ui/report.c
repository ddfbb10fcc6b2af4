/* SPDX-License-Identifier: MIT */
#include "ui/report.h"

#include "arguments/options.h"
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool drawn; /* a progress line is on the terminal */

void print_escaped(FILE *stream, const char *text)
{
    for (int control; *text; text += control ? control : 1) {
        const unsigned char *bytes = (const unsigned char *)text;
        control = dn_control_length(text);
        if (*text == '\n')
            fputs("\\n", stream);
        else if (*text == '\t')
            fputs("\\t", stream);
        else if (control == 2)
            fprintf(stream, "\\x%02x\\x%02x", (unsigned)bytes[0], (unsigned)bytes[1]);
        else if (control)
            fprintf(stream, "\\x%02x", (unsigned)bytes[0]);
        else
            fputc(bytes[0], stream);
    }
}

bool complain(const char *format, ...)
{
    progress_end();
    fputs("densenet: ", stderr);
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) >= 0)
        print_escaped(stderr, text);
    else
        fputs("out of memory", stderr);
    va_end(arguments);
    free(text);
    fputc('\n', stderr);
    return false;
}

static int answers_lost; /* errno of the first flush that failed */

void flush_answers(void)
{
    if (fflush(stdout) != 0 && !answers_lost)
        answers_lost = errno;
}

bool answers_are_written(void)
{
    int last = errno;
    flush_answers();
    return (!answers_lost && !ferror(stdout)) ||
           complain("standard output: %s", strerror(answers_lost ? answers_lost : last));
}

int refuse(void)
{
    complain("%s", dn_last_error());
    return EXIT_REFUSED;
}

static void warn(dn_log_level level, const char *sentence, void *context)
{
    (void)context;
    if (level == DN_LOG_WARNING)
        complain("warning: %s", sentence);
}

void report_warnings(void)
{
    dn_set_log(warn, NULL);
}

bool ok_or_complain(dn_status status)
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
