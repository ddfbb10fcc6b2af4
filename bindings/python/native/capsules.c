/* SPDX-License-Identifier: MIT */
#include "native.h"

#include <stdlib.h>

/* Behind each capsule: what releases the handle, and what must outlive it. */
typedef struct owner {
    free_function *release;
    PyObject *kept;
} owner;

static void destroy(PyObject *capsule)
{
    owner *owned = PyCapsule_GetContext(capsule);
    owned->release(PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule)));
    Py_XDECREF(owned->kept);
    free(owned);
}

PyObject *capsule_new(void *handle, const char *name, free_function *release, PyObject *kept)
{
    owner *owned = malloc(sizeof *owned);
    PyObject *capsule = owned ? PyCapsule_New(handle, name, NULL) : PyErr_NoMemory();
    if (!capsule) {
        release(handle);
        free(owned);
        return NULL;
    }
    Py_XINCREF(kept);
    *owned = (owner){release, kept};
    PyCapsule_SetContext(capsule, owned);
    PyCapsule_SetDestructor(capsule, destroy);
    return capsule;
}

static void release_model(void *model)
{
    dn_model_free(model);
}

PyObject *model_capsule(int failed, dn_model *model, PyObject *kept)
{
    if (!failed)
        return capsule_new(model, "dn_model", release_model, kept);
    dn_model_free(model); /* a warning that is an error */
    return NULL;
}

void *capsule_get(PyObject *capsule, const char *name)
{
    if (PyCapsule_IsValid(capsule, name))
        return PyCapsule_GetPointer(capsule, name);
    PyErr_Format(PyExc_TypeError, "a %s is needed", name);
    return NULL;
}

#define CONVERTER(kind)                                                                            \
    int as_##kind(PyObject *object, void *address)                                                 \
    {                                                                                              \
        *(void **)address = capsule_get(object, "dn_" #kind);                                      \
        return *(void **)address != NULL;                                                          \
    }
CONVERTER(model)
CONVERTER(image)
CONVERTER(dataset)
CONVERTER(loader)
CONVERTER(trainer)

const char **texts_of(PyObject *list, Py_ssize_t *count)
{
    *count = PyList_Size(list);
    if (*count < 0)
        return NULL;
    const char **texts = PyMem_Malloc(((size_t)*count + 1) * sizeof *texts);
    if (!texts) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < *count; i++) {
        texts[i] = PyBytes_AsString(PyList_GetItem(list, i));
        if (!texts[i]) {
            PyMem_Free(texts);
            return NULL;
        }
    }
    return texts;
}
