/* SPDX-License-Identifier: MIT */
/* libcurl is loaded when something is fetched, not linked: with the thirty
 * libraries that it brings in it would delay the start of every other command
 * by 4 ms (docs/weights.md). */
#ifndef TOOL_CURL_LIBRARY_H
#define TOOL_CURL_LIBRARY_H

#include <curl/curl.h>
#include <stdbool.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo

typedef struct curl_library {
    void *library; /* NULL before it is loaded */
    CURL *(*init)(void);
    CURLcode (*setopt)(CURL *, CURLoption, ...);
    CURLcode (*perform)(CURL *);
    CURLcode (*getinfo)(CURL *, CURLINFO, ...);
    const char *(*strerror)(CURLcode);
    void (*cleanup)(CURL *);
} curl_library;

extern curl_library curl;

/* Loads it, unless it is. Complains and returns false if it cannot. */
bool curl_load(void);

#endif
