/* SPDX-License-Identifier: MIT */
#include "routes/uploads.h"

#include "http/form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Browsers and scripts may send a whole path; what follows the last slash, of either kind, is the
 * file's. */
static char *base_of(const char *name)
{
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    return strdup(name[0] ? name : "picture");
}

/* False if x is answered. */
static bool add_upload(exchange *x, uploads *found, const char *name, const void *bytes,
                       size_t size)
{
    if (found->count == UPLOADS_MOST) {
        exchange_refuse(x, 413, "the form has more than %d files", UPLOADS_MOST);
        return false;
    }
    char *base = base_of(name);
    if (!base) {
        exchange_refuse(x, 500, "out of memory");
        return false;
    }
    found->list[found->count++] = (upload){base, bytes, size};
    return true;
}

/* Fields of text are none, nor is what a browser sends of an input where no file was chosen. A part
 * may have a type alone. */
static bool is_file(const form_part *part)
{
    if (part->has_file)
        return part->file[0] || part->size;
    return part->type && strncasecmp(part->type, "text/", strlen("text/")) != 0;
}

static void read_form(exchange *x, uploads *found)
{
    form f;
    form_part part;
    form_step step;
    if (!form_open(&f, exchange_header(x, "Content-Type"), x->body, x->size)) {
        exchange_refuse(x, 400, "the form has no boundary of 1 to %d characters",
                        FORM_MOST_BOUNDARY);
        return;
    }
    while ((step = form_next(&f, &part)) == FORM_PART)
        if (is_file(&part) &&
            !add_upload(x, found, part.has_file ? part.file : part.field, part.bytes, part.size))
            return;
    if (step == FORM_DAMAGED)
        exchange_refuse(x, 400, "the form is damaged");
    else if (!found->count)
        exchange_refuse(x, 400, "the form has no file: curl -F file=@cat.jpg sends one");
}

bool uploads_find(exchange *x, uploads *found)
{
    *found = (uploads){.list = calloc(UPLOADS_MOST, sizeof(upload))};
    if (!found->list)
        exchange_refuse(x, 500, "out of memory");
    else if (exchange_is_type(x, "multipart/form-data"))
        read_form(x, found);
    else if (exchange_is_type(x, "application/x-www-form-urlencoded") ||
             exchange_is_type(x, "application/json") || exchange_is_type(x, "text/plain"))
        exchange_refuse(x, 415,
                        "%s is no picture; its file with another Content-Type is, or a form: "
                        "curl -F file=@cat.jpg sends one",
                        exchange_header(x, "Content-Type"));
    else if (!x->size)
        exchange_refuse(x, 400, "there is no picture: the body is empty");
    else
        add_upload(x, found, "the body", x->body, x->size);
    if (x->answered)
        uploads_free(found);
    return !x->answered;
}

void uploads_free(uploads *found)
{
    for (int i = 0; i < found->count; i++)
        free(found->list[i].name);
    free(found->list);
    *found = (uploads){0};
}
