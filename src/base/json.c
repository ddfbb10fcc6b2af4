/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <string.h>

/* No less than the memory that jansson takes for a text: by the characters outside strings that
 * begin or separate values, with what it allocates for each. */
static size_t estimate_bytes(const char *text, size_t size)
{
    static const unsigned short costs[256] = {['{'] = 240, ['['] = 144, [':'] = 104, [','] = 72};
    size_t bytes = 2 * size;
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted)
            i += text[i] == '\\';
        else
            bytes += costs[(unsigned char)text[i]];
    }
    return bytes;
}

dn_status dn_json_parse(const char *text, size_t size, const char *what, const dn_budget *budget,
                        json_t **json)
{
    json_error_t fault = {0};
    dn_status admitted = dn_budget_admit_bytes(budget, estimate_bytes(text, size));
    if (admitted != DN_OK)
        return dn_fail_within(admitted, what);
    json_t *parsed = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
    if (!parsed && fault.text[0] == '\0') /* jansson's sign that an allocation failed */
        return dn_fail_memory(size);
    if (!parsed)
        return dn_fail(DN_ERROR_FORMAT, "%s is not valid JSON: %s", what, fault.text);
    *json = parsed;
    return DN_OK;
}

dn_status dn_json_check_object(const char *text, const char *what)
{
    json_t *object = NULL;
    dn_budget budget;
    dn_budget_begin(strlen(text), &budget);
    DN_TRY(dn_json_parse(text, strlen(text), what, &budget, &object));
    bool sound = json_is_object(object);
    json_decref(object);
    return sound ? DN_OK : dn_fail(DN_ERROR_ARGUMENT, "%s: a JSON object is expected", what);
}
