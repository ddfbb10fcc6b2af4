/* SPDX-License-Identifier: MIT */
/* The files of the page, which are part of the program: cmake/page.cmake says which. */
#ifndef PAGE_PAGE_FILES_H
#define PAGE_PAGE_FILES_H

#include <stddef.h>

typedef struct page_file {
    const char *name; /* "index.html": its address is /page/index.html, of this one also / */
    const char *type; /* for Content-Type */
    const char *etag; /* with its quotation marks; of the contents */
    const unsigned char *begin, *end;
} page_file;

extern const page_file page_files[];
extern const size_t page_file_count;

/* What index.html may load and do: itself, and pictures that it made. */
extern const char page_policy[]; /* for Content-Security-Policy */

#endif
