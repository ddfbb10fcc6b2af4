/* SPDX-License-Identifier: MIT */
#include "arguments/weights.h"

#include "arguments/function_options.h"
#include "base/hub_files.h"
#include "base/weights_name.h"
#include "files/onnx_data.h"
#include "files/same_file.h"
#include "ui/report.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *argument, *concat, *state, *task;

const option_row tensor_options[] = {
    {"concat", 0, OPTION_TEXT, &concat, "first|last",
     "where layers put new maps, if the file does not tell", 0, 0},
    {"state", 0, OPTION_TEXT, &state, "PREFIX",
     "which of a file's networks, by where its tensors' names begin (the likeliest)", 0, 0},
    {0},
};

const option_row reading_options[] = {
    {"", 0, OPTION_TABLE, tensor_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, function_options, NULL, NULL, 0, 0},
    {0},
};

const option_row weights_options[] = {
    {"weights", 'w', OPTION_FILE, &argument, "FILE|NAME",
     "weight file of any origin, a hub's folder, a network that was pulled, or builtin", 0, 0},
    {"", 0, OPTION_TABLE, reading_options, NULL, NULL, 0, 0},
    {0},
};

const char *tensor_option_given(void)
{
    return concat ? "concat" : state ? "state" : NULL;
}

void weights_set_task(const char *asked)
{
    task = asked;
}

const char *weights_argument(void)
{
    return argument;
}

static dn_load_options weights_load_options(void)
{
    dn_load_options options;
    dn_load_defaults(&options, sizeof options);
    if (concat)
        options.concat = strcmp(concat, "first") == 0 ? DN_CONCAT_FIRST : DN_CONCAT_LAST;
    options.state = state;
    options.task = task;
    function_request(&options);
    return options;
}

const char *weights_path(const char *name)
{
    static char path[PATH_MAX];
    return ok_or_complain(dn_weights_path(name, path, sizeof path)) ? path : NULL;
}

static bool is_distinct(const char *output, const dn_hub_files *read)
{
    const char *const files[] = {read->weights, read->config, read->processor, read->bundle};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i][0] && !output_is_distinct(output, files[i]))
            return false;
    return onnx_data_is_distinct(output, read->weights);
}

bool weights_are_distinct(const char *output, const char *name)
{
    char path[PATH_MAX], beside[PATH_MAX];
    dn_hub_files read = {0};
    dn_weights_format format;
    if (!output || !name || dn_weights_path(name, path, sizeof path) != DN_OK ||
        dn_hub_find(path, &read) != DN_OK)
        return true; /* reading them will say why */
    if (!is_distinct(output, &read))
        return false;
    snprintf(beside, sizeof beside, "%s" DN_ONNX_SIDECAR, output);
    return dn_weights_format_of(output, &format) != DN_OK || format != DN_WEIGHTS_ONNX ||
           is_distinct(beside, &read);
}

bool weights_name_valid(const char *path)
{
    dn_weights_format format;
    return ok_or_complain(dn_weights_format_of(path, &format));
}

dn_status weights_read(const char *path, dn_model **model)
{
    dn_load_options options = weights_load_options();
    return dn_model_load(path, &options, model);
}

dn_model *weights_open(const char *name)
{
    dn_model *model;
    if (weights_read(name, &model) != DN_OK) {
        bool order = strstr(dn_last_error(), "the option concat must") != NULL;
        complain("%s%s", dn_last_error(), order ? ": give --concat first or --concat last" : "");
        return NULL;
    }
    if (dn_model_warning(model))
        complain("warning: %s", dn_model_warning(model));
    return model;
}

bool weights_have_head(const dn_model *model, const char *name)
{
    return dn_model_arch(model)->classes > 0 ||
           complain("%s: has no head, so it gives features, not answers; densenet train --init "
                    "makes a head",
                    name);
}

dn_model *weights_load(void)
{
    if (argument)
        return weights_open(argument);
    complain("--weights is missing: a weight file, the name of a pulled network, or builtin");
    return NULL;
}
