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

/* Of a process that is not the one that speaks for all. */
static struct {
    char *prefix; /* "rank 2 (host): "; NULL: it speaks */
    bool held;
    char *kept; /* complaints, one per line */
} own;

static void print_complaint(const char *text)
{
    progress_end();
    fputs("densenet: ", stderr);
    if (own.prefix)
        print_escaped(stderr, own.prefix);
    print_escaped(stderr, text);
    fputc('\n', stderr);
}

static void keep_complaint(const char *text)
{
    char *longer = NULL;
    if (asprintf(&longer, "%s%s\n", own.kept ? own.kept : "", text) < 0)
        return;
    free(own.kept);
    own.kept = longer;
}

bool complain(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    (own.held ? keep_complaint : print_complaint)(text ? text : "out of memory");
    free(text);
    return false;
}

void complaints_of(int rank, const char *host)
{
    if (asprintf(&own.prefix, "rank %d (%s): ", rank, host) < 0)
        own.prefix = NULL;
    complaints_hold();
}

void complaints_hold(void)
{
    own.held = own.prefix != NULL;
}

void complaints_forget(void)
{
    free(own.kept);
    own.kept = NULL;
}

void complaints_say(void)
{
    for (char *line = own.kept, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        print_complaint(line);
    }
    complaints_forget();
    own.held = false;
}

void tell(const char *format, ...)
{
    va_list arguments;
    if (own.prefix)
        return;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
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
    if (own.prefix || !isatty(STDERR_FILENO) || now - last < 0.1)
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
