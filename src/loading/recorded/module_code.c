/* SPDX-License-Identifier: MIT */
#include "loading/recorded/module_code.h"

#include "base/memory.h"
#include "loading/recorded/classes.h"
#include "loading/recorded/module_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the functions that a class calls ---- */

static const dn_value *calls_of(const dn_recorded_modules *modules,
                                const dn_recorded_module *module)
{
    const dn_value *calls = dn_recorded_attribute(modules, module, "__calls__");
    return calls && calls->texts ? calls : NULL;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i < count;
}

#define AMONG(name, names) is_among(name, names, sizeof(names) / sizeof *(names))

static bool has_call(const dn_value *calls, const char *name)
{
    return is_among(name, calls->texts, calls->count);
}

static bool is_relu(const char *call)
{
    size_t length = strcspn(call, ":");
    return (length == 4 || length == 5) && strncmp(call, "relu_", length) == 0;
}

static bool calls_relu(const dn_value *calls, const dn_recorded_module *module,
                       const dn_recorded_module *from, const dn_recorded_module *to)
{
    for (size_t i = 0; i < calls->count; i++)
        if (is_relu(calls->texts[i]) && dn_call_is_between(calls->texts[i], module, from, to))
            return true;
    return false;
}

/* Those of any DenseNet, and those that change no number. */
static bool is_usual(const char *name)
{
    static const char *const usual[] = {
        "pass",        "relu",       "relu_",       "cat",     "concat",
        "flatten",     "view",       "reshape",     "size",    "dim",
        "numel",       "contiguous", "clone",       "detach",  "squeeze",
        "squeeze_",    "dropout",    "dropout_",    "to",      "feature_dropout",
        "global_mean", "len",        "__getitem__", "gt",      "lt",
        "ge",          "le",         "eq",          "ne",      "__is__",
        "__isnot__",   "__and__",    "__or__",      "__not__", "__contains__",
        "append",      "extend",     "list",        "str",     "format",
        "warn",        "items",      "keys",        "values",  "is_grad_enabled"};
    return AMONG(name, usual);
}

/* ---- what holds modules ---- */

const dn_recorded_module *dn_common_module(const dn_recorded_modules *modules,
                                           const dn_recorded_module *a, const dn_recorded_module *b)
{
    size_t length = dn_common_parent(a->path, a->path_length, b->path, b->path_length);
    size_t index = dn_recorded_index(modules, a->path, length);
    return index < modules->count ? &modules->items[index] : NULL;
}

/* A ModuleList or ModuleDict, which another module's code runs. */
static bool is_list(const dn_recorded_module *module)
{
    return strcmp(module->class, "ModuleList") == 0 || strcmp(module->class, "ModuleDict") == 0;
}

static bool lies_in(const dn_recorded_module *module, const dn_recorded_module *container)
{
    size_t length = container->path_length;
    return module->path_length > length &&
           dn_parent_length(module->path, module->path_length) == length &&
           memcmp(module->path, container->path, length) == 0;
}

/* A ReLU directly below a module, which its code may call anywhere. */
static bool has_relu(const dn_recorded_modules *modules, const dn_recorded_module *container)
{
    for (size_t i = 0; i < modules->count; i++) {
        const dn_recorded_module *module = &modules->items[i];
        if (strcmp(module->class, "ReLU") == 0 && lies_in(module, container))
            return true;
    }
    return false;
}

/* Two modules, of which the second follows the first. */
typedef struct pair {
    const dn_recorded_module *from, *to;
} pair;

/* From the module's container up to `last`; *known becomes false where code is not known. */
static bool calls_relu_above(const dn_recorded_modules *modules, const dn_recorded_module *module,
                             const dn_recorded_module *last, const pair *ends, bool *known)
{
    do {
        module = dn_recorded_parent(modules, module);
        const dn_value *calls = module && !module->class[0] ? calls_of(modules, module) : NULL;
        bool decides = calls && !has_call(calls, "if");
        if (decides && calls_relu(calls, module, ends->from, ends->to))
            return true;
        if (!module || (!module->class[0] && (!decides || has_relu(modules, module))))
            *known = false;
    } while (module && module != last);
    return false;
}

dn_relu dn_relu_of_code(const dn_recorded_modules *modules, const dn_recorded_module *from,
                        const dn_recorded_module *to)
{
    const dn_recorded_module *common = dn_common_module(modules, from, to);
    while (common && is_list(common))
        common = dn_recorded_parent(modules, common);
    bool known = common != NULL;
    pair ends = {from, to};
    if (known && (calls_relu_above(modules, from, common, &ends, &known) ||
                  calls_relu_above(modules, to, common, &ends, &known)))
        return DN_RELU_YES;
    return known ? DN_RELU_NO : DN_RELU_AUTO;
}

/* K of "avg_pool2d=K"; 0 of any other. */
static int window_of(const char *name)
{
    static const char pool[] = "avg_pool2d=";
    return strncmp(name, pool, sizeof pool - 1) == 0 ? atoi(name + sizeof pool - 1) : 0;
}

int dn_window_of_code(const dn_recorded_modules *modules, const dn_recorded_module *norm,
                      const dn_recorded_module *head)
{
    const dn_recorded_module *common = dn_common_module(modules, norm, head);
    const dn_value *calls = common ? calls_of(modules, common) : NULL;
    int window = 0;
    for (size_t i = 0; calls && i < calls->count && !window; i++)
        window = window_of(calls->texts[i]);
    return window;
}

