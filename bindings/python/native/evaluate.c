/* SPDX-License-Identifier: MIT */
#include "native.h"

#include <string.h>

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_evaluate_options, member)                                       \
    }
static const option_row evaluate_rows[] = {
    ROW(OF_INT, batch), ROW(OF_INT, threads), ROW(OF_BYTES, precision),
    ROW(OF_INT, size),  ROW(OF_INT, width),   {0},
};

/* What Python is told; an exception of its own is raised when the evaluation is done. */
typedef struct told {
    PyObject *progress; /* progress(done, total, skipped's sentence or None), or None */
    PyObject *type, *value, *trace;
} told;

static void tell(told *listener, PyObject *arguments)
{
    PyObject *done = arguments ? PyObject_CallObject(listener->progress, arguments) : NULL;
    Py_XDECREF(arguments);
    if (!done && !listener->type)
        PyErr_Fetch(&listener->type, &listener->value, &listener->trace);
    PyErr_Clear();
    Py_XDECREF(done);
}

static void on_progress(int64_t done, int64_t total, void *context)
{
    PyGILState_STATE held = PyGILState_Ensure();
    tell(context, Py_BuildValue("LLO", (long long)done, (long long)total, Py_None));
    PyGILState_Release(held);
}

static void on_skipped(const char *reason, void *context)
{
    PyGILState_STATE held = PyGILState_Ensure();
    tell(context, Py_BuildValue("iiN", 0, 0, text_or_none(reason)));
    PyGILState_Release(held);
}

static PyObject *output_of(const dn_output_result *result)
{
    return Py_BuildValue("{s:L,s:L,s:L,s:d,s:d,s:d,s:d}", "support", (long long)result->support,
                         "predicted", (long long)result->predicted, "right",
                         (long long)result->right, "precision", result->precision, "recall",
                         result->recall, "f1", result->f1, "auroc", result->auroc);
}

static PyObject *outputs_of(const dn_evaluation *evaluation)
{
    PyObject *list = PyList_New(0);
    for (int i = 0; list && i < evaluation->outputs; i++) {
        PyObject *row = output_of(&evaluation->results[i]);
        if (!row || PyList_Append(list, row) < 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *confusion_of(const dn_evaluation *evaluation)
{
    size_t side = (size_t)evaluation->outputs;
    if (!evaluation->confusion)
        Py_RETURN_NONE;
    return PyByteArray_FromStringAndSize((const char *)evaluation->confusion,
                                         (Py_ssize_t)(side * side * sizeof(uint32_t)));
}

static PyObject *evaluation_of(const dn_evaluation *evaluation)
{
    PyObject *dict = Py_BuildValue(
        "{s:L,s:L,s:d,s:d,s:d,s:d,s:L,s:L,s:L,s:i,s:s}", "samples", (long long)evaluation->samples,
        "skipped", (long long)evaluation->skipped, "loss", evaluation->loss, "top1",
        evaluation->top1, "top5", evaluation->top5, "auroc", evaluation->auroc, "not_numbers",
        (long long)evaluation->not_numbers, "turned", (long long)evaluation->turned, "faint",
        (long long)evaluation->faint, "ranked", evaluation->ranked, "precision",
        evaluation->precision);
    if (dict && put(dict, "results", outputs_of(evaluation)) &&
        put(dict, "confusion", confusion_of(evaluation)))
        return dict;
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *evaluate(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    const dn_dataset *dataset;
    const char *pipeline;
    PyObject *dict;
    told listener = {0};
    int failed;
    dn_evaluate_options options;
    dn_evaluate_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "O&O&zO!O:evaluate", as_model, &model, as_dataset, &dataset,
                          &pipeline, &PyDict_Type, &dict, &listener.progress) ||
        !options_set(dict, evaluate_rows, &options) ||
        (pipeline && finish(dn_preprocess_parse(pipeline, &options.preprocess)) < 0))
        return NULL;
    options.progress = on_progress;
    options.skipped = on_skipped;
    options.context = &listener;
    dn_evaluation *evaluation = NULL;
    RUN(failed, dn_evaluate(model, dataset, &options, &evaluation));
    PyObject *result = NULL;
    if (!failed && listener.type)
        PyErr_Restore(listener.type, listener.value, listener.trace);
    else if (!failed)
        result = evaluation_of(evaluation);
    if (failed && listener.type) {
        Py_XDECREF(listener.type);
        Py_XDECREF(listener.value);
        Py_XDECREF(listener.trace);
    }
    dn_evaluation_free(evaluation);
    return result;
}

PyMethodDef evaluate_functions[] = {
    {"evaluate", evaluate, METH_VARARGS,
     "(model, dataset, pipeline or None, options, progress) -> a dict"},
    {0},
};
