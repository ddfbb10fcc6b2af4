/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "arguments/network.h"
#include "arguments/weights.h"
#include "densenet.h"
#include "ui/report.h"

#include <string.h>

static struct {
    const char *output, *scheme;
    int64_t seed;
} chosen = {.scheme = "pytorch"};

static const option_row options[] = {
    {"output", 'o', OPTION_FILE, &chosen.output, "FILE", "the weight file to write", 0, 0},
    {"scheme", 0, OPTION_TEXT, &chosen.scheme, "pytorch|paper",
     "PyTorch's defaults (default), or the paper's He initialisation", 0, 0},
    {"seed", 0, OPTION_LONG, &chosen.seed, "N", "seed of the random numbers (0)", 0, 9e15},
    {"", 0, OPTION_TABLE, arch_options, NULL, NULL, 0, 0},
    {0},
};

static int run(int count, char **arguments)
{
    dn_arch arch;
    if (!chosen.output) {
        complain("init: --output FILE is missing");
        return EXIT_REFUSED;
    }
    if (!weights_name_valid(chosen.output))
        return EXIT_REFUSED;
    if (!arch_from_options(count ? arguments[0] : NULL, &arch))
        return EXIT_REFUSED;
    dn_init init = strcmp(chosen.scheme, "paper") == 0 ? DN_INIT_PAPER : DN_INIT_PYTORCH;
    dn_model *model;
    if (dn_model_init(&arch, init, (uint64_t)chosen.seed, &model) != DN_OK)
        return refuse();
    int status = dn_model_save(model, chosen.output, NULL) == DN_OK ? EXIT_DONE : refuse();
    dn_model_free(model);
    return status;
}

const command init_command = {
    .name = "init",
    .arguments = "[ARCH]",
    .summary = "write a network with random weights",
    .description =
        "The same seed gives the same weights on every machine. A file that ends in .pt or .pth\n"
        "is a PyTorch file, one that ends in .npz NumPy's, one that ends in .onnx a graph, one\n"
        "that ends in .h5 or .weights.h5 Keras', one that ends in .safetensors or has no ending\n"
        "safetensors; other endings are refused.\n",
    .examples = "  densenet init densenet121 --classes 5 -o start.safetensors\n"
                "  densenet init --blocks 2,3,4 --growth 8 --stem cifar --seed 7 -o small.pth\n",
    .options = options,
    .least = 0,
    .most = 1,
    .run = run,
};
