/* SPDX-License-Identifier: MIT */
/* Libraries that are loaded when they are first needed, since their own libraries would delay the
 * start of every command. */
#ifndef DN_BASE_LIBRARY_H
#define DN_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* Opens the library of this file name, which stays open, since threads may be in it; NULL if it is
 * not installed. */
void *dn_library_open(const char *file);

/* Writes the address of a function, or of a variable, to the pointer that `pointer` points to;
 * false if the library has none of that name. */
bool dn_library_find(void *library, const char *name, void *pointer);

/* A function of a library, and the pointer to a function that its address goes to. */
typedef struct dn_library_function {
    const char *name;
    void *pointer;
} dn_library_function;

/* Opens a library and finds all the functions; false if it is not installed, or lacks one. */
bool dn_library_load(const char *file, const dn_library_function *functions, size_t count);

#endif
