/* SPDX-License-Identifier: MIT */
#include "protocol/repository_control.h"

#include "base/json.h"
#include "protocol/model_facts.h"
#include "protocol/request_fields.h"

enum { MOST_BODY = 64 << 10 };

json_t *repository_describe(const repository_model *models, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "name", models[i].name, "version",
                                MODEL_VERSION, "state", models[i].ready ? "READY" : "UNAVAILABLE",
                                "reason", models[i].reason);
        if (json_array_append_new(list, row) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* *json: NULL if the body is empty. */
static dn_status parse(const void *body, size_t size, json_t **json)
{
    dn_budget budget;
    *json = NULL;
    if (!size)
        return DN_OK;
    if (size > MOST_BODY)
        return dn_fail(DN_ERROR_LIMIT, "the request has more than %d bytes", MOST_BODY);
    dn_budget_begin(size, &budget);
    DN_TRY(dn_json_parse(body, size, "the request", &budget, json));
    if (json_is_object(*json))
        return DN_OK;
    json_decref(*json);
    return dn_fail(DN_ERROR_FORMAT, "the request is not a JSON object");
}

dn_status repository_read_index(const void *body, size_t size, bool *ready_only)
{
    json_t *json;
    *ready_only = false;
    DN_TRY(parse(body, size, &json));
    dn_status status = field_flag(json, "ready", "the request", ready_only);
    json_decref(json);
    return status;
}

static dn_status check_load(const json_t *json)
{
    const json_t *parameters;
    DN_TRY(field_parameters(json, "the request", &parameters));
    const char *first = json_object_iter_key(json_object_iter((json_t *)parameters));
    if (first)
        return dn_fail(DN_ERROR_FORMAT,
                       "\"%.60s\": a network is loaded from its file, without parameters", first);
    return DN_OK;
}

dn_status repository_check_load(const void *body, size_t size)
{
    json_t *json;
    DN_TRY(parse(body, size, &json));
    dn_status status = check_load(json);
    json_decref(json);
    return status;
}

dn_status repository_check_unload(const void *body, size_t size)
{
    json_t *json;
    const json_t *parameters;
    bool dependents;
    DN_TRY(parse(body, size, &json));
    dn_status status = field_parameters(json, "the request", &parameters);
    if (status == DN_OK) /* there are none, whatever it says */
        status = field_flag(parameters, "unload_dependents", "the request", &dependents);
    json_decref(json);
    return status;
}
