/* SPDX-License-Identifier: MIT */
#include "files/curl_library.h"

#include "base/library.h"
#include "ui/report.h"

#include <dlfcn.h>

curl_library curl;

static bool find(const char *name, void *pointer)
{
    return dn_library_find(curl.library, name, pointer);
}

bool curl_load(void)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so",
                                        "libcurl.4.dylib"};
    if (curl.library)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names && !curl.library; i++)
        curl.library = dn_library_open(names[i]);
    if (!curl.library)
        return complain("libcurl, which fetches files, is not installed");
    return (find("curl_easy_init", &curl.init) && find("curl_easy_setopt", &curl.setopt) &&
            find("curl_easy_perform", &curl.perform) && find("curl_easy_getinfo", &curl.getinfo) &&
            find("curl_easy_strerror", &curl.strerror) &&
            find("curl_easy_cleanup", &curl.cleanup)) ||
           complain("libcurl lacks a function: %s", dlerror());
}
