/* SPDX-License-Identifier: MIT */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

bool dn_library_load(const char *file, const dn_library_function *functions, size_t count)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    bool found = library != NULL;
    for (size_t i = 0; found && i < count; i++) {
        /* dlsym's pointer to data becomes one to a function, as POSIX recommends. */
        void *symbol = dlsym(library, functions[i].name);
        memcpy(functions[i].pointer, &symbol, sizeof symbol);
        found = symbol != NULL;
    }
    return found;
}
