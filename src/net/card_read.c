/* SPDX-License-Identifier: MIT */
#include "net/card.h"

#include "base/json.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const dn_tensor_file *file, const char *key)
{
    const dn_value *value = dn_tensor_file_value(file, key);
    return value && value->texts ? value->texts[0] : NULL;
}

bool dn_card_exists(const dn_tensor_file *file)
{
    return text_of(file, "densenet.arch") != NULL;
}

static bool parse_int(const char *text, int *number)
{
    char *end = NULL;
    long value = text ? strtol(text, &end, 10) : 0;
    *number = (int)value;
    return text && end != text && !*end && value >= 0 && value <= 1000000;
}

static bool parse_real(const char *text, double *number)
{
    char *end = NULL;
    *number = text ? strtod(text, &end) : 0;
    return text && end != text && !*end;
}

/* "6,12,24,16"; returns how many, 0 where the text is no such list. */
static int parse_list(const char *text, int *list, int most)
{
    int count = 0;
    for (const char *at = text; at && count < most; count++) {
        char *end;
        long value = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || value < 0 || value > 1000000)
            return 0;
        list[count] = (int)value;
        at = *end ? end + 1 : NULL;
    }
    return count;
}

static bool parse_arch(const dn_tensor_file *file, dn_arch *arch)
{
    const char *stem = text_of(file, "densenet.stem"), *name = text_of(file, "densenet.arch");
    snprintf(arch->name, sizeof arch->name, "%s", name ? name : "densenet");
    bool sound = stem != NULL;
    for (size_t i = 0; i < DN_CARD_NUMBERS; i++)
        sound &= parse_int(text_of(file, dn_card_numbers[i].key),
                           (int *)(void *)((char *)arch + dn_card_numbers[i].offset));
    sound &= parse_real(text_of(file, "densenet.compression"), &arch->compression);
    sound &= parse_real(text_of(file, "densenet.bn_epsilon"), &arch->bn_epsilon);
    arch->block_count = parse_list(text_of(file, "densenet.blocks"), arch->blocks, DN_MAX_BLOCKS);
    parse_list(text_of(file, "densenet.stem_hidden"), arch->stem_hidden, 2);
    for (int s = 0; sound && s <= DN_STEM_DEEP; s++)
        if (strcmp(dn_card_stems[s], stem) == 0) {
            arch->stem = (dn_stem)s;
            return dn_arch_check(arch) == DN_OK;
        }
    return false;
}

/* True where both have the same tensors. */
static bool same_tensors(const dn_arch *a, const dn_arch *b)
{
    bool same = a->block_count == b->block_count && a->stem == b->stem;
    for (size_t i = 0; same && i < DN_CARD_NUMBERS; i++)
        same = memcmp((const char *)a + dn_card_numbers[i].offset,
                      (const char *)b + dn_card_numbers[i].offset, sizeof(int)) == 0;
    for (int block = 0; same && block < a->block_count; block++)
        same =
            a->blocks[block] == b->blocks[block] && dn_block_in(a, block) == dn_block_in(b, block);
    if (same && a->stem == DN_STEM_DEEP)
        same = memcmp(a->stem_hidden, b->stem_hidden, sizeof a->stem_hidden) == 0;
    return same;
}

void dn_card_arch(const dn_tensor_file *file, dn_arch *arch, bool *ignored)
{
    dn_arch recorded = {0};
    *ignored = false;
    if (!dn_card_exists(file))
        return;
    *ignored = !parse_arch(file, &recorded) || !same_tensors(&recorded, arch);
    if (!*ignored)
        *arch = recorded;
}

dn_concat dn_card_concat(const dn_tensor_file *file)
{
    const char *text = text_of(file, "densenet.concat");
    if (!text)
        return DN_CONCAT_AUTO;
    return strcmp(text, "first") == 0  ? DN_CONCAT_FIRST
           : strcmp(text, "last") == 0 ? DN_CONCAT_LAST
                                       : DN_CONCAT_AUTO;
}

/* A JSON array of as many items as the network has outputs; NULL where the card
 * has no such entry. */
static dn_status read_array(const dn_tensor_file *file, const char *key, const dn_model *model,
                            json_t **array)
{
    const char *text = text_of(file, key);
    *array = NULL;
    if (!text)
        return DN_OK;
    dn_status status = dn_json_parse(text, strlen(text), key, array);
    if (status != DN_OK)
        return dn_fail_within(status, file->name);
    if (json_is_array(*array) && json_array_size(*array) == (size_t)model->arch.classes)
        return DN_OK;
    json_decref(*array);
    return dn_fail(DN_ERROR_FORMAT, "%s: %s in its metadata is no list of %d items", file->name,
                   key, model->arch.classes);
}

static dn_status read_labels(const dn_tensor_file *file, dn_model *model)
{
    json_t *array;
    DN_TRY(read_array(file, "densenet.labels", model, &array));
    if (!array)
        return DN_OK;
    const char **labels;
    dn_status status = dn_calloc((size_t)model->arch.classes, sizeof *labels, &labels);
    if (status != DN_OK) {
        json_decref(array);
        return status;
    }
    for (int i = 0; i < model->arch.classes; i++) {
        labels[i] = json_string_value(json_array_get(array, (size_t)i));
        if (!labels[i])
            labels[i] = "";
    }
    status = dn_model_set_labels(model, labels, model->arch.classes);
    free(labels);
    json_decref(array);
    return status;
}

static dn_status read_thresholds(const dn_tensor_file *file, dn_model *model)
{
    json_t *array;
    DN_TRY(read_array(file, "densenet.thresholds", model, &array));
    if (!array)
        return DN_OK;
    dn_status status =
        dn_alloc_aligned((size_t)model->arch.classes, sizeof(float), &model->thresholds);
    for (int i = 0; status == DN_OK && i < model->arch.classes; i++) {
        const json_t *item = json_array_get(array, (size_t)i);
        model->thresholds[i] = json_is_number(item) ? (float)json_number_value(item) : NAN;
    }
    json_decref(array);
    return status;
}

dn_status dn_card_read(const dn_tensor_file *file, dn_model *model)
{
    const char *task = text_of(file, "densenet.task");
    const char *preprocess = text_of(file, "densenet.preprocess");
    if (task && strcmp(task, "labels") == 0)
        model->task = DN_TASK_LABELS;
    if (preprocess && dn_preprocess_parse(preprocess, &model->preprocess) != DN_OK)
        return dn_fail_within(DN_ERROR_FORMAT, file->name);
    model->has_preprocess = preprocess != NULL;
    DN_TRY(read_labels(file, model));
    return read_thresholds(file, model);
}
