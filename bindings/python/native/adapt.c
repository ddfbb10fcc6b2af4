/* SPDX-License-Identifier: MIT */
/* What changes a model, or makes another of it; what it says of logits; its summary. */
#include "native.h"

static PyObject *model_replace_head(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    int classes, failed;
    unsigned long long seed;
    if (!PyArg_ParseTuple(arguments, "O&iK:model_replace_head", as_model, &model, &classes, &seed))
        return NULL;
    dn_model *replaced = NULL;
    RUN(failed, dn_model_replace_head(model, classes, seed, &replaced));
    return model_capsule(failed, replaced, NULL);
}

static PyObject *model_replace_channels(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    int channels, failed;
    if (!PyArg_ParseTuple(arguments, "O&i:model_replace_channels", as_model, &model, &channels))
        return NULL;
    dn_model *replaced = NULL;
    RUN(failed, dn_model_replace_channels(model, channels, &replaced));
    return model_capsule(failed, replaced, NULL);
}

/* Sets labels (a list of bytes), task, preprocess, training, temperature; not those that are None,
 * -1 and 0. */
static PyObject *model_set(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_model *model;
    PyObject *labels;
    const char *preprocess, *training;
    int task;
    double temperature;
    if (!PyArg_ParseTuple(arguments, "O&Oizzd:model_set", as_model, &model, &labels, &task,
                          &preprocess, &training, &temperature))
        return NULL;
    dn_preprocess pipeline;
    dn_status status = DN_OK;
    if (labels != Py_None) {
        Py_ssize_t count;
        const char **texts = texts_of(labels, &count);
        if (!texts)
            return NULL;
        status = dn_model_set_labels(model, texts, (int)count);
        PyMem_Free(texts);
    }
    if (status == DN_OK && preprocess) {
        status = dn_preprocess_parse(preprocess, &pipeline);
        if (status == DN_OK)
            dn_model_set_preprocess(model, &pipeline);
    }
    if (status == DN_OK && training)
        status = dn_model_set_training(model, training);
    if (status == DN_OK && temperature > 0)
        status = dn_model_set_temperature(model, temperature);
    if (status == DN_OK && task >= 0)
        dn_model_set_objective(model, (dn_objective)task);
    if (finish(status) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *model_match_labels(PyObject *module, PyObject *arguments)
{
    (void)module;
    static const char *const matches[] = {"none", "same", "reordered", "other"};
    dn_model *model;
    PyObject *labels;
    Py_ssize_t count;
    dn_label_match found = DN_LABELS_NONE;
    if (!PyArg_ParseTuple(arguments, "O&O:model_match_labels", as_model, &model, &labels))
        return NULL;
    const char **texts = texts_of(labels, &count);
    if (!texts)
        return NULL;
    dn_status status = dn_model_match_labels(model, texts, (int)count, &found);
    PyMem_Free(texts);
    return finish(status) < 0 ? NULL : text_or_none(matches[found]);
}

/* In place: rows of logits become probabilities. */
static PyObject *model_probabilities(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    PyObject *array;
    array_view logits;
    if (!PyArg_ParseTuple(arguments, "O&O:model_probabilities", as_model, &model, &array) ||
        !array_open(array, 'f', 4, true, &logits))
        return NULL;
    bool fits = logits.rank == 2 && logits.shape[1] == dn_model_arch(model)->classes;
    if (fits && logits.shape[1])
        dn_model_probabilities(model, (int)logits.shape[0], logits.data);
    array_close(&logits);
    if (fits)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_ValueError, "logits have the shape (n, classes)");
    return NULL;
}

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_summary_options, member)                                        \
    }
static const option_row summary_rows[] = {
    ROW(OF_INT, batch), ROW(OF_INT, channels),  ROW(OF_INT, height), ROW(OF_INT, width),
    ROW(OF_INT, depth), ROW(OF_BYTES, columns), ROW(OF_BOOL, json),  {0},
};

static PyObject *model_summary(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    PyObject *dict;
    dn_summary_options options;
    dn_summary_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "O&O!:model_summary", as_model, &model, &PyDict_Type, &dict) ||
        !options_set(dict, summary_rows, &options))
        return NULL;
    char *text = NULL;
    PyObject *result = NULL;
    if (finish(dn_summary(dn_model_arch(model), &options, &text)) == 0)
        result = text_or_none(text);
    dn_free(text);
    return result;
}

PyMethodDef adapt_functions[] = {
    {"model_replace_head", model_replace_head, METH_VARARGS, "(model, classes, seed) -> model"},
    {"model_replace_channels", model_replace_channels, METH_VARARGS, "(model, channels) -> model"},
    {"model_set", model_set, METH_VARARGS,
     "(model, labels, task, preprocess, training, temperature); None, -1 and 0 leave it"},
    {"model_match_labels", model_match_labels, METH_VARARGS, "(model, labels) -> how they match"},
    {"model_probabilities", model_probabilities, METH_VARARGS, "(model, logits), in place"},
    {"model_summary", model_summary, METH_VARARGS, "(model, options) -> torchinfo's table"},
    {0},
};
