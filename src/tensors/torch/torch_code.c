/* SPDX-License-Identifier: MIT */
#include "tensors/torch/torch_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A network of a thousand modules has less than a megabyte in a few files, or a file for each. */
#define MAX_BYTES ((size_t)1 << 24)
#define MAX_CLASSES ((size_t)1 << 16)
#define MAX_MODULES ((size_t)1 << 16)

static const char folder[] = "code/__torch__";
static const char everything[] = "__torch__.", package[] = "__torch__.torch.nn.modules.";

/* ---- the classes of a file ---- */

static dn_status add_class(dn_torch_code *code, const dn_code_class *found)
{
    if (code->count == MAX_CLASSES)
        return dn_fail(DN_ERROR_LIMIT, "its code has more than %zu classes", MAX_CLASSES);
    DN_TRY(dn_pool_grow(&code->pool, sizeof *found, code->count, &code->capacity, &code->classes));
    code->classes[code->count++] = *found;
    return DN_OK;
}

/* The start of the first line from `at` on that begins a class, or the end. */
static const char *next_class(const char *at, const char *end)
{
    static const char word[] = "class ";
    const size_t length = sizeof word - 1;
    while (at < end && !((size_t)(end - at) > length && memcmp(at, word, length) == 0)) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
    return at;
}

static dn_status add_classes(dn_torch_code *code, const dn_zip_entry *file, dn_span text)
{
    const char *at = next_class(text.at, text.end);
    while (at < text.end) {
        const char *name = at + strlen("class ");
        const char *line_end = memchr(name, '\n', (size_t)(text.end - name));
        const char *body = line_end ? line_end + 1 : text.end;
        const char *bracket = memchr(name, '(', (size_t)(body - name));
        at = next_class(body, text.end);
        if (bracket)
            DN_TRY(add_class(
                code, &(dn_code_class){.file = file, .name = {name, bracket}, .code = {body, at}}));
    }
    return DN_OK;
}

static bool is_code(const dn_torch_code *code, const char *name)
{
    size_t prefix = strlen(code->prefix), length = strlen(name);
    return length > 3 && strncmp(name, code->prefix, prefix) == 0 &&
           strncmp(name + prefix, folder, sizeof folder - 1) == 0 &&
           strcmp(name + length - 3, ".py") == 0;
}

static dn_status read_file(dn_torch_code *code, const dn_zip_entry *file)
{
    const unsigned char *bytes = NULL;
    if (file->size > MAX_BYTES - code->bytes)
        return dn_fail(DN_ERROR_LIMIT, "its code has more than %zu bytes", MAX_BYTES);
    code->bytes += file->size;
    DN_TRY(dn_zip_read(code->zip, file, &code->pool, &bytes));
    const char *text = (const char *)bytes;
    return add_classes(code, file, (dn_span){text, text + file->size});
}

/* Entries are in one array, so their addresses order them. */
static int by_file_and_name(const void *a, const void *b)
{
    const dn_code_class *left = a, *right = b;
    size_t lengths[] = {(size_t)(left->name.end - left->name.at),
                        (size_t)(right->name.end - right->name.at)};
    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    if (lengths[0] != lengths[1])
        return lengths[0] < lengths[1] ? -1 : 1;
    return memcmp(left->name.at, right->name.at, lengths[0]);
}

dn_status dn_torch_code_open(const dn_zip *zip, const char *prefix, dn_torch_code *code)
{
    *code = (dn_torch_code){.zip = zip, .prefix = prefix};
    for (size_t i = 0; i < zip->count; i++)
        if (is_code(code, zip->entries[i].name))
            DN_TRY(read_file(code, &zip->entries[i]));
    if (code->count)
        qsort(code->classes, code->count, sizeof *code->classes, by_file_and_name);
    return DN_OK;
}

void dn_torch_code_close(dn_torch_code *code)
{
    dn_pool_free(&code->pool);
    *code = (dn_torch_code){0};
}

/* ---- the class of a module ---- */

/* Class "__torch__.torch.nn.modules.conv.___torch_mangle_3.Conv2d" is Conv2d in
 * code/__torch__/torch/nn/modules/conv/___torch_mangle_3.py. */
dn_code_class *dn_torch_code_find(const dn_torch_code *code, const char *class)
{
    char path[512];
    const char *dot = strrchr(class, '.');
    if (!dot)
        return NULL;
    int length =
        snprintf(path, sizeof path, "%scode/%.*s.py", code->prefix, (int)(dot - class), class);
    if ((size_t)length >= sizeof path || code->count == 0)
        return NULL;
    char *begin = path + strlen(code->prefix), *end = path + length - strlen(".py");
    for (char *at = begin; at < end; at++)
        if (*at == '.')
            *at = '/';
    dn_code_class key = {.file = dn_zip_find(code->zip, path),
                         .name = {dot + 1, dot + 1 + strlen(dot + 1)}};
    return bsearch(&key, code->classes, code->count, sizeof key, by_file_and_name);
}

static dn_status add_value(dn_tensor_file *file, const char *module, const dn_class_value *value)
{
    size_t size = strlen(module) + strlen(value->name) + 2;
    char *path;
    if (!value->count && !*value->text)
        return DN_OK;
    DN_TRY(dn_pool_alloc(&file->pool, size, 1, &path));
    snprintf(path, size, "%s%s%s", module, *module ? "." : "", value->name);
    if (!value->count)
        return dn_tensor_file_add_text(file, path, value->text);
    dn_value added = {.path = path, .count = (size_t)value->count};
    DN_TRY(dn_pool_alloc(&file->pool, added.count, sizeof *added.numbers, &added.numbers));
    memcpy(added.numbers, value->numbers, added.count * sizeof *added.numbers);
    return dn_tensor_file_add_value(file, &added);
}

static dn_status add_values(dn_torch_code *code, dn_code_class *found, dn_tensor_file *file,
                            const char *path)
{
    if (!found->values) {
        DN_TRY(dn_pool_alloc(&code->pool, DN_CLASS_VALUES, sizeof *found->values, &found->values));
        dn_class_read(found->code, found->values);
    }
    for (int i = 0; i < DN_CLASS_VALUES; i++)
        DN_TRY(add_value(file, path, &found->values[i]));
    return DN_OK;
}

/* The names are shared by all modules of a class. */
static dn_status add_calls(dn_code_class *found, dn_tensor_file *file, const char *module)
{
    size_t size = strlen(module) + sizeof ".__calls__";
    char *path;
    if (!found->calls.count)
        DN_TRY(dn_class_read_calls(found->code, &file->pool, &found->calls));
    DN_TRY(dn_pool_alloc(&file->pool, size, 1, &path));
    snprintf(path, size, "%s%s__calls__", module, *module ? "." : "");
    return dn_tensor_file_add_value(
        file, &(dn_value){.path = path, .count = found->calls.count, .texts = found->calls.names});
}

dn_status dn_torch_code_describe(dn_torch_code *code, dn_tensor_file *file, const char *path,
                                 const char *class)
{
    bool scripted = strncmp(class, everything, sizeof everything - 1) == 0;
    dn_code_class *found = scripted ? dn_torch_code_find(code, class) : NULL;
    if (!found)
        return DN_OK;
    if (++code->modules > MAX_MODULES)
        return dn_fail(DN_ERROR_LIMIT, "its code describes more than %zu modules", MAX_MODULES);
    return strncmp(class, package, sizeof package - 1) == 0 ? add_values(code, found, file, path)
                                                            : add_calls(found, file, path);
}
