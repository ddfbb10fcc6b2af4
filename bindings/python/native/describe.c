/* SPDX-License-Identifier: MIT */
/* What is known of a model. */
#include "native.h"

#include <string.h>

static PyObject *blocks_of(const dn_arch *arch)
{
    PyObject *blocks = PyTuple_New(arch->block_count);
    for (int i = 0; blocks && i < arch->block_count; i++)
        if (PyTuple_SetItem(blocks, i, PyLong_FromLong(arch->blocks[i])) < 0)
            Py_CLEAR(blocks);
    return blocks;
}

/* What an architecture has that the networks of the paper and of torchvision have not. */
static bool is_unusual(const dn_arch *arch)
{
    return arch->stem_kernel || arch->stem_stride || arch->stem_pool != DN_STEM_POOL_USUAL ||
           arch->linear_transitions || arch->linear_final;
}

static PyObject *arch_of(const dn_arch *arch)
{
    char head[DN_HEAD_TEXT_SIZE];
    dn_arch_head_text(arch, head, sizeof head);
    PyObject *dict = Py_BuildValue(
        "{s:s,s:i,s:i,s:i,s:d,s:s,s:i,s:i,s:d,s:s,s:n,s:O,s:i,s:O}", "name", arch->name, "growth",
        arch->growth, "stem_channels", arch->stem_channels, "bottleneck", arch->bottleneck,
        "compression", arch->compression, "stem", dn_stem_name(arch->stem), "channels",
        arch->channels, "classes", arch->classes, "bn_epsilon", arch->bn_epsilon, "head", head,
        "parameters", (Py_ssize_t)dn_arch_parameters(arch), "cam_is_exact",
        dn_arch_cam_is_exact(arch) ? Py_True : Py_False, "smallest_input",
        dn_arch_smallest_input(arch), "shrinks", dn_arch_shrinks(arch) ? Py_True : Py_False);
    if (dict && (!put(dict, "blocks", blocks_of(arch)) ||
                 !put(dict, "unusual", PyBool_FromLong(is_unusual(arch)))))
        Py_CLEAR(dict);
    return dict;
}

static PyObject *origin_of(const dn_origin *origin)
{
    return Py_BuildValue("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "format", origin->format,
                         "dialect", origin->dialect, "concat", origin->concat, "dtype",
                         origin->dtype, "concat_from", origin->concat_from, "function",
                         origin->function, "state", origin->state, "derived", origin->derived,
                         "config", origin->config);
}

static PyObject *labels_of(const dn_model *model)
{
    int count = dn_model_arch(model)->classes;
    PyObject *labels = PyList_New(0);
    for (int i = 0; labels && i < count; i++) {
        PyObject *label = text_or_none(dn_model_label(model, i));
        if (!label || PyList_Append(labels, label) < 0)
            Py_CLEAR(labels);
        Py_XDECREF(label);
    }
    return labels;
}

static PyObject *thresholds_of(const dn_model *model)
{
    const float *thresholds = dn_model_thresholds(model);
    if (!thresholds)
        Py_RETURN_NONE;
    int count = dn_model_arch(model)->classes;
    PyObject *list = PyList_New(count);
    for (int i = 0; list && i < count; i++)
        if (PyList_SetItem(list, i, PyFloat_FromDouble((double)thresholds[i])) < 0)
            Py_CLEAR(list);
    return list;
}

static bool put_pipeline(PyObject *dict, const dn_model *model)
{
    dn_preprocess pipeline;
    char text[256];
    bool recorded = dn_model_preprocess(model, &pipeline);
    dn_preprocess_format(&pipeline, text, sizeof text);
    return put(dict, "preprocess", text_or_none(text)) &&
           put(dict, "preprocess_recorded", PyBool_FromLong(recorded));
}

static PyObject *model_facts(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    if (!PyArg_ParseTuple(arguments, "O&:model_facts", as_model, &model))
        return NULL;
    PyObject *dict = PyDict_New();
    bool labels = dn_model_objective(model) == DN_OBJECTIVE_LABELS;
    if (dict && put(dict, "arch", arch_of(dn_model_arch(model))) &&
        put(dict, "origin", origin_of(dn_model_origin(model))) &&
        put(dict, "warning", text_or_none(dn_model_warning(model))) &&
        put(dict, "task", text_or_none(labels ? "labels" : "classes")) &&
        put(dict, "labels", labels_of(model)) && put_pipeline(dict, model) &&
        put(dict, "training", text_or_none(dn_model_training(model))) &&
        put(dict, "quantisation", text_or_none(dn_model_quantisation(model))) &&
        put(dict, "thresholds", thresholds_of(model)) &&
        put(dict, "temperature", PyFloat_FromDouble(dn_model_temperature(model))))
        return dict;
    Py_XDECREF(dict);
    return NULL;
}

/* [(name, shape, address)], in canonical order; the memory is the model's. */
static PyObject *model_tensors(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    if (!PyArg_ParseTuple(arguments, "O&:model_tensors", as_model, &model))
        return NULL;
    PyObject *list = PyList_New(0);
    for (int i = 0; list && i < dn_model_tensor_count(model); i++) {
        dn_tensor_view view = dn_model_tensor(model, i);
        PyObject *shape = PyTuple_New(view.rank);
        for (int axis = 0; shape && axis < view.rank; axis++)
            PyTuple_SetItem(shape, axis, PyLong_FromLongLong(view.shape[axis]));
        PyObject *row =
            shape ? Py_BuildValue("sNN", view.name, shape, PyLong_FromVoidPtr((void *)view.data))
                  : NULL;
        if (!row || PyList_Append(list, row) < 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *agreement(const dn_agreement *norm)
{
    static const char *const verdicts[] = {"silent", "agrees", "contradicts"};
    return Py_BuildValue("{s:s,s:s,s:d,s:d,s:d,s:s}", "norm", norm->norm, "maker", norm->maker,
                         "correlation", norm->correlation, "distance", norm->distance, "shared",
                         norm->shared, "verdict", verdicts[norm->verdict]);
}

static PyObject *model_check(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    if (!PyArg_ParseTuple(arguments, "O&:model_check", as_model, &model))
        return NULL;
    dn_agreement *norms = NULL;
    int count = 0, failed;
    RUN(failed, dn_model_check(model, &norms, &count));
    PyObject *list = failed ? NULL : PyList_New(count);
    for (int i = 0; list && i < count; i++)
        if (PyList_SetItem(list, i, agreement(&norms[i])) < 0 || PyErr_Occurred())
            Py_CLEAR(list);
    dn_free(norms);
    return list;
}

static PyObject *model_input_scale(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    dn_input_scale scale;
    if (!PyArg_ParseTuple(arguments, "O&:model_input_scale", as_model, &model) ||
        finish(dn_model_input_scale(model, &scale)) < 0)
        return NULL;
    return Py_BuildValue("ddz", scale.mean, scale.deviation, scale.kind);
}

PyMethodDef describe_functions[] = {
    {"model_facts", model_facts, METH_VARARGS, "all that is recorded, as a dict"},
    {"model_tensors", model_tensors, METH_VARARGS, "[(name, shape, address)]"},
    {"model_check", model_check, METH_VARARGS, "[a dict for each norm]"},
    {"model_input_scale", model_input_scale, METH_VARARGS, "(mean, deviation, kind)"},
    {0},
};
