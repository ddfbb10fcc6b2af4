/* SPDX-License-Identifier: MIT */
#include "arguments/function_options.h"

#include <string.h>

static struct {
    int stem_stride;
    const char *stem, *stem_pool, *transition_relu, *final_relu;
    double bn_epsilon;
    int grid[2];
    const char *head_pool;
} chosen;

const option_row function_options[] = {
    {"stem", 0, OPTION_TEXT, &chosen.stem, "imagenet|cifar|cifar-norm|deep",
     "kind of stem: its stride and pool", 0, 0},
    {"stem-stride", 0, OPTION_INT, &chosen.stem_stride, "N",
     "stride of the stem's first convolution", 1, 4},
    {"stem-pool", 0, OPTION_TEXT, &chosen.stem_pool, "max|none|blur",
     "whether the stem ends in the 3x3/2 max-pool, or blurs", 0, 0},
    {"transition-relu", 0, OPTION_TEXT, &chosen.transition_relu, "yes|no",
     "whether transitions have a ReLU", 0, 0},
    {"final-relu", 0, OPTION_TEXT, &chosen.final_relu, "yes|no",
     "whether a ReLU follows the last norm", 0, 0},
    {"bn-epsilon", 0, OPTION_FLOAT, &chosen.bn_epsilon, "X", "epsilon of the batch norms (1e-5)",
     1e-12, 0.5},
    {"grid", 0, OPTION_SIDES, chosen.grid, "ROWSxCOLUMNS",
     "means of each map that the classifier reads", 1, 64},
    {"head-pool", 0, OPTION_TEXT, &chosen.head_pool, "mean|max|avgmax|max+mean|mean+max",
     "how the classifier's pool makes numbers of maps", 0, 0},
    {0},
};

static dn_stem_pool asked_pool(void)
{
    return !chosen.stem_pool                       ? DN_STEM_POOL_USUAL
           : strcmp(chosen.stem_pool, "max") == 0  ? DN_STEM_POOL_MAX
           : strcmp(chosen.stem_pool, "blur") == 0 ? DN_STEM_POOL_BLUR
                                                   : DN_STEM_POOL_NONE;
}

static dn_head_pool asked_head_pool(void)
{
    static const struct {
        const char *name;
        dn_head_pool pool;
    } pools[] = {{"mean", DN_POOL_MEAN},
                 {"max", DN_POOL_MAX},
                 {"avgmax", DN_POOL_AVGMAX},
                 {"max+mean", DN_POOL_MAX_MEAN},
                 {"mean+max", DN_POOL_MEAN_MAX}};
    int i = 0;
    while (strcmp(chosen.head_pool, pools[i].name) != 0) /* the options allow no other */
        i++;
    return pools[i].pool;
}

static dn_relu asked_relu(const char *word)
{
    return !word ? DN_RELU_AUTO : strcmp(word, "yes") == 0 ? DN_RELU_YES : DN_RELU_NO;
}

const char *function_stem(void)
{
    return chosen.stem;
}

void function_request(dn_load_options *options)
{
    options->stem = chosen.stem;
    options->stem_stride = chosen.stem_stride;
    options->stem_pool = asked_pool();
    options->transition_relu = asked_relu(chosen.transition_relu);
    options->final_relu = asked_relu(chosen.final_relu);
    options->bn_epsilon = chosen.bn_epsilon;
    options->grid_rows = chosen.grid[0];
    options->grid_columns = chosen.grid[1];
    options->head_pool = chosen.head_pool;
}

void function_apply(dn_arch *arch)
{
    if (chosen.stem_stride)
        arch->stem_stride = chosen.stem_stride;
    if (chosen.stem_pool)
        arch->stem_pool = asked_pool();
    if (chosen.transition_relu)
        arch->linear_transitions = asked_relu(chosen.transition_relu) == DN_RELU_NO;
    if (chosen.final_relu)
        arch->linear_final = asked_relu(chosen.final_relu) == DN_RELU_NO;
    if (chosen.bn_epsilon > 0)
        arch->bn_epsilon = chosen.bn_epsilon;
    if (chosen.grid[0]) {
        arch->head.pool = DN_POOL_GRID;
        arch->head.grid = chosen.grid[0];
        arch->head.grid_width = chosen.grid[1];
    }
    if (chosen.head_pool)
        arch->head.pool = asked_head_pool();
}
