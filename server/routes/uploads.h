/* SPDX-License-Identifier: MIT */
/* The picture files of a request, where they stand in its body: a form's, or all of it. */
#ifndef ROUTES_UPLOADS_H
#define ROUTES_UPLOADS_H

#include "http/exchange.h"

enum { UPLOADS_MOST = 256 };

typedef struct upload {
    char *name; /* as the client calls it, without folders; owned */
    const void *bytes;
    size_t size;
} upload;

typedef struct uploads {
    upload *list;
    int count;
} uploads;

/* Finds the files of multipart/form-data, or takes the whole body for one. False if x is
 * answered: there are none or too many, or the form is damaged. The caller releases what is found
 * with uploads_free. */
bool uploads_find(exchange *x, uploads *found);
void uploads_free(uploads *found);

#endif
