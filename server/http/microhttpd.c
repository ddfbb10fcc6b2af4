/* SPDX-License-Identifier: MIT */
#include "http/microhttpd.h"

#include "base/library.h"
#include "base/status.h"

#include <dlfcn.h>

microhttpd mhd;

dn_status microhttpd_load(void)
{
    static const char *const names[] = {"libmicrohttpd.so.12", "libmicrohttpd.so",
                                        "libmicrohttpd.12.dylib"};
    for (size_t i = 0; i < sizeof names / sizeof *names && !mhd.library; i++)
        mhd.library = dn_library_open(names[i]);
    if (!mhd.library)
        return dn_fail(DN_ERROR_IO, "libmicrohttpd, which speaks HTTP, is not installed");
#define FIND(name)                                                                                 \
    if (!dn_library_find(mhd.library, "MHD_" #name, &mhd.name))                                    \
        return dn_fail(DN_ERROR_IO, "libmicrohttpd lacks a function: %s", dlerror());
    MICROHTTPD_FUNCTIONS(FIND)
#undef FIND
    return DN_OK;
}
