/* SPDX-License-Identifier: MIT */
#include "loading/candidate_words.h"

#include <string.h>

/* Usual names of dictionaries and modules, the likeliest network first. */
static const struct {
    const char *word;
    int rank;
} words[] = {
    {"state_dict", 0}, {"model", 1},     {"net", 1},
    {"weights", 1},    {"params", 1},    {"student", 1},
    {"online", 1},     {"encoder_q", 1}, {"ema", 3},
    {"swa", 3},        {"average", 3},   {"teacher", 3},
    {"target", 3},     {"encoder_k", 3}, {"momentum_encoder", 3},
    {"shadow", 3},     {"optimizer", 4}, {"optimiser", 4},
    {"scheduler", 4},  {"exp_avg", 4},
};
enum { RANK_OTHER = 2 };

static bool contains(const char *text, size_t length, const char *word)
{
    size_t span = strlen(word);
    for (size_t at = 0; at + span <= length; at++)
        if (memcmp(text + at, word, span) == 0)
            return true;
    return false;
}

/* The worst word counts: "model_ema" is an average, and "optimizer.model" is
 * not a network. */
int dn_rank_of_path(const char *path, size_t length)
{
    int rank = -1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].rank > rank && contains(path, length, words[i].word))
            rank = words[i].rank;
    return rank >= 0 ? rank : length ? RANK_OTHER : 0;
}

/* True if a component of the path begins with one of the words. */
static bool has_component(const char *path, const char *const *beginnings, size_t count)
{
    for (; path; path = strchr(path, '.')) {
        path += *path == '.';
        for (size_t i = 0; i < count; i++)
            if (strncmp(path, beginnings[i], strlen(beginnings[i])) == 0)
                return true;
    }
    return false;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

bool dn_is_known_counter(const dn_tensor *tensor)
{
    static const char *const names[] = {"num_batches_tracked", "n_averaged", "total_ops",
                                        "total_params",        "op_threshs", "filt",
                                        "num_updates",         "temperature"};
    static const char *const modules[] = {"criterion", "loss", "pos_weight", "class_weight"};
    const char *name = dn_last_component(tensor->name);
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return has_component(tensor->name, modules, COUNT(modules));
}

bool dn_is_counter(const dn_tensor *tensor)
{
    return tensor->rank == 0 || dn_is_known_counter(tensor);
}

bool dn_is_company(const dn_tensor *tensor)
{
    static const char *const names[] = {"queue",   "fid",       "metric",     "confusion",
                                        "confmat", "projector", "projection", "proj_head",
                                        "proj.",   "predictor", "prototypes", "train_",
                                        "val_",    "valid_",    "test_"};
    return !dn_dtype_is_float(tensor->dtype) || has_component(tensor->name, names, COUNT(names));
}
