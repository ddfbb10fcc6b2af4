/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "arguments/weights.h"
#include "densenet.h"
#include "files/image_size.h"
#include "files/labels.h"
#include "files/same_file.h"
#include "ui/report.h"

#include <string.h>

static struct {
    const char *naming, *dtype, *labels, *preprocess, *task;
    int image_size[2], opset;
    bool fold, probabilities, preprocessing;
} chosen;

static const option_row options[] = {
    {"naming", 0, OPTION_TEXT, &chosen.naming, "torchvision|reference",
     "names and order of the tensors (torchvision)", 0, 0},
    {"dtype", 0, OPTION_TEXT, &chosen.dtype, "f32|f16|bf16|int8",
     "type of the numbers; int8 is of a quantised network alone (f32, or int8 of such a one)", 0,
     0},
    {"labels", 0, OPTION_FILE, &chosen.labels, "FILE", "names of the outputs, one per line", 0, 0},
    {"preprocess", 0, OPTION_TEXT, &chosen.preprocess, "SPEC",
     "from picture to tensor, as `densenet preprocess` takes it", 0, 0},
    {"image-size", 0, OPTION_SIDES, chosen.image_size, "N|HxW",
     "what the network sees: a square, or height and width, as 256x128", 1, 4096},
    {"task", 0, OPTION_TEXT, &chosen.task, "classes|labels",
     "what the outputs mean: one of the classes, or any of the labels", 0, 0},
    {"opset", 0, OPTION_INT, &chosen.opset, "N", "of ONNX: version of the operators, 13 to 28 (17)",
     13, 28},
    {"fold", 0, OPTION_FLAG, &chosen.fold, NULL,
     "of ONNX: norms that stand behind a convolution become part of it", 0, 0},
    {"probabilities", 0, OPTION_FLAG, &chosen.probabilities, NULL,
     "of ONNX: softmax or sigmoids come last, as in `densenet predict`", 0, 0},
    {"with-preprocessing", 0, OPTION_FLAG, &chosen.preprocessing, NULL,
     "of ONNX: pictures in bytes go in, height x width x channels, already resized", 0, 0},
    {"", 0, OPTION_TABLE, reading_options, NULL, NULL, 0, 0},
    {0},
};

static bool record_preprocess(dn_model *model)
{
    dn_preprocess preprocess;
    dn_model_preprocess(model, &preprocess);
    if (chosen.image_size[0])
        image_size_fit(&preprocess, chosen.image_size, false);
    if (chosen.preprocess && dn_preprocess_parse(chosen.preprocess, &preprocess) != DN_OK)
        return complain("--preprocess: %s", dn_last_error());
    if (!image_size_is(chosen.image_size, chosen.preprocess, &preprocess))
        return false;
    dn_model_set_preprocess(model, &preprocess);
    return true;
}

static int convert(dn_model *model, const char *path)
{
    if ((chosen.labels && !labels_read(chosen.labels, model)) ||
        ((chosen.preprocess || chosen.image_size[0]) && !record_preprocess(model)))
        return EXIT_REFUSED;
    const dn_save_options format = {.struct_size = sizeof format,
                                    .naming = chosen.naming,
                                    .dtype = chosen.dtype,
                                    .opset = chosen.opset,
                                    .fold = chosen.fold,
                                    .probabilities = chosen.probabilities,
                                    .preprocessing = chosen.preprocessing};
    return dn_model_save(model, path, &format) == DN_OK ? EXIT_DONE : refuse();
}

static int run(int count, char **arguments)
{
    (void)count;
    if (!weights_are_distinct(arguments[1], arguments[0]) ||
        !output_is_distinct(arguments[1], chosen.labels) || !weights_name_valid(arguments[1]))
        return EXIT_REFUSED;
    weights_set_task(chosen.task);
    dn_model *model = weights_open(arguments[0]);
    if (!model)
        return EXIT_REFUSED;
    int status = convert(model, arguments[1]);
    dn_model_free(model);
    return status;
}

const command convert_command = {
    .name = "convert",
    .arguments = "IN OUT",
    .summary = "rewrite a weight file of any origin in another format",
    .description =
        "OUT is a PyTorch file if it ends in .pt or .pth, which torch.load(weights_only=True)\n"
        "and load_state_dict(strict=True) accept, arrays by name for numpy.load() if it ends in\n"
        ".npz, a graph for onnxruntime, OpenVINO and other engines if it ends in .onnx, Keras' if\n"
        "it ends in .h5, .hdf5 or, for Keras 3, .weights.h5, and a safetensors file if it ends in\n"
        ".safetensors or has no ending. It appears whole or not at all; a graph beyond 2 GiB has\n"
        "its tensors in a second file beside it, OUT.data. The architecture, and\n"
        "labels, preprocessing and task if they are known, go into its metadata.\n",
    .examples = "  densenet convert densenet121-a639ec97.pth densenet121.safetensors\n"
                "      the 2017 file as safetensors in today's torchvision names\n"
                "  densenet convert net.safetensors net.pth --naming reference\n"
                "      for the reference module, which concatenates the other way around\n"
                "  densenet convert net.pth small.safetensors --dtype f16 --labels names.txt\n"
                "  densenet convert net.safetensors net.onnx --with-preprocessing --probabilities\n"
                "      a graph from pictures in bytes to probabilities\n"
                "  densenet convert net-int8.safetensors net-int8.onnx\n"
                "      a quantised network, for engines that multiply bytes\n",
    .options = options,
    .least = 2,
    .most = 2,
    .run = run,
};
