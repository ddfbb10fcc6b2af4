/* SPDX-License-Identifier: MIT */
#include "protocol/statistics.h"

#include "protocol/model_facts.h"

static json_t *describe_duration(statistics_duration d)
{
    return json_pack("{s:I, s:I}", "count", (json_int_t)d.count, "ns",
                     (json_int_t)(1e9 * d.seconds));
}

/* There is no cache of answers, so nothing was found in one or missed. */
static json_t *describe_stages(const model_statistics *m)
{
    const statistics_duration none = {0};
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "success", describe_duration(m->success),
        "fail", describe_duration(m->fail), "queue", describe_duration(m->queue), "compute_input",
        describe_duration(m->compute_input), "compute_infer", describe_duration(m->compute_infer),
        "compute_output", describe_duration(m->compute_output), "cache_hit",
        describe_duration(none), "cache_miss", describe_duration(none));
}

static json_t *describe_model(const model_statistics *m)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:{}, s:[], s:[{s:s, s:i, s:I}]}", "name",
                     m->name, "version", MODEL_VERSION, "last_inference", (json_int_t)m->last_ms,
                     "inference_count", (json_int_t)m->pictures, "execution_count",
                     (json_int_t)m->runs, "inference_stats", describe_stages(m), "response_stats",
                     "batch_stats", "memory_usage", "type", "CPU", "id", 0, "byte_size",
                     (json_int_t)m->bytes);
}

json_t *statistics_describe(const model_statistics *models, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        if (json_array_append_new(list, describe_model(&models[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return json_pack("{s:o}", "model_stats", list);
}
