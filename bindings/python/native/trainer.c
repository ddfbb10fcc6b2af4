/* SPDX-License-Identifier: MIT */
#include "native.h"

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_trainer_options, member)                                        \
    }
static const option_row trainer_rows[] = {
    ROW(OF_INT, batch),
    ROW(OF_INT, height),
    ROW(OF_INT, width),
    ROW(OF_INT, threads),
    ROW(OF_BOOL, low_memory),
    ROW(OF_INT64, seed),
    ROW(OF_BYTES, optimiser),
    ROW(OF_DOUBLE, momentum),
    ROW(OF_BOOL, nesterov),
    ROW(OF_DOUBLE, clip),
    ROW(OF_DOUBLE, weight_decay),
    ROW(OF_BYTES, schedule),
    ROW(OF_DOUBLE, rate),
    ROW(OF_INT64, steps),
    ROW(OF_INT64, warmup),
    ROW(OF_DOUBLE, gamma),
    ROW(OF_DOUBLE, dropout),
    ROW(OF_DOUBLE, smoothing),
    ROW(OF_DOUBLE, ema),
    ROW(OF_BYTES, freeze),
    ROW(OF_BOOL, soft_targets),
    ROW(OF_BYTES, precision),
    {0},
};

static void release_trainer(void *trainer)
{
    dn_trainer_free(trainer);
}

/* trainer_create(model, options, weights): weights of the outputs, or None. */
static PyObject *trainer_create(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    PyObject *dict, *weights;
    int failed = -1;
    array_view opened = {0};
    dn_trainer_options options;
    dn_trainer_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "O&O!O:trainer_create", as_model, &model, &PyDict_Type, &dict,
                          &weights) ||
        !options_set(dict, trainer_rows, &options) ||
        (weights != Py_None && !array_open(weights, 'f', 4, false, &opened)))
        return NULL;
    bool labels = dn_model_objective(model) == DN_OBJECTIVE_LABELS;
    *(labels ? &options.positive_weights : &options.class_weights) = opened.data;
    dn_trainer *trainer = NULL;
    if (!opened.capsule || opened.count == dn_model_arch(model)->classes)
        RUN(failed, dn_trainer_create(model, &options, &trainer));
    else
        PyErr_SetString(PyExc_ValueError, "a weight for each output is needed");
    array_close(&opened);
    if (!failed)
        return capsule_new(trainer, "dn_trainer", release_trainer, NULL);
    dn_trainer_free(trainer);
    return NULL;
}

static PyObject *step_values(const dn_step_result *result)
{
    return Py_BuildValue("dddii", result->loss, result->rate, result->gradient_norm,
                         result->pictures, result->correct);
}

/* trainer_step(trainer, pictures, targets): (n, channels, height, width) and (n, outputs). */
static PyObject *trainer_step(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_trainer *trainer;
    PyObject *pictures, *answers;
    array_view input, targets;
    if (!PyArg_ParseTuple(arguments, "O&OO:trainer_step", as_trainer, &trainer, &pictures,
                          &answers) ||
        !array_open(pictures, 'f', 4, false, &input))
        return NULL;
    if (!array_open(answers, 'f', 4, false, &targets)) {
        array_close(&input);
        return NULL;
    }
    int failed = -1;
    dn_step_result result;
    if (input.rank == 4 && targets.rank == 2 && input.shape[0] == targets.shape[0] &&
        input.shape[0] <= INT32_MAX) {
        const dn_batch part = {input.data, targets.data, (int)input.shape[0]};
        RUN(failed, dn_trainer_step(trainer, &part, 1, &result));
    } else {
        PyErr_SetString(PyExc_ValueError, "a batch has pictures (n, channels, height, width) and "
                                          "targets (n, outputs)");
    }
    array_close(&targets);
    array_close(&input);
    return failed ? NULL : step_values(&result);
}

static dn_status step_loaded(dn_trainer *trainer, dn_loader *loader, const dn_loaded **loaded,
                             dn_step_result *result)
{
    dn_status status = dn_loader_next(loader, loaded);
    return status == DN_OK ? dn_trainer_step(trainer, &(*loaded)->batch, 1, result) : status;
}

/* One step on a loader's next batch: the step's values, and sentences on pictures that could not be
 * read. */
static PyObject *trainer_step_loaded(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_trainer *trainer;
    dn_loader *loader;
    const dn_loaded *loaded;
    dn_step_result result = {0};
    int failed;
    if (!PyArg_ParseTuple(arguments, "O&O&:trainer_step_loaded", as_trainer, &trainer, as_loader,
                          &loader))
        return NULL;
    RUN(failed, step_loaded(trainer, loader, &loaded, &result));
    PyObject *reasons = failed ? NULL : PyList_New(0);
    for (int i = 0; reasons && i < loaded->new_skips; i++) {
        PyObject *reason = text_or_none(loaded->skips[i].reason);
        if (!reason || PyList_Append(reasons, reason) < 0)
            Py_CLEAR(reasons);
        Py_XDECREF(reason);
    }
    return reasons ? Py_BuildValue("NN", step_values(&result), reasons) : NULL;
}

static PyObject *trainer_steps(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_trainer *trainer;
    if (!PyArg_ParseTuple(arguments, "O&:trainer_steps", as_trainer, &trainer))
        return NULL;
    return PyLong_FromLongLong(dn_trainer_steps(trainer));
}

static PyObject *trainer_model(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_trainer *trainer;
    int averaged, failed;
    if (!PyArg_ParseTuple(arguments, "O&p:trainer_model", as_trainer, &trainer, &averaged))
        return NULL;
    dn_model *model = NULL;
    RUN(failed, dn_trainer_model(trainer, averaged != 0, &model));
    return model_capsule(failed, model, NULL);
}

static PyObject *trainer_save(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_trainer *trainer;
    const char *path, *note;
    int failed;
    if (!PyArg_ParseTuple(arguments, "O&ys:trainer_save", as_trainer, &trainer, &path, &note))
        return NULL;
    RUN(failed, dn_trainer_save(trainer, path, note));
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *trainer_restore(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_trainer *trainer;
    const char *path;
    char *note = NULL;
    int failed;
    if (!PyArg_ParseTuple(arguments, "O&y:trainer_restore", as_trainer, &trainer, &path))
        return NULL;
    RUN(failed, dn_trainer_restore(trainer, path, &note));
    PyObject *text = failed ? NULL : text_or_none(note);
    dn_free(note);
    return text;
}

PyMethodDef trainer_functions[] = {
    {"trainer_create", trainer_create, METH_VARARGS, "(model, options, weights) -> trainer"},
    {"trainer_step", trainer_step, METH_VARARGS,
     "(trainer, pictures, targets) -> loss, rate, gradient norm, pictures, correct"},
    {"trainer_step_loaded", trainer_step_loaded, METH_VARARGS,
     "(trainer, loader) -> values, reasons"},
    {"trainer_steps", trainer_steps, METH_VARARGS, "steps made"},
    {"trainer_model", trainer_model, METH_VARARGS, "(trainer, averaged) -> model"},
    {"trainer_save", trainer_save, METH_VARARGS, "(trainer, path, note)"},
    {"trainer_restore", trainer_restore, METH_VARARGS, "(trainer, path) -> note"},
    {0},
};
