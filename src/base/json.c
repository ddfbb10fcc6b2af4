/* SPDX-License-Identifier: MIT */
#include "base/json.h"

dn_status dn_json_parse(const char *text, size_t size, const char *what, json_t **json)
{
    json_error_t fault = {0};
    json_t *parsed = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
    if (!parsed && fault.text[0] == '\0') /* jansson's sign that an allocation failed */
        return dn_fail_memory(size);
    if (!parsed)
        return dn_fail(DN_ERROR_FORMAT, "%s is not valid JSON: %s", what, fault.text);
    *json = parsed;
    return DN_OK;
}
