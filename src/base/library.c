/* SPDX-License-Identifier: MIT */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

void *dn_library_open(const char *file)
{
    return dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

/* dlsym's pointer to data becomes one to a function, as POSIX recommends. */
bool dn_library_find(void *library, const char *name, void *pointer)
{
    void *symbol = dlsym(library, name);
    memcpy(pointer, &symbol, sizeof symbol);
    return symbol != NULL;
}

bool dn_library_load(const char *file, const dn_library_function *functions, size_t count)
{
    void *library = dn_library_open(file);
    bool found = library != NULL;
    for (size_t i = 0; found && i < count; i++)
        found = dn_library_find(library, functions[i].name, functions[i].pointer);
    return found;
}
