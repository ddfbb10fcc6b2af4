/* SPDX-License-Identifier: MIT */
/* What a Keras file says of its tensors, as it stands after fuzz_hdf5: lines of NAME and its sides,
 * or of GROUP@ATTRIBUTE=TEXT,TEXT; an empty line; the model's configuration. A network that is read
 * has all its tensors. */
#include "base/memory.h"
#include "loading/load.h"
#include "whole_network.h"

#include <stdio.h>
#include <string.h>

enum { MOST_NUMBERS = 4096, MOST_SIDES = 4 };

static const float numbers[MOST_NUMBERS];

static dn_status add_tensor(dn_tensor_file *file, char *line)
{
    char *rest, *name = strtok_r(line, " ", &rest), *side;
    dn_tensor tensor = {.name = name, .dtype = DN_F32, .data = (const unsigned char *)numbers};
    while (name && tensor.rank < MOST_SIDES && (side = strtok_r(NULL, " ", &rest)))
        tensor.shape[tensor.rank++] = strtol(side, NULL, 10);
    dn_tensor_pack(&tensor);
    if (!name || dn_tensor_check(&tensor, 0, MOST_NUMBERS, "a tensor") != DN_OK)
        return DN_OK;
    return dn_tensor_file_add(file, &tensor);
}

static dn_status add_texts(dn_tensor_file *file, char *line, char *list)
{
    char *rest;
    dn_value value = {.path = line};
    *list++ = '\0';
    DN_TRY(dn_pool_alloc(&file->pool, strlen(list) + 1, sizeof *value.texts, &value.texts));
    for (char *text = strtok_r(list, ",", &rest); text; text = strtok_r(NULL, ",", &rest))
        value.texts[value.count++] = text;
    return value.count ? dn_tensor_file_add_value(file, &value) : DN_OK;
}

/* text: the pool's, which names and texts stay in. */
static dn_status fill(dn_tensor_file *file, char *text)
{
    while (*text && *text != '\n') {
        char *end = strchrnul(text, '\n'), *next = end + (*end != '\0');
        *end = '\0';
        char *list = strchr(text, '=');
        DN_TRY(list ? add_texts(file, text, list) : add_tensor(file, text));
        text = next;
    }
    DN_TRY(*text ? dn_tensor_file_add_text(file, "config.json", text + 1) : DN_OK);
    return dn_check_tensor_names(file);
}

static dn_status make_file(const uint8_t *data, size_t size, dn_tensor_file **made)
{
    dn_tensor_file *file;
    char *text;
    DN_TRY(dn_calloc(1, sizeof *file, &file));
    *file = (dn_tensor_file){.name = "file", .format = "hdf5", .borrowed = true};
    dn_budget_begin(size, &file->budget);
    file->pool.budget = &file->budget;
    dn_status status = dn_pool_copy(&file->pool, (const char *)data, size, &text);
    if (status == DN_OK)
        status = fill(file, text);
    if (status != DN_OK)
        dn_tensor_file_close(file);
    *made = file;
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_tensor_file *file;
    dn_model *model;
    if (make_file(data, size, &file) != DN_OK || dn_load_file(file, NULL, &model) != DN_OK)
        return 0;
    return check_whole(model);
}
