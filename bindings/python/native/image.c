/* SPDX-License-Identifier: MIT */
/* Pictures: decoded or given, and the tensors that pipelines make of them. */
#include "native.h"

#include <limits.h>
#include <string.h>

static void release_image(void *image)
{
    dn_image_free(image);
}

static PyObject *image_capsule(int failed, dn_image *image)
{
    if (!failed)
        return capsule_new(image, "dn_image", release_image, NULL);
    dn_image_free(image);
    return NULL;
}

/* Limits of a picture that a pipeline is to read: how DICOM shades are made. */
static bool limits_of(const char *specification, long long max_pixels, int frame,
                      dn_image_limits *limits)
{
    dn_preprocess pipeline;
    dn_image_defaults(limits, sizeof *limits);
    if (finish(dn_preprocess_parse(specification, &pipeline)) < 0)
        return false;
    dn_preprocess_reading(&pipeline, limits);
    limits->max_pixels = max_pixels;
    limits->frame = frame;
    return true;
}

static PyObject *image_read(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *path, *specification;
    long long max_pixels;
    int frame, failed;
    dn_image_limits limits;
    if (!PyArg_ParseTuple(arguments, "ysLi:image_read", &path, &specification, &max_pixels,
                          &frame) ||
        !limits_of(specification, max_pixels, frame, &limits))
        return NULL;
    dn_image *image = NULL;
    RUN(failed, dn_image_read(path, &limits, &image));
    return image_capsule(failed, image);
}

static PyObject *image_decode(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *data;
    array_view bytes;
    const char *name, *specification;
    long long max_pixels;
    int frame, failed;
    dn_image_limits limits;
    if (!PyArg_ParseTuple(arguments, "OysLi:image_decode", &data, &name, &specification,
                          &max_pixels, &frame) ||
        !limits_of(specification, max_pixels, frame, &limits) ||
        !array_open(data, 'u', 1, false, &bytes))
        return NULL;
    dn_image *image = NULL;
    RUN(failed, dn_image_decode(bytes.data, (size_t)bytes.count, name, &limits, &image));
    array_close(&bytes);
    return image_capsule(failed, image);
}

static dn_status tensor_size(const dn_preprocess *pipeline, int width, int height, int orientation,
                             int *out_width, int *out_height)
{
    bool turned = pipeline->exif_orientation && orientation >= 5;
    return dn_preprocess_size(pipeline, turned ? height : width, turned ? width : height, out_width,
                              out_height);
}

/* Fills `result`, which must have as many elements as the pipeline makes. */
static PyObject *make_tensor(const dn_image *image, const char *specification, PyObject *result)
{
    array_view tensor;
    dn_preprocess pipeline;
    int width, height, failed = -1;
    if (finish(dn_preprocess_parse(specification, &pipeline)) < 0 ||
        finish(tensor_size(&pipeline, image->width, image->height, image->orientation, &width,
                           &height)) < 0 ||
        !array_open(result, 'f', 4, true, &tensor))
        return NULL;
    if (tensor.count == (Py_ssize_t)pipeline.channels * height * width)
        RUN(failed, dn_preprocess_run(&pipeline, image, tensor.data));
    else
        PyErr_SetString(PyExc_ValueError, "a tensor has the size that preprocess_size says");
    array_close(&tensor);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

/* The tensor of pixels that Python holds: (height, width) or (height, width, 3), of bytes, 16-bit
 * numbers, or floats of one channel. */
static PyObject *pixels_tensor(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *pixels, *result, *made = NULL;
    array_view from;
    const char *specification;
    int depth;
    if (!PyArg_ParseTuple(arguments, "OisO:pixels_tensor", &pixels, &depth, &specification,
                          &result) ||
        !array_open(pixels, depth == 32 ? 'f' : 'u', depth / 8, false, &from))
        return NULL;
    bool grey = from.rank == 2, rgb = from.rank == 3 && from.shape[2] == 3 && depth < 32;
    if ((grey || rgb) && from.shape[0] <= INT_MAX && from.shape[1] <= INT_MAX && from.count) {
        const dn_image image = {.width = (int)from.shape[1],
                                .height = (int)from.shape[0],
                                .channels = grey ? 1 : 3,
                                .depth = depth,
                                .pixels = from.data};
        made = make_tensor(&image, specification, result);
    } else {
        PyErr_SetString(PyExc_ValueError, "a picture's array has the shape (height, width) or "
                                          "(height, width, 3)");
    }
    array_close(&from);
    return made;
}

static PyObject *image_facts(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_image *image;
    if (!PyArg_ParseTuple(arguments, "O&:image_facts", as_image, &image))
        return NULL;
    return Py_BuildValue("iiiiii", image->width, image->height, image->channels, image->depth,
                         image->orientation, dn_image_is_faint(image));
}

/* Copies the pixels, (height, width, channels), into an array of their bytes. */
static PyObject *image_pixels(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_image *image;
    PyObject *result;
    array_view bytes;
    if (!PyArg_ParseTuple(arguments, "O&O:image_pixels", as_image, &image, &result) ||
        !array_open(result, 'u', 1, true, &bytes))
        return NULL;
    size_t size = (size_t)image->width * (size_t)image->height * (size_t)image->channels *
                  (size_t)(image->depth / 8);
    bool fits = (size_t)bytes.count == size;
    if (fits)
        memcpy(bytes.data, image->pixels, size);
    array_close(&bytes);
    if (fits)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_ValueError, "an array of the picture's bytes is needed");
    return NULL;
}

/* preprocess_size(specification, width, height, orientation) -> (channels, height, width) */
static PyObject *preprocess_size(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *specification;
    int width, height, orientation, out_width, out_height;
    dn_preprocess pipeline;
    if (!PyArg_ParseTuple(arguments, "siii:preprocess_size", &specification, &width, &height,
                          &orientation) ||
        finish(dn_preprocess_parse(specification, &pipeline)) < 0 ||
        finish(tensor_size(&pipeline, width, height, orientation, &out_width, &out_height)) < 0)
        return NULL;
    return Py_BuildValue("iii", pipeline.channels, out_height, out_width);
}

static PyObject *image_tensor(PyObject *module, PyObject *arguments)
{
    (void)module;
    const dn_image *image;
    const char *specification;
    PyObject *result;
    if (!PyArg_ParseTuple(arguments, "O&sO:image_tensor", as_image, &image, &specification,
                          &result))
        return NULL;
    return make_tensor(image, specification, result);
}

PyMethodDef image_functions[] = {
    {"image_read", image_read, METH_VARARGS, "(path, pipeline, max_pixels, frame) -> image"},
    {"image_decode", image_decode, METH_VARARGS,
     "(uint8 array, name, pipeline, max_pixels, frame) -> image"},
    {"image_facts", image_facts, METH_VARARGS,
     "(width, height, channels, depth, orientation, is_faint)"},
    {"image_pixels", image_pixels, METH_VARARGS, "(image, uint8 array)"},
    {"image_tensor", image_tensor, METH_VARARGS, "(image, pipeline, tensor)"},
    {"pixels_tensor", pixels_tensor, METH_VARARGS, "(pixels, depth, pipeline, tensor)"},
    {"preprocess_size", preprocess_size, METH_VARARGS,
     "(pipeline, width, height, orientation) -> (channels, height, width)"},
    {0},
};
