/* SPDX-License-Identifier: MIT */
#include "files/curl_library.h"

#include "ui/report.h"

#include <dlfcn.h>
#include <string.h>

curl_library curl;

/* Converts dlsym's pointer to data into one to a function, as POSIX recommends. */
static bool find(const char *name, void *pointer)
{
    void *symbol = dlsym(curl.library, name);
    memcpy(pointer, &symbol, sizeof symbol);
    return symbol != NULL;
}

bool curl_load(void)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so",
                                        "libcurl.4.dylib"};
    if (curl.library)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names && !curl.library; i++)
        curl.library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!curl.library)
        return complain("libcurl, which fetches files, is not installed");
    return (find("curl_easy_init", &curl.init) && find("curl_easy_setopt", &curl.setopt) &&
            find("curl_easy_perform", &curl.perform) && find("curl_easy_getinfo", &curl.getinfo) &&
            find("curl_easy_strerror", &curl.strerror) &&
            find("curl_easy_cleanup", &curl.cleanup)) ||
           complain("libcurl lacks a function: %s", dlerror());
}
