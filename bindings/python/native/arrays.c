/* SPDX-License-Identifier: MIT */
/* Arrays by NumPy's array interface, whose structure is fixed and documented ("The Array
 * Interface Protocol", version 3). */
#include "native.h"

typedef struct array_interface {
    int two; /* always */
    int rank;
    char kind;
    int itemsize, flags;
    Py_ssize_t *shape, *strides;
    void *data;
    PyObject *descr;
} array_interface;

enum { C_CONTIGUOUS = 0x1, ALIGNED = 0x100, NATIVE_ORDER = 0x200, WRITEABLE = 0x400 };

bool array_open(PyObject *object, char kind, int itemsize, bool writable, array_view *view)
{
    PyObject *capsule = PyObject_GetAttrString(object, "__array_struct__");
    if (!capsule)
        return false;
    const array_interface *array = PyCapsule_GetPointer(capsule, NULL);
    int flags = C_CONTIGUOUS | ALIGNED | NATIVE_ORDER | (writable ? WRITEABLE : 0);
    if (!array || array->two != 2 || array->kind != kind || array->itemsize != itemsize ||
        (array->flags & flags) != flags) {
        PyErr_Format(PyExc_TypeError, "a C-contiguous%s array of kind '%c' and %d bytes is needed",
                     writable ? ", writable" : "", kind, itemsize);
        Py_DECREF(capsule);
        return false;
    }
    *view = (array_view){.rank = array->rank,
                         .shape = array->shape,
                         .data = array->data,
                         .count = 1,
                         .capsule = capsule};
    for (int i = 0; i < array->rank; i++)
        view->count *= array->shape[i];
    return true;
}

void array_close(array_view *view)
{
    Py_CLEAR(view->capsule);
}
