/* SPDX-License-Identifier: MIT */
/* Messages to the user: errors, warnings, progress. They go to standard error;
 * results go to standard output. */
#ifndef TOOL_REPORT_H
#define TOOL_REPORT_H

#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>

/* Prints "densenet: ..." and returns false, for `return complain(...)`. */
bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Of several processes that would say the same, all but one keep their complaints, until they are
 * to be said, from then on at once, as "densenet: rank 2 (host): ...", or forgotten. */
void complaints_of(int rank, const char *host);
void complaints_hold(void);
void complaints_say(void);
void complaints_forget(void);

/* Keeps what this process complains of until it is taken, as lines that the process that speaks for
 * all then says. The caller drops what was caught. */
void complaints_catch(void);
dn_text complaints_caught(void);
void complaints_relay(const char *lines, size_t length);

/* What goes on, to standard error, without a line's end; a process that holds complaints is silent.
 */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints text on one line of a terminal, whatever a file's name holds: control
 * characters as \n, \t or \x1b. */
void print_escaped(FILE *stream, const char *text);

/* Writes out what was printed so far; and at the end, whether all of it was, with a complaint that
 * says why not. */
void flush_answers(void);
bool answers_are_written(void);

/* Complains with dn_last_error(); returns EXIT_REFUSED. */
int refuse(void);

/* Whether status is DN_OK; complains with dn_last_error() otherwise. */
bool ok_or_complain(dn_status status);

/* From now on prints what the library says. Warnings about weights are also part of the model, so
 * call it once these are read. */
void report_warnings(void);

/* A line that is redrawn in place on a terminal, at most ten times a second,
 * and not printed elsewhere. Ended by progress_end, which clears it. */
void progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void progress_end(void);

/* Seconds on a clock that only moves forward. */
double seconds_now(void);

#endif
