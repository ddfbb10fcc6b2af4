/* SPDX-License-Identifier: MIT */
/* Models come and go: read, made of tensors, made of random numbers, saved. */
#include "native.h"

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_load_options, member)                                           \
    }
static const option_row load_rows[] = {
    ROW(OF_INT, concat),
    ROW(OF_BYTES, state),
    ROW(OF_INT, stem_stride),
    ROW(OF_INT, stem_pool),
    ROW(OF_INT, final_relu),
    ROW(OF_INT, transition_relu),
    ROW(OF_DOUBLE, bn_epsilon),
    ROW(OF_INT, grid_rows),
    ROW(OF_INT, grid_columns),
    ROW(OF_BYTES, stem),
    ROW(OF_BYTES, task),
    ROW(OF_BYTES, head_pool),
    {0},
};
#undef ROW
#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_arch, member)                                                   \
    }
static const option_row arch_rows[] = {
    ROW(OF_INT, classes),
    ROW(OF_INT, channels),
    ROW(OF_DOUBLE, bn_epsilon),
    ROW(OF_INT, growth),
    ROW(OF_INT, bottleneck),
    ROW(OF_DOUBLE, compression),
    {0},
};
#undef ROW
#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_save_options, member)                                           \
    }
static const option_row save_rows[] = {
    ROW(OF_BYTES, naming),
    ROW(OF_BYTES, dtype),
    ROW(OF_INT, opset),
    ROW(OF_BOOL, fold),
    ROW(OF_BOOL, probabilities),
    ROW(OF_BOOL, preprocessing),
    {0},
};
#undef ROW

static PyObject *model_load(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *name;
    PyObject *dict;
    dn_load_options options;
    dn_load_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "yO!:model_load", &name, &PyDict_Type, &dict) ||
        !options_set(dict, load_rows, &options))
        return NULL;
    dn_model *model = NULL;
    int failed;
    RUN(failed, dn_model_load(name, &options, &model));
    return model_capsule(failed, model, NULL);
}

static PyObject *model_read(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *name;
    PyObject *data, *dict;
    array_view bytes;
    dn_load_options options;
    dn_load_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "OyO!:model_read", &data, &name, &PyDict_Type, &dict) ||
        !options_set(dict, load_rows, &options) || !array_open(data, 'u', 1, false, &bytes))
        return NULL;
    dn_model *model = NULL;
    int failed;
    RUN(failed, dn_model_read(bytes.data, (size_t)bytes.count, name, &options, &model));
    array_close(&bytes);
    return model_capsule(failed, model, data);
}

/* A tensor's view of (name as bytes, array); the array is kept by the list that it came in. */
static bool view_tensor(PyObject *pair, dn_tensor_view *view)
{
    PyObject *array;
    array_view opened;
    if (!PyArg_ParseTuple(pair, "yO", &view->name, &array) ||
        !array_open(array, 'f', 4, false, &opened))
        return false;
    view->rank = opened.rank < 9 ? opened.rank : 9; /* 9 is refused by the library */
    view->data = opened.data;
    for (int i = 0; i < opened.rank && i < 8; i++)
        view->shape[i] = opened.shape[i];
    array_close(&opened);
    return true;
}

static PyObject *model_from_tensors(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *list, *dict;
    dn_load_options options;
    dn_load_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "O!O!:model_from_tensors", &PyTuple_Type, &list, &PyDict_Type,
                          &dict) ||
        !options_set(dict, load_rows, &options))
        return NULL;
    Py_ssize_t count = PyTuple_Size(list);
    dn_tensor_view *views = PyMem_Calloc((size_t)count + 1, sizeof *views);
    bool sound = views || PyErr_NoMemory();
    for (Py_ssize_t i = 0; sound && i < count; i++)
        sound = view_tensor(PyTuple_GetItem(list, i), &views[i]);
    dn_model *model = NULL;
    int failed = -1;
    if (sound)
        RUN(failed, dn_model_from_tensors(views, (size_t)count, &options, &model));
    PyMem_Free(views);
    return model_capsule(failed, model, list);
}

static PyObject *model_init(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *name;
    PyObject *dict;
    int scheme;
    unsigned long long seed;
    dn_arch arch;
    if (!PyArg_ParseTuple(arguments, "sO!iK:model_init", &name, &PyDict_Type, &dict, &scheme,
                          &seed) ||
        finish(dn_arch_find(name, &arch)) < 0 || !options_set(dict, arch_rows, &arch))
        return NULL;
    dn_model *model = NULL;
    int failed;
    RUN(failed, dn_model_init(&arch, (dn_init)scheme, seed, &model));
    return model_capsule(failed, model, NULL);
}

static PyObject *model_save(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    const char *path;
    PyObject *dict;
    dn_save_options options;
    dn_save_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "O&yO!:model_save", as_model, &model, &path, &PyDict_Type,
                          &dict) ||
        !options_set(dict, save_rows, &options))
        return NULL;
    int failed;
    RUN(failed, dn_model_save(model, path, &options));
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

PyMethodDef model_functions[] = {
    {"model_load", model_load, METH_VARARGS, "model_load(name, options) -> model"},
    {"model_read", model_read, METH_VARARGS, "model_read(uint8 array, name, options) -> model"},
    {"model_from_tensors", model_from_tensors, METH_VARARGS,
     "model_from_tensors(((name, float32 array), ...), options) -> model"},
    {"model_init", model_init, METH_VARARGS, "model_init(arch, changes, scheme, seed) -> model"},
    {"model_save", model_save, METH_VARARGS, "model_save(model, path, options)"},
    {0},
};
