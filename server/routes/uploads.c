/* SPDX-License-Identifier: MIT */
#include "routes/uploads.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PROCESSOR_ROOM = 4 << 10, FIRST_ROOM = 16 << 10 };

typedef struct collector {
    uploads found;
    bool failed, many;
} collector;

/* Browsers and scripts may send a whole path; what follows the last slash, of either kind, is the
 * file's. */
static char *base_of(const char *name)
{
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    return strdup(name[0] ? name : "picture");
}

static upload *add_upload(collector *c, const char *name)
{
    if (c->found.count == UPLOADS_MOST) {
        c->many = true;
        return NULL;
    }
    upload *made = &c->found.list[c->found.count];
    *made = (upload){.name = base_of(name)};
    if (!made->name)
        return NULL;
    c->found.count++;
    return made;
}

static bool append(upload *to, const void *bytes, size_t count)
{
    if (!count)
        return true;
    if (count > to->room - to->size) {
        size_t room = to->room ? to->room : FIRST_ROOM;
        while (room - to->size < count)
            room *= 2;
        unsigned char *grown = realloc(to->bytes, room);
        if (!grown)
            return false;
        to->bytes = grown;
        to->room = room;
    }
    memcpy(to->bytes + to->size, bytes, count);
    to->size += count;
    return true;
}

/* Fields of text are none, nor is what a browser sends of an input where no file was chosen. A part
 * may have a type alone: of the names only filename="..." is read, not filename* or one without
 * quotes. */
static bool is_file(const char *file, const char *type, size_t count)
{
    if (file)
        return file[0] || count;
    return type && strncasecmp(type, "text/", strlen("text/")) != 0;
}

/* Called with a piece of a part of the form. */
static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *key,
                               const char *file, const char *type, const char *coding,
                               const char *bytes, uint64_t offset, size_t count)
{
    (void)kind, (void)coding;
    collector *c = context;
    if (!is_file(file, type, count))
        return MHD_YES;
    upload *to = offset ? &c->found.list[c->found.count - 1]
                        : add_upload(c, file  ? file
                                        : key ? key
                                              : "");
    if (to && append(to, bytes, count))
        return MHD_YES;
    c->failed = true;
    return MHD_NO;
}

static void read_form(exchange *x, collector *c)
{
    struct MHD_PostProcessor *processor =
        mhd.create_post_processor(x->connection, PROCESSOR_ROOM, collect, c);
    if (!processor) {
        exchange_refuse(x, 400, "the form has no boundary");
        return;
    }
    bool whole = mhd.post_process(processor, (const char *)x->body, x->size) == MHD_YES;
    whole = mhd.destroy_post_processor(processor) == MHD_YES && whole;
    if (c->many)
        exchange_refuse(x, 413, "the form has more than %d files", UPLOADS_MOST);
    else if (c->failed)
        exchange_refuse(x, 500, "out of memory");
    else if (!whole)
        exchange_refuse(x, 400, "the form is damaged");
    else if (!c->found.count)
        exchange_refuse(x, 400, "the form has no file: curl -F file=@cat.jpg sends one");
}

/* The body as one file, which moves to it. */
static void take_body(exchange *x, collector *c)
{
    upload *whole = x->size ? add_upload(c, "the body") : NULL;
    if (!x->size) {
        exchange_refuse(x, 400, "there is no picture: the body is empty");
    } else if (!whole) {
        exchange_refuse(x, 500, "out of memory");
    } else {
        whole->bytes = x->body;
        whole->size = x->size;
        x->body = NULL;
        x->size = 0;
    }
}

bool uploads_find(exchange *x, uploads *found)
{
    collector c = {.found.list = calloc(UPLOADS_MOST, sizeof(upload))};
    if (!c.found.list)
        exchange_refuse(x, 500, "out of memory");
    else if (exchange_is_type(x, "multipart/form-data"))
        read_form(x, &c);
    else if (exchange_is_type(x, "application/x-www-form-urlencoded") ||
             exchange_is_type(x, "application/json") || exchange_is_type(x, "text/plain"))
        exchange_refuse(x, 415, "%s is no picture; its file, or a form with it, is",
                        exchange_header(x, "Content-Type"));
    else
        take_body(x, &c);
    if (x->answered) {
        uploads_free(&c.found);
        return false;
    }
    *found = c.found;
    return true;
}

void uploads_free(uploads *found)
{
    for (int i = 0; i < found->count; i++) {
        free(found->list[i].name);
        free(found->list[i].bytes);
    }
    free(found->list);
    *found = (uploads){0};
}