/* ---- what is not known ---- */

/* Classes whose forward() is that of this family, or passes all on. */
static bool is_published(const char *class)
{
    static const char script[] = "__torch__.";
    static const char *const packages[] = {
        "torch.",  "torchvision.models.", "timm.",       "torchxrayvision.",
        "fastai.", "torchmetrics.",       "collections."};
    if (strncmp(class, script, sizeof script - 1) == 0)
        class += sizeof script - 1;
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (strncmp(class, packages[i], strlen(packages[i])) == 0)
            return true;
    return strstr(class, "Loss") != NULL;
}

enum { LISTED = 4, NAME_SIZE = 64 };

/* Names, each once. */
typedef struct names {
    char items[LISTED][NAME_SIZE];
    int count;
    bool more;
} names;

static void add_name(names *list, const char *name)
{
    for (int i = 0; i < list->count; i++)
        if (strncmp(list->items[i], name, NAME_SIZE - 1) == 0)
            return;
    list->more |= list->count == LISTED;
    if (list->count < LISTED)
        snprintf(list->items[list->count++], NAME_SIZE, "%s", name);
}

static void write_names(const names *list, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < list->count && length < size; i++)
        length +=
            (size_t)snprintf(text + length, size - length, "%s%s", i ? ", " : "", list->items[i]);
    if (list->more && length < size)
        snprintf(text + length, size - length, " and others");
}

typedef struct doubts {
    const dn_recorded_modules *modules;
    const dn_placed_parts *parts;
    const dn_recorded_module *head;
    bool *around; /* of each module: it holds a part of the network */
    names unread, calling, called;
} doubts;

static bool is_expected(const doubts *d, const dn_recorded_module *module, const char *call)
{
    int window = window_of(call);
    if (module == d->head ? window > 0 : window == 2)
        return module == d->head || dn_call_is_placed(d->parts, module, call);
    return is_relu(call) ? dn_call_is_placed(d->parts, module, call) : is_usual(call);
}

/* "relu of fc", "avg_pool2d". */
static void name_call(const char *call, char name[NAME_SIZE])
{
    const char *operand = dn_call_operand(call);
    int length = (int)strcspn(call, "=:");
    if (operand)
        snprintf(name, NAME_SIZE, "%.*s of %.40s", length, call, operand + (*operand == '@'));
    else
        snprintf(name, NAME_SIZE, "%.*s", length, call);
}

static void doubt_calls(doubts *d, const dn_recorded_module *module, const dn_value *calls)
{
    char name[NAME_SIZE];
    for (size_t i = 0; i < calls->count; i++) {
        if (is_expected(d, module, calls->texts[i]))
            continue;
        name_call(calls->texts[i], name);
        add_name(&d->calling, dn_recorded_class(d->modules, module));
        add_name(&d->called, name);
    }
}

/* One around the network, or beside its parts. */
static void doubt_module(doubts *d, const dn_recorded_module *module)
{
    const dn_recorded_module *parent = dn_recorded_parent(d->modules, module);
    bool beside = parent && !parent->class[0] && d->around[parent - d->modules->items];
    const dn_value *calls = calls_of(d->modules, module);
    if (module->class[0] || (!beside && !d->around[module - d->modules->items]) ||
        is_published(dn_recorded_class_path(d->modules, module)))
        return;
    if (calls)
        doubt_calls(d, module, calls);
    else
        add_name(&d->unread, dn_recorded_class(d->modules, module));
}

static void mark_around(doubts *d, const dn_recorded_module *module)
{
    while (module && (module = dn_recorded_parent(d->modules, module)) &&
           !d->around[module - d->modules->items])
        d->around[module - d->modules->items] = true;
}

static void write_doubts(const doubts *d, char *text, size_t size)
{
    char classes[LISTED * NAME_SIZE + 32], calls[LISTED * NAME_SIZE + 32];
    text[0] = '\0';
    if (d->unread.count) {
        write_names(&d->unread, classes, sizeof classes);
        snprintf(text, size,
                 "the forward() of its class%s %s is not in the file: taken to be a DenseNet's",
                 d->unread.count > 1 ? "es" : "", classes);
    }
    size_t length = strlen(text);
    if (d->called.count) {
        write_names(&d->calling, classes, sizeof classes);
        write_names(&d->called, calls, sizeof calls);
        snprintf(text + length, size - length,
                 "%sthe code of its class%s %s has %s, which this program does not follow: the "
                 "network's answers may be others",
                 length ? "; " : "", d->calling.count > 1 ? "es" : "", classes, calls);
    }
}

dn_status dn_doubt_classes(const dn_recorded_modules *modules, const dn_tensor *const *sources,
                           const dn_graph *graph, const dn_recorded_module *head, char *text,
                           size_t size)
{
    dn_placed_parts parts;
    doubts d = {.modules = modules, .parts = &parts, .head = head};
    DN_TRY(dn_calloc(modules->count, sizeof *d.around, &d.around));
    dn_status status = dn_placed_parts_find(modules, sources, graph, &parts);
    for (int i = 0; i < parts.count; i++)
        mark_around(&d, parts.items[i].module);
    for (size_t i = 0; i < modules->count && status == DN_OK; i++)
        doubt_module(&d, &modules->items[i]);
    write_doubts(&d, text, size);
    dn_placed_parts_free(&parts);
    free(d.around);
    return status;
}
