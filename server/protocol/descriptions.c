/* SPDX-License-Identifier: MIT */
#include "protocol/descriptions.h"

json_t *describe_server(const char *version)
{
    return json_pack("{s:s, s:s, s:[s,s,s,s,s,s,s]}", "name", "densenet", "version", version,
                     "extensions", "classification", "model_repository",
                     "model_repository(unload_dependents)", "model_configuration",
                     "binary_tensor_data", "parameters", "statistics");
}

json_t *describe_model(const model_facts *m)
{
    return json_pack("{s:s, s:[s], s:s, s:[{s:s, s:s, s:[i,i,i,i]}], s:[{s:s, s:s, s:[i,i]}]}",
                     "name", m->name, "versions", MODEL_VERSION, "platform", "densenet", "inputs",
                     "name", MODEL_INPUT, "datatype", "FP32", "shape", -1, m->channels, m->height,
                     m->width, "outputs", "name", MODEL_OUTPUT, "datatype", "FP32", "shape", -1,
                     m->classes);
}

static json_t *describe_input(const model_facts *m)
{
    return json_pack("{s:s, s:s, s:s, s:[i,i,i], s:b, s:b, s:b}", "name", MODEL_INPUT, "data_type",
                     "TYPE_FP32", "format", "FORMAT_NCHW", "dims", m->channels, m->height, m->width,
                     "is_shape_tensor", 0, "allow_ragged_batch", 0, "optional", 0);
}

static json_t *describe_output(const model_facts *m)
{
    return json_pack("{s:s, s:s, s:[i], s:s, s:b}", "name", MODEL_OUTPUT, "data_type", "TYPE_FP32",
                     "dims", m->classes, "label_filename", "", "is_shape_tensor", 0);
}

json_t *describe_config(const model_facts *m)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:{s:i}}, s:i, s:[o], s:[o], s:[], s:[], s:[], s:{}}",
                     "name", m->name, "platform", "densenet", "backend", "densenet", "runtime", "",
                     "version_policy", "latest", "num_versions", 1, "max_batch_size", m->most_batch,
                     "input", describe_input(m), "output", describe_output(m), "batch_input",
                     "batch_output", "instance_group", "parameters");
}
