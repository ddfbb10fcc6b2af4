/* SPDX-License-Identifier: MIT */
#include "native.h"

#include <limits.h>

static bool is_picture(const array_view *view)
{
    return view->rank == 3 && view->shape[2] == 3 && view->shape[0] <= INT_MAX &&
           view->shape[1] <= INT_MAX;
}

static dn_status paint(const array_view *values, double full, const array_view *picture,
                       const array_view *painted)
{
    int height = (int)picture->shape[0], width = (int)picture->shape[1];
    const dn_heat_map map = {
        .map = values->data,
        .height = (int)values->shape[0],
        .width = (int)values->shape[1],
        .right = width,
        .bottom = height,
    };
    return dn_heat_map_paint(&map, full, width, height, picture->data, painted->data);
}

/* heat_map_paint(values, full, picture, painted): a map, (height, width), of all of a picture;
 * picture and painted are (height, width, 3) bytes. */
static PyObject *heat_map_paint(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *objects[3];
    array_view values = {0}, picture = {0}, painted = {0};
    double full;
    int failed = -1;
    if (!PyArg_ParseTuple(arguments, "OdOO:heat_map_paint", &objects[0], &full, &objects[1],
                          &objects[2]))
        return NULL;
    if (array_open(objects[0], 'f', 4, false, &values) &&
        array_open(objects[1], 'u', 1, false, &picture) &&
        array_open(objects[2], 'u', 1, true, &painted)) {
        if (values.rank == 2 && values.count > 0 && values.count <= INT_MAX &&
            is_picture(&picture) && is_picture(&painted) && painted.shape[0] == picture.shape[0] &&
            painted.shape[1] == picture.shape[1])
            RUN(failed, paint(&values, full, &picture, &painted));
        else
            PyErr_SetString(PyExc_ValueError, "a map (height, width) is needed, and a picture "
                                              "(height, width, 3)");
    }
    array_close(&painted);
    array_close(&picture);
    array_close(&values);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

PyMethodDef heat_functions[] = {
    {"heat_map_paint", heat_map_paint, METH_VARARGS, "(values, full, picture, painted)"},
    {0},
};
