/* SPDX-License-Identifier: MIT */
/* Sessions: logits, inner tensors, heat maps. */
#include "native.h"

#include <stdlib.h>
#include <string.h>

#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, type, offsetof(dn_session_options, member)                                        \
    }
static const option_row session_rows[] = {
    ROW(OF_INT, threads),
    ROW(OF_BYTES, device),
    ROW(OF_BYTES, precision),
    {0},
};

/* Workers of its own: those of a calling thread would be as many as Python's threads. */
typedef struct runner {
    dn_session *session;
    dn_workers *workers;
} runner;

static void release_runner(void *handle)
{
    runner *freed = handle;
    dn_session_free(freed->session);
    dn_workers_free(freed->workers);
    free(freed);
}

int as_session(PyObject *object, void *address)
{
    const runner *found = capsule_get(object, "dn_session");
    *(dn_session **)address = found ? found->session : NULL;
    return found != NULL;
}

static dn_status open_runner(runner *opened, const dn_model *model, dn_session_options *options)
{
    dn_status status = dn_workers_create(options->threads, &opened->workers);
    options->workers = opened->workers;
    return status == DN_OK ? dn_session_create(model, options, &opened->session) : status;
}

static PyObject *session_create(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_model *model;
    PyObject *kept, *dict, *other;
    dn_session *shared = NULL;
    dn_session_options options;
    dn_session_defaults(&options, sizeof options);
    if (!PyArg_ParseTuple(arguments, "OO!O:session_create", &kept, &PyDict_Type, &dict, &other) ||
        !as_model(kept, &model) || !options_set(dict, session_rows, &options) ||
        (other != Py_None && !as_session(other, &shared)))
        return NULL;
    options.share = shared;
    runner *opened = calloc(1, sizeof *opened);
    if (!opened)
        return PyErr_NoMemory();
    int failed;
    RUN(failed, open_runner(opened, model, &options));
    if (!failed)
        return capsule_new(opened, "dn_session", release_runner, kept);
    release_runner(opened);
    return NULL;
}

static bool is_batch(const array_view *input, const array_view *logits)
{
    bool fits = input->rank == 4 && input->shape[0] <= INT32_MAX && input->shape[2] <= INT32_MAX &&
                input->shape[3] <= INT32_MAX &&
                (!logits || (logits->rank == 2 && logits->shape[0] == input->shape[0]));
    if (!fits)
        PyErr_SetString(PyExc_ValueError, "pictures have the shape (n, channels, height, width), "
                                          "and logits (n, classes)");
    return fits;
}

static dn_status run_batch(dn_session *session, const array_view *input, const array_view *logits)
{
    return dn_session_run(session, input->data, (int)input->shape[0], (int)input->shape[2],
                          (int)input->shape[3], logits ? logits->data : NULL);
}

