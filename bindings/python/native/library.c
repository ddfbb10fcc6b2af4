/* SPDX-License-Identifier: MIT */
/* What needs no handle: versions, names, pipelines, tables. */
#include "native.h"

#include <limits.h>
#include <string.h>

static PyObject *facts(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return Py_BuildValue("{s:s,s:s,s:i}", "version", dn_version(), "cpu_level", dn_cpu_level(),
                         "cores", dn_core_count());
}

static PyObject *arch_names(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    PyObject *names = PyList_New(0);
    for (int i = 0; names && dn_arch_name(i); i++) {
        PyObject *name = text_or_none(dn_arch_name(i));
        if (!name || PyList_Append(names, name) < 0)
            Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

static PyObject *published(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    PyObject *rows = PyList_New(0);
    const dn_published *row;
    for (int i = 0; rows && (row = dn_published_weights(i)); i++) {
        PyObject *entry = Py_BuildValue("{s:s,s:s,s:z,s:s,s:z,s:s}", "name", row->name, "file",
                                        row->file, "sha256", row->sha256, "url", row->url, "md5",
                                        row->md5, "publisher", row->publisher);
        if (!entry || PyList_Append(rows, entry) < 0)
            Py_CLEAR(rows);
        Py_XDECREF(entry);
    }
    return rows;
}

static PyObject *path_or_raise(dn_status status, const char *path)
{
    return finish(status) < 0 ? NULL : PyUnicode_DecodeFSDefault(path);
}

static PyObject *cache_folder(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    char path[PATH_MAX];
    return path_or_raise(dn_cache_folder(path, sizeof path), path);
}

static PyObject *weights_path(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *name;
    char path[PATH_MAX];
    if (!PyArg_ParseTuple(arguments, "y:weights_path", &name))
        return NULL;
    return path_or_raise(dn_weights_path(name, path, sizeof path), path);
}

/* The whole specification of a pipeline, and the height and width of its tensors, or None. */
static PyObject *preprocess_parse(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *specification, *base;
    dn_preprocess pipeline;
    char text[256];
    int width, height;
    if (!PyArg_ParseTuple(arguments, "ss:preprocess_parse", &specification, &base))
        return NULL;
    dn_status status = dn_preprocess_parse(base, &pipeline);
    if (status == DN_OK)
        status = dn_preprocess_parse(specification, &pipeline);
    if (finish(status) < 0)
        return NULL;
    dn_preprocess_format(&pipeline, text, sizeof text);
    if (!dn_preprocess_fixed_size(&pipeline, &width, &height))
        return Py_BuildValue("sO", text, Py_None);
    return Py_BuildValue("s(ii)", text, height, width);
}

/* Fills (3, 256) floats: what the last step makes of each byte. */
static PyObject *preprocess_values(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *specification;
    PyObject *result;
    array_view values;
    dn_preprocess pipeline;
    if (!PyArg_ParseTuple(arguments, "sO:preprocess_values", &specification, &result) ||
        finish(dn_preprocess_parse(specification, &pipeline)) < 0 ||
        !array_open(result, 'f', 4, true, &values))
        return NULL;
    bool fits = values.count == 3 * 256;
    if (fits)
        dn_preprocess_values(&pipeline, values.data);
    array_close(&values);
    if (fits)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_ValueError, "an array of 3 x 256 floats is needed");
    return NULL;
}

static PyObject *augment_check(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *specification;
    if (!PyArg_ParseTuple(arguments, "s:augment_check", &specification))
        return NULL;
    if (finish(dn_augment_check(specification)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyMethodDef library_functions[] = {
    {"facts", facts, METH_NOARGS, "version, cpu_level, cores"},
    {"arch_names", arch_names, METH_NOARGS, "names of the published architectures"},
    {"published", published, METH_NOARGS, "the table of published weights"},
    {"cache_folder", cache_folder, METH_NOARGS, "where published weights are kept"},
    {"weights_path", weights_path, METH_VARARGS, "the file that a name stands for"},
    {"preprocess_parse", preprocess_parse, METH_VARARGS,
     "preprocess_parse(specification, base) -> specification, (height, width) or None"},
    {"preprocess_values", preprocess_values, METH_VARARGS, "(pipeline, array of 3 x 256)"},
    {"augment_check", augment_check, METH_VARARGS, "raises if it is no augmentation"},
    {0},
};
