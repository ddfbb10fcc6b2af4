/* SPDX-License-Identifier: MIT */
/* Libraries that are loaded when they are first needed, since their own libraries would delay the
 * start of every command. */
#ifndef DN_BASE_LIBRARY_H
#define DN_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* A function of a library, and the pointer to a function that its address goes to. */
typedef struct dn_library_function {
    const char *name;
    void *pointer;
} dn_library_function;

/* Loads the library of this file name and finds all the functions; it stays loaded, since threads
 * may be in it. Returns false if it is not installed, or lacks one. */
bool dn_library_load(const char *file, const dn_library_function *functions, size_t count);

#endif
