/* SPDX-License-Identifier: MIT */
/* The parts of a form, multipart/form-data (RFC 7578, RFC 2046), read where they stand. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>

enum { FORM_MOST_BOUNDARY = 70, FORM_MOST_HEAD = 4 << 10 };

typedef struct form {
    const char *at, *end;
    char delimiter[sizeof "\r\n--" + FORM_MOST_BOUNDARY];
    size_t delimiter_length;
    bool begun, last; /* the delimiter before `at` was found, and is the closing one */
} form;

typedef struct form_part {
    char head[FORM_MOST_HEAD];  /* its lines, each with a 0 after it, and one more */
    char field[FORM_MOST_HEAD]; /* name="..."; "" if there is none */
    char file[FORM_MOST_HEAD];  /* filename="...", which filename* is not */
    bool has_file;
    const char *type; /* NULL: none is given */
    const void *bytes;
    size_t size;
} form_part;

typedef enum form_step { FORM_PART, FORM_END, FORM_DAMAGED } form_step;

/* The body must stay for as long as the form and its parts are used. False if the type has no
 * boundary of 1 to FORM_MOST_BOUNDARY bytes. */
bool form_open(form *f, const char *content_type, const void *body, size_t size);

/* FORM_END after the closing delimiter; FORM_DAMAGED if that is missing, or if a head has no end,
 * a byte 0 or FORM_MOST_HEAD bytes. */
form_step form_next(form *f, form_part *part);

#endif
