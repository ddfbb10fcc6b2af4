/* SPDX-License-Identifier: MIT */
#include "native.h"

#include <limits.h>

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_trainer_options, member)                                        \
    }
static const option_row trainer_rows[] = {
    ROW(OF_INT, batch),          ROW(OF_INT, height),          ROW(OF_INT, width),
    ROW(OF_INT, threads),        ROW(OF_BOOL, low_memory),     ROW(OF_INT64, seed),
    ROW(OF_BYTES, optimiser),    ROW(OF_DOUBLE, momentum),     ROW(OF_BOOL, nesterov),
    ROW(OF_DOUBLE, clip),        ROW(OF_DOUBLE, weight_decay), ROW(OF_BYTES, schedule),
    ROW(OF_DOUBLE, rate),        ROW(OF_INT64, steps),         ROW(OF_INT64, warmup),
    ROW(OF_DOUBLES, milestones), ROW(OF_DOUBLE, gamma),        ROW(OF_DOUBLE, dropout),
    ROW(OF_DOUBLE, smoothing),   ROW(OF_DOUBLE, ema),          ROW(OF_BYTES, freeze),
    ROW(OF_BOOL, soft_targets),  ROW(OF_BYTES, precision),     {0},
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

typedef struct part_views {
    array_view pictures, targets;
} part_views;

static bool open_part(PyObject *part, part_views *views, dn_batch *batch)
{
    PyObject *pictures, *targets;
    if (!PyArg_ParseTuple(part, "OO", &pictures, &targets) ||
        !array_open(pictures, 'f', 4, false, &views->pictures) ||
        !array_open(targets, 'f', 4, false, &views->targets))
        return false;
    const array_view *x = &views->pictures, *y = &views->targets;
    if (x->rank == 4 && y->rank == 2 && x->shape[0] == y->shape[0] && x->shape[0] <= INT_MAX) {
        *batch = (dn_batch){x->data, y->data, (int)x->shape[0]};
        return true;
    }
    PyErr_SetString(PyExc_ValueError, "a batch has pictures (n, channels, height, width) and "
                                      "targets (n, outputs)");
    return false;
}

/* trainer_step(trainer, parts): a list of pictures, (n, channels, height, width), with their
 * targets, (n, outputs). */
static PyObject *trainer_step(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_trainer *trainer;
    PyObject *list;
    if (!PyArg_ParseTuple(arguments, "O&O!:trainer_step", as_trainer, &trainer, &PyList_Type,
                          &list))
        return NULL;
    size_t count = (size_t)PyList_Size(list), opened = 0;
    dn_batch *parts = PyMem_Calloc(count, sizeof *parts);
    part_views *views = PyMem_Calloc(count, sizeof *views);
    int failed = -1;
    dn_step_result result;
    if (!parts || !views)
        PyErr_NoMemory();
    else
        while (opened < count &&
               open_part(PyList_GetItem(list, (Py_ssize_t)opened), &views[opened], &parts[opened]))
            opened++;
    if (parts && views && opened == count)
        RUN(failed, dn_trainer_step(trainer, parts, (int)count, &result));
    for (size_t i = 0; views && i < count; i++) {
        array_close(&views[i].targets);
        array_close(&views[i].pictures);
    }
    PyMem_Free(views);
    PyMem_Free(parts);
    return failed ? NULL
                  : Py_BuildValue("dddii", result.loss, result.rate, result.gradient_norm,
                                  result.pictures, result.correct);
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

/* recipe(name): a list of (option, value), as the program's. */
static PyObject *recipe(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *name;
    const dn_recipe_setting *settings;
    int count;
    if (!PyArg_ParseTuple(arguments, "s:recipe", &name) ||
        finish(dn_recipe_find(name, &settings, &count)) < 0)
        return NULL;
    PyObject *list = PyList_New(0);
    for (int i = 0; list && i < count; i++) {
        PyObject *pair = Py_BuildValue("ss", settings[i].option, settings[i].value);
        if (!pair || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

PyMethodDef trainer_functions[] = {
    {"recipe", recipe, METH_VARARGS, "[(option, value)]"},
    {"trainer_create", trainer_create, METH_VARARGS, "(model, options, weights) -> trainer"},
    {"trainer_step", trainer_step, METH_VARARGS,
     "(trainer, [(pictures, targets)]) -> loss, rate, gradient norm, pictures, correct"},
    {"trainer_steps", trainer_steps, METH_VARARGS, "steps made"},
    {"trainer_model", trainer_model, METH_VARARGS, "(trainer, averaged) -> model"},
    {"trainer_save", trainer_save, METH_VARARGS, "(trainer, path, note)"},
    {"trainer_restore", trainer_restore, METH_VARARGS, "(trainer, path) -> note"},
    {0},
};
