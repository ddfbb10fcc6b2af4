/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "arguments/network.h"
#include "arguments/weights.h"
#include "densenet.h"
#include "ui/report.h"

#include <stdio.h>

static struct {
    const char *input, *columns;
    int depth;
    bool json;
} chosen = {.depth = 3};

static const option_row options[] = {
    {"input", 0, OPTION_TEXT, &chosen.input, "N,C,H,W",
     "size of the input: adds shapes, multiply-adds and memory", 0, 0},
    {"depth", 0, OPTION_INT, &chosen.depth, "D", "deepest rows shown; 0 is the network (3)", 0,
     100},
    {"columns", 0, OPTION_TEXT, &chosen.columns, "NAME,...",
     "input_size, output_size, num_params, params_percent, kernel_size, mult_adds, trainable", 0,
     0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "modules with every size and count, as JSON", 0,
     0},
    {"", 0, OPTION_TABLE, weights_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, arch_shape_options, NULL, NULL, 0, 0},
    {0},
};

static bool parse_input(const char *text, dn_summary_options *size)
{
    int end = 0;
    if (sscanf(text, "%9d,%9d,%9d,%9d%n", &size->batch, &size->channels, &size->height,
               &size->width, &end) != 4 ||
        text[end])
        return complain("--input: \"%s\" is not four numbers N,C,H,W", text);
    return true;
}

/* The network described by a name, a weight file or options. */
static bool choose_network(const char *name, dn_arch *arch)
{
    if (!weights_argument())
        return arch_from_options(name, arch);
    if (name)
        return complain("summary: %s or --weights, not both", name);
    dn_model *model = weights_load();
    if (!model)
        return false;
    *arch = *dn_model_arch(model);
    dn_model_free(model);
    return arch_apply_options(arch);
}

static int run(int count, char **arguments)
{
    dn_summary_options size = {.struct_size = sizeof size,
                               .depth = chosen.depth,
                               .columns = chosen.columns,
                               .json = chosen.json};
    dn_arch arch;
    if (!choose_network(count ? arguments[0] : NULL, &arch) ||
        (chosen.input && !parse_input(chosen.input, &size)))
        return EXIT_REFUSED;
    char *text;
    if (dn_summary(&arch, &size, &text) != DN_OK)
        return refuse();
    puts(text);
    dn_free(text);
    return EXIT_DONE;
}

const command summary_command = {
    .name = "summary",
    .arguments = "ARCH | --weights FILE",
    .summary = "print a network's layers, shapes and sizes as torchinfo does",
    .description =
        "The table is the one torchinfo 1.7.2 prints of the same PyTorch module. ARCH is\n"
        "densenet121, 169, 201, 264 or 161, timm's densenetblur121d or densenet264d, or one of "
        "the\n"
        "paper's CIFAR networks, densenet-L-K or densenet-bc-L-K, for any depth L and growth rate\n"
        "K. Options change the network that is named or loaded; --blocks alone describes one.\n",
    .examples = "  densenet summary densenet264 --input 2,3,224,224\n"
                "    layers, shapes, parameters, multiply-adds and memory\n"
                "  densenet summary --blocks 4,4,4 --growth 8 --stem cifar --depth 5\n"
                "    a network of your own, down to its convolutions\n"
                "  densenet summary densenet121 --input 1,3,224,224 --columns "
                "output_size,mult_adds,params_percent\n"
                "    where the work and the parameters are\n",
    .options = options,
    .most = 1,
    .run = run,
};
