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

/* As many doubles as there are in a list; those beyond stay as they are. */
static bool set_doubles(PyObject *list, double members[OPTION_DOUBLES])
{
    Py_ssize_t count = PyList_Check(list) ? PyList_Size(list) : -1;
    if (count < 0 || count > OPTION_DOUBLES) {
        PyErr_Format(PyExc_ValueError, "a list of up to %d numbers is needed", OPTION_DOUBLES);
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        members[i] = PyFloat_AsDouble(PyList_GetItem(list, i));
    return !PyErr_Occurred();
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
    case OF_DOUBLES:
        return set_doubles(value, member);
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

/* Adds the option's name to what is wrong with its value. */
static void name_failure(PyObject *key)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_Format(type, "%U: %S", key, value ? value : Py_None);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
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
        if (!set_member(value, row->type, (char *)options + row->offset)) {
            name_failure(key);
            return false;
        }
    }
    return true;
}
