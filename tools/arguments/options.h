/* SPDX-License-Identifier: MIT */
/* Commands and their options as tables: parsing, --help, the manual and the
 * shell completions all read the same rows. */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Exit status: 0 done, 1 done in part (some pictures could not be read), 2 the
 * request could not be met, 3 stopped by a signal and can be continued. */
enum { EXIT_DONE = 0, EXIT_PART = 1, EXIT_REFUSED = 2, EXIT_STOPPED = 3 };

typedef enum option_type {
    OPTION_FLAG,  /* bool */
    OPTION_INT,   /* int */
    OPTION_LONG,  /* int64_t */
    OPTION_FLOAT, /* double */
    OPTION_SIDES, /* int[2], height and width: HEIGHTxWIDTH, HEIGHT,WIDTH or one number for both */
    OPTION_TEXT,  /* const char *, pointing into argv */
    OPTION_FILE,  /* the same; shells complete file names */
    OPTION_TABLE  /* target: another option_row table to include here */
} option_type;

typedef struct option_row {
    const char *name; /* "batch-size"; NULL ends a table */
    char letter;      /* short form, or 0 */
    option_type type;
    const void *target;   /* where the value is stored */
    const char *argument; /* "N", or the choices "a|b|c", which are then checked */
    const char *help;     /* a phrase; help and manual wrap it */
    double low, high;     /* range of numbers; both 0: not checked */
} option_row;

typedef struct command {
    const char *name;
    const char *arguments;   /* "PICTURE|FOLDER ..."; words in lower case are choices */
    const char *summary;     /* one line */
    const char *description; /* paragraphs for --help and the manual, or NULL */
    const char *examples;    /* lines "command\n    what it does\n", or NULL */
    const option_row *options;
    int least, most; /* positional arguments; most -1: any number */
    int (*run)(int count, char **arguments);
    bool joins; /* run calls launched_join */
} command;

/* The program's commands, NULL after the last: what help, the manual and completion
 * list. main sets it. */
extern const command *const *command_list;

/* True if the command line, or option_default, has set the target of an option. */
bool option_given(const void *target);

/* Before a command line is read: nothing is set yet. */
void options_begin(void);

/* Sets an option as the command line would, unless it is already set. Complains
 * and returns false if the value is not valid. */
bool option_default(const command *chosen, const char *name, const char *value);

/* The index-th row of a table with its included tables spliced in and --help, which
 * has no target, after them; NULL past the end. */
const option_row *option_at(const option_row *table, int index);

/* A row by its long name, or by its letter; NULL if there is none. */
const option_row *option_named(const option_row *table, const char *name, size_t length);
const option_row *option_lettered(const option_row *table, char letter);

/* Checks a value and stores it in the row's target. */
bool option_store(const command *chosen, const option_row *row, const char *value);

/* True for a decimal number and nothing after it: not hexadecimal, "inf" or "nan". */
bool option_number(const char *text, double *number);

/* The index-th choice of a list such as "a|b|c" and its length, NULL past the
 * end and if the list is not of choices but a kind of argument: "N,C,H,W". */
const char *choice_at(const char *list, int index, int *length);

#endif
