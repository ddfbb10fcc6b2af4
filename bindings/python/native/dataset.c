/* SPDX-License-Identifier: MIT */
/* Data sets of files. */
#include "native.h"

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_dataset_options, member)                                        \
    }
static const option_row dataset_rows[] = {
    ROW(OF_INT, portion),        ROW(OF_BYTES, output),
    ROW(OF_BYTES, root),         ROW(OF_BYTES, image_column),
    ROW(OF_BYTES, label_column), ROW(OF_BYTES, label_columns),
    ROW(OF_BYTES, task),         ROW(OF_BYTES, uncertain),
    ROW(OF_BYTES, blank),        {0},
};

static void release_dataset(void *dataset)
{
    dn_dataset_free(dataset);
}

static PyObject *dataset_open(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *path;
    PyObject *dict;
    int failed;
    dn_dataset_options options;
    dn_dataset_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "yO!:dataset_open", &path, &PyDict_Type, &dict) ||
        !options_set(dict, dataset_rows, &options))
        return NULL;
    dn_dataset *dataset = NULL;
    RUN(failed, dn_dataset_open_with(path, &options, &dataset));
    if (!failed)
        return capsule_new(dataset, "dn_dataset", release_dataset, NULL);
    dn_dataset_free(dataset);
    return NULL;
}

static PyObject *dataset_split(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *whole;
    const dn_dataset *dataset;
    double fraction;
    unsigned long long seed;
    dn_dataset *rest, *held;
    if (!PyArg_ParseTuple(arguments, "OdK:dataset_split", &whole, &fraction, &seed) ||
        !as_dataset(whole, &dataset) ||
        finish(dn_dataset_split(dataset, fraction, seed, &rest, &held)) < 0)
        return NULL;
    PyObject *one = capsule_new(rest, "dn_dataset", release_dataset, whole);
    PyObject *other = capsule_new(held, "dn_dataset", release_dataset, whole);
    if (one && other)
        return Py_BuildValue("NN", one, other);
    Py_XDECREF(one);
    Py_XDECREF(other);
    return NULL;
}

static PyObject *labels_of(const dn_dataset *dataset)
{
    PyObject *labels = PyList_New(0);
    for (int i = 0; labels && i < dn_dataset_outputs(dataset); i++) {
        PyObject *label = text_or_none(dn_dataset_label(dataset, i));
        if (!label || PyList_Append(labels, label) < 0)
            Py_CLEAR(labels);
        Py_XDECREF(label);
    }
    return labels;
}

static PyObject *dataset_facts(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_dataset *dataset;
    if (!PyArg_ParseTuple(arguments, "O&:dataset_facts", as_dataset, &dataset))
        return NULL;
    bool labels = dn_dataset_objective(dataset) == DN_OBJECTIVE_LABELS;
    PyObject *dict =
        Py_BuildValue("{s:i,s:s,s:s,s:i}", "count", dn_dataset_count(dataset), "task",
                      labels ? "labels" : "classes", "format", dn_dataset_format(dataset),
                      "left_out", dn_dataset_left_out(dataset));
    if (dict && put(dict, "labels", labels_of(dataset)) &&
        put(dict, "source", text_or_none(dn_dataset_source(dataset))) &&
        put(dict, "validation", text_or_none(dn_dataset_part(dataset, DN_PORTION_VALIDATION))))
        return dict;
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *dataset_match(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_dataset *dataset;
    PyObject *labels;
    Py_ssize_t count;
    if (!PyArg_ParseTuple(arguments, "O&O:dataset_match", as_dataset, &dataset, &labels))
        return NULL;
    const char **texts = texts_of(labels, &count);
    if (!texts)
        return NULL;
    dn_status status = dn_dataset_match(dataset, texts, (int)count);
    PyMem_Free(texts);
    if (finish(status) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* dataset_classes(dataset, classes): the class of each sample, -1 of one with labels. */
static PyObject *dataset_classes(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_dataset *dataset;
    PyObject *result;
    array_view classes;
    if (!PyArg_ParseTuple(arguments, "O&O:dataset_classes", as_dataset, &dataset, &result) ||
        !array_open(result, 'i', 4, true, &classes))
        return NULL;
    bool fits = classes.count == dn_dataset_count(dataset);
    for (int i = 0; fits && i < dn_dataset_count(dataset); i++)
        ((int *)classes.data)[i] = dn_dataset_class(dataset, i);
    array_close(&classes);
    if (fits)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_ValueError, "an element for each sample is needed");
    return NULL;
}

PyMethodDef dataset_functions[] = {
    {"dataset_open", dataset_open, METH_VARARGS, "(path, options) -> dataset"},
    {"dataset_split", dataset_split, METH_VARARGS, "(dataset, fraction, seed) -> rest, held"},
    {"dataset_facts", dataset_facts, METH_VARARGS, "a dict"},
    {"dataset_match", dataset_match, METH_VARARGS, "(dataset, labels)"},
    {"dataset_classes", dataset_classes, METH_VARARGS, "(dataset, classes)"},
    {0},
};
