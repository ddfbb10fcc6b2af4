/* SPDX-License-Identifier: MIT */
#include "tensors/hdf5/hdf5_library.h"

#include "base/library.h"

#include <dlfcn.h>
#include <pthread.h>

dn_hdf5_library dn_hdf5;

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* The library's way of printing its messages, which is the caller's while this one is outside. */
static H5E_auto2_t callers_print;
static void *callers_data;

#define TEXT(text) #text
#define EXPANDED(name) TEXT(name)

static bool find(const char *name, void *pointer)
{
    return dn_library_find(dn_hdf5.handle, name, pointer);
}

#define FIND_FUNCTION(name) &&find(EXPANDED(name), &dn_hdf5.name##_)

static bool find_functions(void)
{
    return true DN_HDF5_FUNCTIONS(FIND_FUNCTION);
}

#define FIND_IDENTIFIER(field, variable) &&read_identifier(#variable, &dn_hdf5.field)

static bool read_identifier(const char *name, hid_t *identifier)
{
    const hid_t *variable = NULL;
    bool found = find(name, &variable);
    if (found)
        *identifier = *variable;
    return found;
}

static bool find_identifiers(void)
{
    return true DN_HDF5_IDENTIFIERS(FIND_IDENTIFIER);
}

/* Structures change from one minor version to the next. */
static bool is_of_headers(void)
{
    unsigned major = 0, minor = 0, release = 0;
    return H5(H5get_libversion)(&major, &minor, &release) >= 0 && major == H5_VERS_MAJOR &&
           minor == H5_VERS_MINOR;
}

/* Nothing is left to run when the process ends, unless another user of the library in this process
 * was first and wants that. */
static dn_status load(void)
{
    void *handle = dn_library_open(DN_HDF5_LIBRARY);
    if (!handle)
        return dn_fail(DN_ERROR_IO, "HDF5 files are not read: %s is not installed",
                       DN_HDF5_LIBRARY);
    dn_hdf5.handle = handle;
    if (find_functions() && is_of_headers()) {
        H5(H5dont_atexit)();
        if (H5(H5open)() >= 0 && find_identifiers())
            return DN_OK;
    }
    dn_hdf5.handle = NULL;
    dlclose(handle);
    return dn_fail(DN_ERROR_IO, "HDF5 files are not read: %s is not version %d.%d", DN_HDF5_LIBRARY,
                   H5_VERS_MAJOR, H5_VERS_MINOR);
}

dn_status dn_hdf5_enter(void)
{
    pthread_mutex_lock(&one_at_a_time);
    dn_status status = dn_hdf5.handle ? DN_OK : load();
    if (status != DN_OK) {
        pthread_mutex_unlock(&one_at_a_time);
        return status;
    }
    H5(H5Eget_auto2)(H5E_DEFAULT, &callers_print, &callers_data);
    H5(H5Eset_auto2)(H5E_DEFAULT, NULL, NULL);
    return DN_OK;
}

void dn_hdf5_leave(void)
{
    H5(H5Eclear2)(H5E_DEFAULT);
    H5(H5Eset_auto2)(H5E_DEFAULT, callers_print, callers_data);
    pthread_mutex_unlock(&one_at_a_time);
}
