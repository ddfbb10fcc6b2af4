/* SPDX-License-Identifier: MIT */
#include "loading/save_format.h"

#include "base/sized_options.h"
#include "loading/keras/keras_save.h"

#include <string.h>

/* That of PyTorch's exporter, which every engine has long known. */
#define USUAL_OPSET 17

void dn_save_defaults(dn_save_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &(dn_save_options){0}, sizeof *options);
}

/* A quantised network as it is, in the order of its own maps. */
static dn_status choose_bytes(const dn_model *model, dn_save_format *format)
{
    format->dtype = DN_I8;
    if (!model->quantisation)
        return dn_fail(DN_ERROR_ARGUMENT, "dtype \"int8\": the network is not quantised; `densenet "
                                          "quantize` does that");
    if (format->file != DN_WEIGHTS_SAFETENSORS && format->file != DN_WEIGHTS_ONNX)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "dtype \"int8\": is written to .safetensors and .onnx only; \"f32\" is the "
                       "floats that its bytes stand for");
    if (dn_dialect_concat(format->naming) == DN_CONCAT_FIRST)
        return dn_fail(DN_ERROR_ARGUMENT, "dtype \"int8\": is written under torchvision's names");
    return DN_OK;
}

/* What only an ONNX graph has, and what it has not. */
static dn_status check_onnx(const char *path, const dn_save_options *options,
                            const dn_save_format *format)
{
    bool given =
        options->opset || options->fold || options->probabilities || options->preprocessing;
    if (format->file != DN_WEIGHTS_ONNX)
        return given ? dn_fail(DN_ERROR_ARGUMENT,
                               "%s: opset, fold, probabilities and preprocessing "
                               "are of .onnx files only",
                               path)
                     : DN_OK;
#ifdef DN_WITHOUT_ONNX
    return dn_fail(DN_ERROR_ARGUMENT, "%s: this library was built without ONNX", path);
#endif
    if (format->naming != DN_DIALECT_TORCHVISION)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: ONNX is written under torchvision's names", path);
    if (format->dtype == DN_BF16)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: ONNX is written as f32, f16 or int8", path);
    return DN_OK;
}

/* The names that a file is to have: Keras' files have Keras'. */
static dn_status choose_naming(const dn_model *model, const char *asked, dn_save_format *format)
{
    format->naming = DN_DIALECT_TORCHVISION;
    if (format->file == DN_WEIGHTS_KERAS || format->file == DN_WEIGHTS_KERAS_3) {
        format->naming = DN_DIALECT_KERAS;
        return !asked || strcmp(asked, "keras") == 0
                   ? dn_keras_check(model)
                   : dn_fail(DN_ERROR_ARGUMENT, "naming \"%s\": HDF5 files have Keras' names",
                             asked);
    }
    if (asked && strcmp(asked, "reference") == 0)
        format->naming = DN_DIALECT_REFERENCE;
    else if (asked && strcmp(asked, "torchvision") != 0)
        return dn_fail(DN_ERROR_ARGUMENT, "naming \"%s\": torchvision or reference is expected",
                       asked);
    return DN_OK;
}

static dn_status read_numbers(const dn_model *model, const dn_save_options *options,
                              dn_save_format *format)
{
    const char *usual = model->quantisation ? "int8" : "f32";
    const char *dtype = options->dtype ? options->dtype : usual;
    DN_TRY(choose_naming(model, options->naming, format));
    if (strcmp(dtype, "int8") == 0)
        return choose_bytes(model, format);
    if (format->naming == DN_DIALECT_KERAS && strcmp(dtype, "bf16") == 0)
        return dn_fail(DN_ERROR_ARGUMENT, "dtype \"bf16\": HDF5 has no such type");
    static const dn_dtype dtypes[] = {DN_F32, DN_F16, DN_BF16};
    for (int i = 0; i < 3; i++)
        if (strcmp(dtype, dn_dtype_name(dtypes[i])) == 0) {
            format->dtype = dtypes[i];
            return DN_OK;
        }
    return dn_fail(DN_ERROR_ARGUMENT, "dtype \"%s\": f32, f16, bf16 or int8 is expected", dtype);
}

dn_status dn_save_format_read(const dn_model *model, const char *path, const dn_save_options *given,
                              dn_save_format *format)
{
    dn_save_options options = {0};
    DN_TRY(dn_read_options(given, &options, sizeof options));
    DN_TRY(dn_weights_format_of(path, &format->file));
    DN_TRY(read_numbers(model, &options, format));
    format->onnx = (dn_onnx_options){.dtype = format->dtype,
                                     .opset = options.opset ? options.opset : USUAL_OPSET,
                                     .fold = options.fold,
                                     .probabilities = options.probabilities,
                                     .preprocessing = options.preprocessing};
    return check_onnx(path, &options, format);
}