static PyObject *session_run(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_session *session;
    PyObject *pictures, *result;
    array_view input, logits;
    if (!PyArg_ParseTuple(arguments, "O&OO:session_run", as_session, &session, &pictures,
                          &result) ||
        !array_open(pictures, 'f', 4, false, &input))
        return NULL;
    int failed = -1;
    if (result == Py_None) {
        if (is_batch(&input, NULL))
            RUN(failed, run_batch(session, &input, NULL));
    } else if (array_open(result, 'f', 4, true, &logits)) {
        if (is_batch(&input, &logits))
            RUN(failed, run_batch(session, &input, &logits));
        array_close(&logits);
    }
    array_close(&input);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

/* Inner tensors that were asked for, as the run makes them: NCHW in bytearrays. */
typedef struct watch {
    PyObject *wanted; /* name -> None, then (shape, bytearray); None: every name */
    bool every, failed;
} watch;

static void copy_maps(const dn_feature *feature, float *maps)
{
    size_t area = (size_t)feature->height * (size_t)feature->width;
    for (int n = 0; n < feature->n; n++)
        for (int c = 0; c < feature->channels; c++) {
            const float *from = feature->data + (size_t)n * area * feature->stride + c;
            for (size_t i = 0; i < area; i++)
                *maps++ = from[i * feature->stride];
        }
}

static bool keep_maps(watch *watching, const dn_feature *feature)
{
    if (!watching->every && !PyDict_GetItemString(watching->wanted, feature->name))
        return true;
    Py_ssize_t bytes = (Py_ssize_t)sizeof(float) * feature->n * feature->channels *
                       feature->height * feature->width;
    PyObject *memory = PyByteArray_FromStringAndSize(NULL, bytes);
    if (!memory)
        return false;
    float *maps = (float *)(void *)PyByteArray_AsString(memory);
    Py_BEGIN_ALLOW_THREADS copy_maps(feature, maps);
    Py_END_ALLOW_THREADS return put(watching->wanted, feature->name,
                                    Py_BuildValue("(iiii)N", feature->n, feature->channels,
                                                  feature->height, feature->width, memory));
}

static void observe(const dn_feature *feature, void *context)
{
    watch *watching = context;
    PyGILState_STATE held = PyGILState_Ensure();
    if (!watching->failed && !keep_maps(watching, feature))
        watching->failed = true;
    PyGILState_Release(held);
}

static dn_status run_watched(dn_session *session, const array_view *input, const array_view *logits,
                             watch *watching)
{
    dn_session_observe(session, observe, watching);
    dn_status status = run_batch(session, input, logits);
    dn_session_observe(session, NULL, NULL);
    return status;
}

static PyObject *session_features(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_session *session;
    PyObject *pictures, *result;
    array_view input, logits;
    watch watching = {0};
    int every;
    if (!PyArg_ParseTuple(arguments, "O&OOO!p:session_features", as_session, &session, &pictures,
                          &result, &PyDict_Type, &watching.wanted, &every) ||
        !array_open(pictures, 'f', 4, false, &input))
        return NULL;
    watching.every = every != 0;
    int failed = -1;
    bool headless = result == Py_None;
    if (headless || array_open(result, 'f', 4, true, &logits)) {
        array_view *answers = headless ? NULL : &logits;
        if (is_batch(&input, answers))
            RUN(failed, run_watched(session, &input, answers, &watching));
        if (answers)
            array_close(answers);
    }
    array_close(&input);
    if (failed || watching.failed)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* session_cam(session, image, output, map): the size of the map, (height, width), if map is None.
 */
static PyObject *session_cam(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_session *session;
    int image, output, height, width, failed = -1;
    PyObject *result;
    array_view map;
    if (!PyArg_ParseTuple(arguments, "O&iiO:session_cam", as_session, &session, &image, &output,
                          &result) ||
        finish(dn_session_cam(session, image, output, NULL, &height, &width)) < 0)
        return NULL;
    if (result == Py_None)
        return Py_BuildValue("ii", height, width);
    if (!array_open(result, 'f', 4, true, &map))
        return NULL;
    if (map.rank == 2 && map.shape[0] == height && map.shape[1] == width)
        RUN(failed, dn_session_cam(session, image, output, map.data, &height, &width));
    else
        PyErr_SetString(PyExc_ValueError, "a map has the size that session_cam says");
    array_close(&map);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *session_facts(PyObject *module, PyObject *arguments)
{
    (void)module;
    dn_session *session;
    if (!PyArg_ParseTuple(arguments, "O&:session_facts", as_session, &session))
        return NULL;
    return Py_BuildValue("sn", dn_session_precision(session),
                         (Py_ssize_t)dn_session_bytes(session));
}

PyMethodDef session_functions[] = {
    {"session_create", session_create, METH_VARARGS, "(model, options, shared or None) -> session"},
    {"session_run", session_run, METH_VARARGS, "(session, pictures, logits or None)"},
    {"session_features", session_features, METH_VARARGS,
     "(session, pictures, logits or None, wanted, every): fills wanted with (shape, bytearray)"},
    {"session_cam", session_cam, METH_VARARGS, "(session, image, output, map or None)"},
    {"session_facts", session_facts, METH_VARARGS, "(precision, bytes)"},
    {0},
};
