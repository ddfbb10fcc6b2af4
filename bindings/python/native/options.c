/* SPDX-License-Identifier: MIT */
#include "native.h"

#include <limits.h>
#include <string.h>

static bool set_whole(PyObject *value, option_type type, void *member)
{
    long long whole = PyLong_AsLongLong(value);
    if (whole == -1 && PyErr_Occurred())
        return false;
    if (type == OF_INT && (whole < INT_MIN || whole > INT_MAX)) {
        PyErr_SetString(PyExc_OverflowError, "beyond 32 bits");
        return false;
    }
    if (type == OF_INT)
        *(int *)member = (int)whole;
    else if (type == OF_SIZE)
        *(size_t *)member = (size_t)whole;
    else
        *(int64_t *)member = whole;
    return true;
}

static bool set_member(PyObject *value, option_type type, void *member)
{
    int truth;
    switch (type) {
    case OF_BOOL:
        truth = PyObject_IsTrue(value);
        *(bool *)member = truth > 0;
        return truth >= 0;
    case OF_DOUBLE:
        *(double *)member = PyFloat_AsDouble(value);
        return !PyErr_Occurred();
    case OF_BYTES:
        *(const char **)member = PyBytes_AsString(value);
        return *(const char **)member != NULL;
    default:
        return set_whole(value, type, member);
    }
}

static const option_row *find_row(const option_row *rows, PyObject *key)
{
    while (rows->name && PyUnicode_CompareWithASCIIString(key, rows->name) != 0)
        rows++;
    return rows->name ? rows : NULL;
}

bool options_set(PyObject *dict, const option_row *rows, void *options)
{
    PyObject *key, *value;
    for (Py_ssize_t at = 0; PyDict_Next(dict, &at, &key, &value);) {
        const option_row *row = PyUnicode_Check(key) ? find_row(rows, key) : NULL;
        if (!row) {
            PyErr_Format(PyExc_TypeError, "there is no option %R", key);
            return false;
        }
        if (!set_member(value, row->type, (char *)options + row->offset))
            return false;
    }
    return true;
}
