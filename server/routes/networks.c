/* SPDX-License-Identifier: MIT */
/* GET /networks: what can be asked. */
#include "base/text.h"
#include "context.h"
#include "routes/route.h"

#include <stdlib.h>

static const char *cam_of(const dn_model *model)
{
    return dn_arch_cam_is_exact(dn_model_arch(model)) ? "exact" : "gradient-weighted";
}

/* A warning may quote names from the file. */
static json_t *repaired(const char *text)
{
    char *sound = text ? dn_utf8_repair(text) : NULL;
    json_t *value = sound ? json_string(sound) : json_null();
    free(sound);
    return value;
}

static json_t *labels_of(const dn_model *model)
{
    char number[DN_OUTPUT_NUMBER_SIZE];
    json_t *array = json_array();
    for (int i = 0; i < dn_model_arch(model)->classes; i++)
        json_array_append_new(array, repaired(dn_output_name(model, i, number)));
    return array;
}

static json_t *facts_of(const network *n, bool first)
{
    char pipeline[256];
    const dn_arch *arch = dn_model_arch(n->model);
    bool labels = dn_model_objective(n->model) == DN_OBJECTIVE_LABELS;
    dn_preprocess_format(&n->preprocess, pipeline, sizeof pipeline);
    return json_pack(
        "{s:s, s:s, s:i, s:I, s:s, s:s, s:s, s:i, s:s, s:o, s:b, s:o}", "name", n->name,
        "architecture", arch->name, "classes", arch->classes, "parameters",
        (json_int_t)dn_arch_parameters(arch), "objective", labels ? "labels" : "classes",
        "precision", session_pool_precision(n->sessions), "pipeline", pipeline, "channels",
        arch->channels, "cam", cam_of(n->model), "warning", repaired(dn_model_warning(n->model)),
        "default", first, "labels", labels_of(n->model));
}

static void answer_networks(exchange *x)
{
    repository_entry *entries = malloc(REPOSITORY_MOST * sizeof *entries);
    int count = entries ? repository_list(x->server->repository, entries, REPOSITORY_MOST) : 0;
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        network *n = repository_find(x->server->repository, entries[i].name);
        if (n)
            json_array_append_new(list, facts_of(n, json_array_size(list) == 0));
        network_release(n);
    }
    free(entries);
    exchange_reply_json(x, 200, json_pack("{s:o}", "networks", list));
}

const route network_routes[] = {
    {"GET", "/networks", answer_networks, ROUTE_NO_NETWORK, false, false},
    {0},
};
