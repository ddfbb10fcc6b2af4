/* SPDX-License-Identifier: MIT */
/* Batches of a data set of files. */
#include "native.h"

#include <string.h>

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_loader_options, member)                                         \
    }
static const option_row loader_rows[] = {
    ROW(OF_INT, batch),     ROW(OF_INT, size),     ROW(OF_INT, width),      ROW(OF_INT, threads),
    ROW(OF_BOOL, training), ROW(OF_BOOL, shuffle), ROW(OF_BOOL, drop_last), ROW(OF_BOOL, prefetch),
    ROW(OF_DOUBLE, mixup),  ROW(OF_INT64, seed),   ROW(OF_BYTES, augment),  {0},
};

static void release_loader(void *loader)
{
    dn_loader_free(loader);
}

/* loader_create(dataset, pipeline, options, weights): weights of the samples, or None. */
static PyObject *loader_create(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *kept, *dict, *weights;
    const dn_dataset *dataset;
    const char *pipeline;
    int failed = -1;
    array_view opened = {0};
    dn_loader_options options;
    dn_loader_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "OsO!O:loader_create", &kept, &pipeline, &PyDict_Type, &dict,
                          &weights) ||
        !as_dataset(kept, &dataset) || !options_set(dict, loader_rows, &options) ||
        finish(dn_preprocess_parse(pipeline, &options.preprocess)) < 0 ||
        (weights != Py_None && !array_open(weights, 'f', 8, false, &opened)))
        return NULL;
    options.sample_weights = opened.data;
    dn_loader *loader = NULL;
    if (!opened.capsule || opened.count == dn_dataset_count(dataset))
        RUN(failed, dn_loader_create(dataset, &options, &loader));
    else
        PyErr_SetString(PyExc_ValueError, "a weight for each sample is needed");
    array_close(&opened);
    if (!failed)
        return capsule_new(loader, "dn_loader", release_loader, kept);
    dn_loader_free(loader);
    return NULL;
}

static PyObject *loader_batches(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_loader *loader;
    if (!PyArg_ParseTuple(arguments, "O&:loader_batches", as_loader, &loader))
        return NULL;
    return PyLong_FromLong(dn_loader_batches(loader));
}

static PyObject *loader_seek(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_loader *loader;
    long long epoch;
    int index;
    if (!PyArg_ParseTuple(arguments, "O&Li:loader_seek", as_loader, &loader, &epoch, &index))
        return NULL;
    Py_BEGIN_ALLOW_THREADS dn_loader_seek(loader, epoch, index);
    Py_END_ALLOW_THREADS Py_RETURN_NONE;
}

/* A list of sentences on the pictures that could not be read. */
static PyObject *reasons_of(const dn_loaded *loaded)
{
    PyObject *reasons = PyList_New(0);
    for (int i = 0; reasons && i < loaded->new_skips; i++) {
        PyObject *reason = text_or_none(loaded->skips[i].reason);
        if (!reason || PyList_Append(reasons, reason) < 0)
            Py_CLEAR(reasons);
        Py_XDECREF(reason);
    }
    return reasons;
}

static bool keep_batch(const dn_batch *batch, const array_view *pictures, const array_view *targets)
{
    size_t n = (size_t)batch->n;
    if (pictures->rank != 4 || targets->rank != 2 || pictures->shape[0] < batch->n ||
        targets->shape[0] < batch->n) {
        PyErr_SetString(PyExc_ValueError, "arrays of (batch, channels, height, width) and (batch, "
                                          "outputs) are needed");
        return false;
    }
    if (n > 0) {
        size_t picture = (size_t)(pictures->count / pictures->shape[0]);
        size_t outputs = (size_t)(targets->count / targets->shape[0]);
        memcpy(pictures->data, batch->input, n * picture * sizeof(float));
        memcpy(targets->data, batch->targets, n * outputs * sizeof(float));
    }
    return true;
}

/* loader_next(loader, pictures, targets): fills (batch, channels, height, width) and (batch,
 * outputs); how many pictures there are, and sentences on those that could not be read. */
static PyObject *loader_next(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_loader *loader;
    const dn_loaded *loaded;
    PyObject *inputs, *answers, *result = NULL;
    array_view pictures, targets;
    int failed;
    if (!PyArg_ParseTuple(arguments, "O&OO:loader_next", as_loader, &loader, &inputs, &answers) ||
        !array_open(inputs, 'f', 4, true, &pictures))
        return NULL;
    if (array_open(answers, 'f', 4, true, &targets)) {
        RUN(failed, dn_loader_next(loader, &loaded));
        if (!failed && keep_batch(&loaded->batch, &pictures, &targets))
            result = Py_BuildValue("iN", loaded->batch.n, reasons_of(loaded));
        array_close(&targets);
    }
    array_close(&pictures);
    return result;
}

PyMethodDef loader_functions[] = {
    {"loader_create", loader_create, METH_VARARGS,
     "(dataset, pipeline, options, weights or None) -> loader"},
    {"loader_batches", loader_batches, METH_VARARGS, "batches of an epoch"},
    {"loader_seek", loader_seek, METH_VARARGS, "(loader, epoch, index)"},
    {"loader_next", loader_next, METH_VARARGS, "(loader, pictures, targets) -> count, reasons"},
    {0},
};
