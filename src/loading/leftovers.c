/* SPDX-License-Identifier: MIT */
#include "loading/leftovers.h"

#include "base/memory.h"
#include "loading/candidate_words.h"

#include <stdlib.h>
#include <string.h>

enum { LISTED = 3, MOST_CHANNELS = 4 };

/* Names for a sentence: the first few, and how many more. */
typedef struct name_list {
    dn_text text;
    int count;
} name_list;

static void list_name(name_list *list, const dn_tensor *tensor)
{
    if (list->count++ < LISTED)
        dn_text_add(&list->text, "%s\"%.100s\"", list->count > 1 ? ", " : "", tensor->name);
}

static void finish_list(name_list *list)
{
    if (list->count > LISTED)
        dn_text_add(&list->text, " and %d more", list->count - LISTED);
}

/* What pictures are normalised with: "mean", "pixel_std", "normalize.mean". */
static bool normalises(const dn_tensor *tensor)
{
    static const char *const endings[] = {"mean", "std", "mu", "sigma"};
    const char *name = dn_last_component(tensor->name);
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings && tensor->count <= MOST_CHANNELS;
         i++) {
        size_t span = strlen(endings[i]);
        if (length >= span && strcmp(name + length - span, endings[i]) == 0)
            return true;
    }
    return false;
}

/* An average or a teacher is not part of a network that is neither. */
static bool is_of_another(const dn_load_job *l, const dn_tensor *tensor)
{
    size_t length = (size_t)(dn_last_component(tensor->name) - tensor->name);
    int rank = dn_rank_of_path(tensor->name, length);
    return rank >= DN_RANK_COPY && rank > dn_rank_of_path(l->origin.state, strlen(l->origin.state));
}

static bool may_matter(const dn_load_job *l, const dn_tensor *tensor)
{
    const dn_tensor *own = l->sources[0];
    size_t asked = l->state ? strlen(l->origin.state) : 0;
    return tensor->scope == own->scope && strncmp(tensor->name, own->name, own->scope) == 0 &&
           strncmp(tensor->name, l->origin.state, asked) == 0 && !dn_is_known_counter(tensor) &&
           !dn_is_company(tensor) && !is_of_another(l, tensor);
}

static bool *mark_used(const dn_load_job *l)
{
    bool *used = calloc(l->file->tensor_count + 1, sizeof *used);
    for (int i = 0; used && i < l->layout.count; i++) {
        used[l->sources[i] - l->file->tensors] = true;
        if (l->biases[i])
            used[l->biases[i] - l->file->tensors] = true;
    }
    return used;
}

static void warn(dn_load_job *l, name_list *normal, name_list *others)
{
    finish_list(normal);
    finish_list(others);
    if (normal->count)
        dn_load_warn(l,
                     "it seems to normalise pictures itself, by %s, which is not computed here: "
                     "the pipeline must (mean=...,std=...)",
                     normal->text.data);
    if (others->count)
        dn_load_warn(l,
                     "left out beside the network: %s: if its forward() uses them, answers are "
                     "not the network's",
                     others->text.data);
}

dn_status dn_warn_of_leftovers(dn_load_job *l)
{
    name_list normal = {{0}, 0}, others = {{0}, 0};
    bool *used = mark_used(l);
    if (!used)
        return dn_fail_memory(l->file->tensor_count);
    for (size_t i = 0; i < l->file->tensor_count; i++) {
        const dn_tensor *tensor = &l->file->tensors[i];
        if (!used[i] && may_matter(l, tensor))
            list_name(normalises(tensor) ? &normal : &others, tensor);
    }
    bool failed = normal.text.failed || others.text.failed;
    if (!failed)
        warn(l, &normal, &others);
    dn_text_drop(&normal.text);
    dn_text_drop(&others.text);
    free(used);
    return failed ? dn_fail_memory(l->file->tensor_count) : DN_OK;
}
