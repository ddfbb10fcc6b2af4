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

static struct {
    char *prefix; /* "rank 2 (host): ", escaped; NULL: this process speaks for all */
    bool held;
    dn_text kept; /* complaints, escaped, one per line */
} own;

/* print_escaped to memory; free(); NULL if there is none left. */
static char *escaped(const char *text)
{
    char *made = NULL;
    size_t size;
    FILE *stream = open_memstream(&made, &size);
    if (!stream)
        return NULL;
    print_escaped(stream, text);
    fclose(stream);
    return made;
}

/* In one piece, between those of other processes. */
static void print_line(const char *line)
{
    char *text = escaped(line); /* again: another process may have made it */
    progress_end();
    fprintf(stderr, "densenet: %s%s\n", own.prefix ? own.prefix : "",
            text ? text : "out of memory");
    free(text);
}

bool complain(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    char *line = text ? escaped(text) : NULL;
    if (own.held)
        dn_text_add(&own.kept, "%s\n", line ? line : "out of memory");
    else
        print_line(line ? line : "out of memory");
    free(line);
    free(text);
    return false;
}

void complaints_of(int rank, const char *host)
{
    char *text = NULL;
    if (asprintf(&text, "rank %d (%s): ", rank, host) < 0)
        text = NULL;
    own.prefix = text ? escaped(text) : NULL;
    free(text);
    complaints_hold();
}

void complaints_hold(void)
{
    own.held = own.prefix != NULL;
}

void complaints_forget(void)
{
    dn_text_drop(&own.kept);
}

static void print_lines(const char *text, size_t length)
{
    for (const char *end; length && (end = memchr(text, '\n', length)); text = end + 1) {
        char *line = strndup(text, (size_t)(end - text));
        print_line(line ? line : "out of memory");
        free(line);
        length -= (size_t)(end + 1 - text);
    }
}

void complaints_say(void)
{
    print_lines(own.kept.data, own.kept.length);
    complaints_forget();
    own.held = false;
}

void complaints_catch(void)
{
    complaints_forget();
    own.held = true;
}

dn_text complaints_caught(void)
{
    dn_text caught = own.kept;
    own.kept = (dn_text){0};
    own.held = own.prefix != NULL;
    return caught;
}

void complaints_relay(const char *lines, size_t length)
{
    if (!own.prefix)
        print_lines(lines, length);
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

static void pass_on(dn_log_level level, const char *sentence, void *context)
{
    (void)context;
    complain("%s%s", level == DN_LOG_WARNING ? "warning: " : "", sentence);
}

void report_warnings(void)
{
    dn_set_log(pass_on, NULL);
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
