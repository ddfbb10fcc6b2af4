/* SPDX-License-Identifier: MIT */
/*
 * densenet._native: the functions of densenet.h as Python calls them.
 *
 * What the library creates is a capsule, which frees it, and keeps what it depends on. Arrays
 * come in as objects with NumPy's __array_struct__, so neither NumPy's headers nor the buffer
 * protocol, which the limited interface has only since 3.11, are needed; all memory is allocated
 * by Python. Texts in options are bytes. What computes or reads files runs without the GIL; that
 * only one thread uses a session, loader or trainer is for the caller to see to.
 */
#ifndef NATIVE_H
#define NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "densenet.h"

/* ---- messages.c: failures and warnings */

/* Raises the exception of a status, with the library's sentence; returns NULL. */
PyObject *raise_status(dn_status status);

/* Hands on what the library logged, then raises if it failed. 0, or -1 with an exception set. */
int finish(dn_status status);

/* Runs `call`, a dn_status, without the GIL, and finishes it; 0 or -1. */
#define RUN(result, call)                                                                          \
    do {                                                                                           \
        dn_status status_;                                                                         \
        Py_BEGIN_ALLOW_THREADS status_ = (call);                                                   \
        Py_END_ALLOW_THREADS(result) = finish(status_);                                            \
    } while (0)

/* A str of UTF-8, None for NULL. */
PyObject *text_or_none(const char *text);

/* Adds an item and releases it; false, with an exception set, if there is none or no memory. */
bool put(PyObject *dict, const char *key, PyObject *value);

/* ---- arrays.c */

typedef struct array_view {
    int rank;
    const Py_ssize_t *shape;
    void *data;
    Py_ssize_t count; /* of elements */
    PyObject *capsule;
} array_view;

/* Opens a C-contiguous array of this kind and size, 'f' 4 for float32; `writable` if the library
 * writes to it. False, with TypeError set, for any other. */
bool array_open(PyObject *object, char kind, int itemsize, bool writable, array_view *view);
void array_close(array_view *view);

/* ---- options.c */

enum { OPTION_DOUBLES = 8 }; /* of an OF_DOUBLES */
typedef enum option_type {
    OF_INT,
    OF_SIZE,
    OF_INT64,
    OF_BOOL,
    OF_DOUBLE,
    OF_DOUBLES,
    OF_BYTES
} option_type;
typedef struct option_row {
    const char *name;
    option_type type;
    size_t offset;
} option_row;

/* Sets members of a structure of options from a dict; texts are valid as long as the dict.
 * False, with an exception set, for a name that no row has or a value of another type. */
bool options_set(PyObject *dict, const option_row *rows, void *options);

/* ---- capsules.c */

typedef void free_function(void *handle);

/* A capsule that owns `handle` and a reference to `kept`, which may be NULL; frees the handle on
 * failure. */
PyObject *capsule_new(void *handle, const char *name, free_function *release, PyObject *kept);

/* The same of a model, unless it failed; `kept` is the memory that the model reads. */
PyObject *model_capsule(int failed, dn_model *model, PyObject *kept);

/* The handle of a capsule of this name; NULL with TypeError set. */
void *capsule_get(PyObject *capsule, const char *name);

/* For PyArg_ParseTuple's "O&". */
int as_model(PyObject *object, void *address);
int as_session(PyObject *object, void *address);
int as_image(PyObject *object, void *address);
int as_dataset(PyObject *object, void *address);
int as_loader(PyObject *object, void *address);
int as_trainer(PyObject *object, void *address);

/* Fills `texts`, PyMem_Malloc'ed, from a list of bytes; NULL with an exception set. */
const char **texts_of(PyObject *list, Py_ssize_t *count);

/* ---- tables of functions, one for each file */

extern PyMethodDef messages_functions[], library_functions[], model_functions[],
    describe_functions[], adapt_functions[], session_functions[], heat_functions[],
    image_functions[], dataset_functions[], loader_functions[], trainer_functions[],
    evaluate_functions[];

#endif
