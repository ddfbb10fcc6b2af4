/* SPDX-License-Identifier: MIT */
#include "protocol/skeleton.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* A walk over JSON that need not be valid: what is kept of it is parsed afterwards, and so are the
 * arrays that are cut out, each by its reader. */
typedef struct walk {
    const char *at, *end;
    const char *kept; /* up to here text is kept or cut out */
    int depth;
    bool names_inputs; /* the last key of the outermost object was "inputs" */
    bool in_inputs;
    size_t input; /* index of the one that `at` is in */
    dn_text text;
    skeleton *found;
} walk;

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) && *at)
        at++;
    return at;
}

/* `at` is at the opening quote; returns the place after the closing one, or the end. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && end - at > 1)
            at++;
    return at < end ? at + 1 : end;
}

/* `at` is at the opening bracket; returns the place after the closing one, NULL if there is none.
 */
static const char *skip_array(const char *at, const char *end)
{
    size_t open = 0;
    while (at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
            continue;
        }
        open += *at == '[';
        open -= *at == ']';
        at++;
        if (open == 0)
            return at;
    }
    return NULL;
}

static dn_status keep(walk *w, const char *until)
{
    size_t count = (size_t)(until - w->kept);
    if (w->text.length + count > SKELETON_MOST_BYTES)
        return dn_fail(DN_ERROR_LIMIT, "the request has more than %d bytes of JSON besides data",
                       SKELETON_MOST_BYTES);
    dn_text_add_bytes(&w->text, w->kept, count);
    w->kept = until;
    return DN_OK;
}

/* `at` is at the value of "data". */
static dn_status cut(walk *w)
{
    const char *after = w->at < w->end && *w->at == '[' ? skip_array(w->at, w->end) : NULL;
    if (!after)
        return DN_OK; /* left where it is */
    w->found->data[w->input].text = w->at;
    w->found->data[w->input].size = (size_t)(after - w->at);
    DN_TRY(keep(w, w->at));
    dn_text_add(&w->text, "0");
    w->at = w->kept = after;
    return DN_OK;
}

static bool is_name(const char *name, const char *begin, const char *end)
{
    size_t length = strlen(name);
    return (size_t)(end - begin) == length && memcmp(begin, name, length) == 0;
}

static dn_status pass_string(walk *w)
{
    const char *begin = w->at + 1;
    w->at = skip_string(w->at, w->end);
    const char *colon = skip_space(w->at, w->end);
    if (colon == w->end || *colon != ':')
        return DN_OK;
    if (w->depth == 1)
        w->names_inputs = is_name("inputs", begin, w->at - 1);
    if (w->depth != 3 || !w->in_inputs || !is_name("data", begin, w->at - 1))
        return DN_OK;
    w->at = skip_space(colon + 1, w->end);
    return cut(w);
}

static dn_status open_value(walk *w)
{
    if (++w->depth > SKELETON_MOST_DEPTH)
        return dn_fail(DN_ERROR_LIMIT, "the request's JSON is nested more than %d deep",
                       SKELETON_MOST_DEPTH);
    if (w->depth == 2) {
        w->in_inputs = *w->at == '[' && w->names_inputs;
        w->input = 0;
    }
    w->at++;
    return DN_OK;
}

static dn_status pass(walk *w)
{
    switch (*w->at) {
    case '"':
        return pass_string(w);
    case '[':
    case '{':
        return open_value(w);
    case ']':
    case '}':
        w->depth -= w->depth > 0;
        break;
    case ',':
        if (w->in_inputs && w->depth == 2 && ++w->input == SKELETON_MOST_INPUTS)
            return dn_fail(DN_ERROR_LIMIT, "the request has more than %d inputs",
                           SKELETON_MOST_INPUTS);
        break;
    default:
        break;
    }
    w->at++;
    return DN_OK;
}

static dn_status parse(walk *w)
{
    dn_budget budget;
    char *text;
    DN_TRY(keep(w, w->end));
    size_t size = w->text.length;
    DN_TRY(dn_text_take(&w->text, &text));
    dn_budget_begin(size, &budget);
    dn_status status = dn_json_parse(text, size, "the request", &budget, &w->found->json);
    dn_free(text);
    if (status == DN_OK && !json_is_object(w->found->json))
        return dn_fail(DN_ERROR_FORMAT, "the request is not a JSON object");
    return status;
}

dn_status skeleton_read(const char *text, size_t size, skeleton *read)
{
    walk w = {.at = text, .end = text + size, .kept = text, .found = read};
    *read = (skeleton){0};
    dn_status status = DN_OK;
    while (status == DN_OK && w.at < w.end)
        status = pass(&w);
    if (status == DN_OK)
        status = parse(&w);
    dn_text_drop(&w.text);
    if (status != DN_OK)
        skeleton_free(read);
    return status;
}

void skeleton_free(skeleton *read)
{
    json_decref(read->json);
    *read = (skeleton){0};
}
