/* SPDX-License-Identifier: MIT */
/* From a weight file to a model in canonical order. */
#include "loading/load.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/sized_options.h"
#include "base/text.h"
#include "loading/axes.h"
#include "loading/candidate_words.h"
#include "loading/copy_tensors.h"
#include "loading/fold_biases.h"
#include "loading/function.h"
#include "loading/hub.h"
#include "loading/match_head.h"
#include "loading/metadata.h"
#include "loading/order.h"
#include "loading/other_metadata.h"
#include "loading/published.h"
#include "loading/reparametrise.h"
#include "loading/temperature.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What loading has found out so far. */
typedef struct loader {
    dn_tensor_file *file;
    dn_load_options options;
    dn_concat asked;    /* by the caller */
    const char *state;  /* by the caller; NULL: the likeliest */
    const char *config; /* the path of a config.json; "": none */
    dn_arch arch;
    dn_layout layout;
    const dn_tensor **sources; /* of each slot */
    const dn_tensor **biases;  /* of the convolution in each slot, or NULL */
    dn_head_facts head;
    bool accepts_none; /* a network without a head will do, since nothing has one */
    bool saw_none;
    dn_origin origin;
    dn_concat concat;
    bool metadata; /* this program's metadata is present and describes the network */
    dn_metadata_doubts doubts;
    dn_text warning;
} loader;

__attribute__((format(printf, 2, 3))) static void warn(loader *l, const char *format, ...)
{
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    dn_clean(sentence);
    if (l->warning.length)
        dn_text_add(&l->warning, "; %s", sentence);
    else
        dn_text_add(&l->warning, "%s: %s", l->file->name, sentence);
}

static void note_derived(dn_origin *origin, const char *what)
{
    size_t length = strlen(origin->derived);
    snprintf(origin->derived + length, sizeof origin->derived - length, "%s%s", length ? "; " : "",
             what);
}

/* Features alone are a network if they are all that is in a dictionary, or were asked for. */
static dn_status check_head(loader *l, const dn_candidate *candidate, const dn_match *match)
{
    bool part = candidate->scope_length > candidate->tensors[0]->scope && !l->state;
    if (l->arch.classes || match->rest_count || (l->accepts_none && !part))
        return DN_OK;
    l->saw_none = l->saw_none || !part;
    return dn_fail(DN_ERROR_MISMATCH, "there is no classifier");
}

static dn_status check_match(loader *l, const dn_candidate *candidate, dn_match *match)
{
    DN_TRY(dn_infer(match, &l->arch));
    DN_TRY(dn_match_head(match, l->file, &l->arch, &l->head));
    DN_TRY(check_head(l, candidate, match));
    if (dn_arch_check(&l->arch) != DN_OK)
        return DN_ERROR_MISMATCH; /* keeps dn_arch_check's sentence */
    DN_TRY(dn_layout_create(&l->arch, &l->layout));
    DN_TRY(dn_calloc((size_t)l->layout.count, sizeof *l->sources, &l->sources));
    DN_TRY(dn_calloc((size_t)l->layout.count, sizeof *l->biases, &l->biases));
    return dn_check_complete(match, &l->arch, &l->layout, l->sources, l->biases);
}

static void discard_match(loader *l)
{
    dn_layout_free(&l->layout);
    free(l->sources);
    free(l->biases);
    l->sources = l->biases = NULL;
}

/* The order, and whether anything contradicts it: the statistics are facts,
 * metadata is this program's word, names are a convention. */
static dn_status decide_concat(loader *l, const dn_match *match)
{
    dn_concat facts,
        metadata = l->metadata ? dn_metadata_concat(l->file, &l->doubts) : DN_CONCAT_AUTO;
    DN_TRY(dn_concat_of_statistics(&l->arch, &l->layout, l->sources, &facts));
    const struct {
        dn_concat concat;
        const char *from;
    } sources[] = {{facts, "statistics"},
                   {metadata, "metadata"},
                   {l->asked, "request"},
                   {match->convention, "names"}};
    l->concat = DN_CONCAT_AUTO;
    for (int i = 0; i < 4 && l->concat == DN_CONCAT_AUTO; i++) {
        l->concat = sources[i].concat;
        snprintf(l->origin.concat_from, sizeof l->origin.concat_from, "%s", sources[i].from);
    }
    if (l->concat == DN_CONCAT_AUTO)
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "neither names nor batch-norm statistics say whether a layer's new maps come "
            "first or last; the option concat must");
    if (l->asked != DN_CONCAT_AUTO && l->asked != l->concat)
        warn(l, "its batch-norm statistics or metadata overrule the concatenation order asked for");
    else if (facts != DN_CONCAT_AUTO && match->convention != DN_CONCAT_AUTO &&
             facts != match->convention)
        warn(l,
             "its batch-norm statistics say that new maps come %s, contrary to the convention of "
             "its names; the statistics were followed",
             dn_concat_name(facts));
    return DN_OK;
}

static void describe_origin(loader *l, const dn_candidate *candidate, const dn_match *match)
{
    dn_origin *origin = &l->origin;
    snprintf(origin->format, sizeof origin->format, "%s", l->file->format);
    snprintf(origin->dialect, sizeof origin->dialect, "%s", match->dialect);
    snprintf(origin->concat, sizeof origin->concat, "%s", dn_concat_name(l->concat));
    snprintf(origin->dtype, sizeof origin->dtype, "%s", dn_dtype_name(l->sources[0]->dtype));
    for (int i = 1; i < l->layout.count; i++)
        if (l->sources[i]->dtype != l->sources[0]->dtype)
            snprintf(origin->dtype, sizeof origin->dtype, "mixed");
    if (candidate->scope_length)
        snprintf(origin->state, sizeof origin->state, "%.*s", (int)candidate->scope_length - 1,
                 candidate->scope);
}

static dn_status try_match(loader *l, const dn_candidate *candidate, dn_match *match)
{
    dn_status status = check_match(l, candidate, match);
    if (status == DN_OK) {
        l->doubts = (dn_metadata_doubts){""};
        l->metadata = dn_metadata_arch(l->file, &l->arch, &l->doubts);
        status = decide_concat(l, match);
    }
    if (status == DN_OK)
        describe_origin(l, candidate, match);
    else
        discard_match(l);
    return status;
}

static dn_status try_names(loader *l, const dn_candidate *candidate, bool *known)
{
    dn_match match;
    DN_TRY(dn_match_names(candidate, &match));
    *known = match.pair_count > candidate->count / 2;
    dn_status status = *known ? try_match(l, candidate, &match) : DN_ERROR_MISMATCH;
    dn_match_free(&match);
    return status;
}

static dn_status try_structure(loader *l, const dn_candidate *candidate)
{
    dn_match match;
    DN_TRY(dn_match_structure(candidate, &match));
    dn_status status = try_match(l, candidate, &match);
    dn_match_free(&match);
    return status;
}

static dn_status try_candidate(loader *l, const dn_candidate *candidate)
{
    bool known;
    dn_status status = try_names(l, candidate, &known);
    if (status != DN_ERROR_MISMATCH)
        return status;
    status = try_structure(l, candidate);
    if (status != DN_ERROR_MISMATCH || !known)
        return status;
    return try_names(l, candidate, &known); /* for its error message, in the file's own terms */
}

static bool is_within(const dn_candidate *inner, const dn_candidate *outer)
{
    return inner->scope_length >= outer->scope_length &&
           memcmp(inner->scope, outer->scope, outer->scope_length) == 0;
}

/* Whether it holds a network of its own. */
static bool is_network(const loader *l, const dn_candidate *candidate)
{
    loader probe = {.file = l->file, .asked = l->asked};
    dn_status status = try_candidate(&probe, candidate);
    discard_match(&probe);
    dn_text_drop(&probe.warning);
    return status == DN_OK;
}

/* Adds the paths of networks from the item at `first` on, none of which is within another or
 * within `taken` (or NULL); returns how many. equal: only as likely ones as `taken`. */
static int list_networks(const loader *l, const dn_candidates *candidates, size_t first,
                         const dn_candidate *taken, dn_text *list)
{
    const dn_candidate *found[4];
    int count = 0;
    for (size_t i = first; i < candidates->count && count < 4; i++) {
        const dn_candidate *item = &candidates->items[i];
        bool other = !taken || (!is_within(item, taken) && !is_within(taken, item) &&
                                dn_rank_of_path(item->scope, item->scope_length) ==
                                    dn_rank_of_path(taken->scope, taken->scope_length));
        for (int k = 0; k < count && other; k++)
            other = !is_within(item, found[k]) && !is_within(found[k], item);
        if (!other || !is_network(l, item))
            continue;
        if (item->scope_length)
            dn_text_add(list, "%s\"%.*s\"", count ? ", " : "", (int)item->scope_length - 1,
                        item->scope);
        else
            dn_text_add(list, "the whole file");
        found[count++] = item;
    }
    return count;
}

static void warn_of_others(loader *l, const dn_candidates *candidates, size_t taken)
{
    dn_text list = {0};
    const dn_candidate *item = &candidates->items[taken];
    int count = list_networks(l, candidates, taken + 1, item, &list);
    if (count && !list.failed)
        warn(l, "the network is that of \"%.*s\"; as likely: %s; the option state chooses",
             item->scope_length ? (int)item->scope_length - 1 : 0, item->scope, list.data);
    dn_text_drop(&list);
}

/* Whether the one taken is the only one is said. */
static dn_status try_each(loader *l, const dn_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        dn_status status = try_candidate(l, &candidates->items[i]);
        if (status == DN_OK)
            warn_of_others(l, candidates, i);
        if (status != DN_ERROR_MISMATCH)
            return status;
    }
    return DN_ERROR_MISMATCH;
}

/* A dictionary of features has its head perhaps in another. */
static dn_status try_candidates(loader *l, const dn_candidates *candidates)
{
    if (candidates->count == 0 || candidates->items[0].count == 0)
        return dn_fail(DN_ERROR_MISMATCH, "holds no tensors");
    dn_status status = try_each(l, candidates);
    l->accepts_none = l->saw_none;
    if (status == DN_ERROR_MISMATCH && l->accepts_none)
        status = try_each(l, candidates);
    if (status != DN_ERROR_MISMATCH)
        return status;
    return try_candidate(l, &candidates->items[0]); /* for the error message of the likeliest one */
}

static dn_status refuse_state(const loader *l)
{
    dn_candidates all;
    dn_text list = {0};
    DN_TRY(dn_candidates_find(l->file, &all));
    int count = list_networks(l, &all, 0, NULL, &list);
    dn_candidates_free(&all);
    if (list.failed) {
        dn_text_drop(&list);
        return dn_fail_memory(0);
    }
    dn_status status =
        dn_fail(DN_ERROR_MISMATCH, "has no tensors below \"%.200s\"; its networks: %s", l->state,
                count ? list.data : "none");
    dn_text_drop(&list);
    return status;
}

/* Networks that blur where this family pools would load but give wrong answers.
 * antialiased-cnns (Zhang, 2019) keeps the blur's filters among the tensors. */
static dn_status refuse_filters(const dn_tensor_file *file)
{
    static const char ending[] = ".filt";
    for (size_t i = 0; i < file->tensor_count; i++) {
        const char *name = file->tensors[i].name;
        size_t length = strlen(name);
        if (length >= sizeof ending && strcmp(name + length + 1 - sizeof ending, ending) == 0)
            return dn_fail(DN_ERROR_MISMATCH,
                           "%s: is an anti-aliased network (\"%s\"): blur pooling is not supported",
                           file->name, name);
    }
    return DN_OK;
}

/* The first tensor of this rank, if more have it than are kernels of pictures. */
static const dn_tensor *find_other_kernels(const dn_tensor_file *file, int rank)
{
    const dn_tensor *first = NULL;
    size_t count = 0, pictures = 0;
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (tensor->rank == rank && !first)
            first = tensor;
        count += tensor->rank == rank;
        pictures += tensor->rank == 4;
    }
    return count > 2 && count > pictures ? first : NULL;
}

static dn_status refuse_dimensions(const dn_tensor *kernel)
{
    return dn_fail(DN_ERROR_MISMATCH,
                   "is a %dD network (\"%.200s\" has %d dimensions), which is not of this family",
                   kernel->rank - 2, kernel->name, kernel->rank);
}

static dn_status refuse_parametrisation(const char *name)
{
    return dn_fail(DN_ERROR_MISMATCH,
                   "\"%.200s\" is part of a reparametrised weight of a kind that is not known; "
                   "save the network without it, as torch.nn.utils.parametrize can remove it",
                   name);
}

static dn_status find_network(loader *l)
{
    dn_candidates candidates;
    const char *derived, *unknown;
    DN_TRY(dn_reparametrise(l->file, &derived));
    bool turned;
    dn_status axes = dn_turn_axes(l->file, &turned);
    if (axes != DN_OK)
        return dn_fail_within(axes, l->file->name);
    DN_TRY(refuse_filters(l->file));
    DN_TRY(l->state ? dn_candidates_at(l->file, l->state, &candidates)
                    : dn_candidates_find(l->file, &candidates));
    dn_status status =
        l->state && candidates.count == 0 ? refuse_state(l) : try_candidates(l, &candidates);
    dn_candidates_free(&candidates);
    if (status == DN_OK && derived)
        note_derived(&l->origin, derived);
    if (status == DN_OK && turned)
        note_derived(&l->origin, "kernels were turned from TensorFlow's order of axes");
    const dn_tensor *other = find_other_kernels(l->file, 5);
    if (!other)
        other = find_other_kernels(l->file, 3);
    if (status == DN_ERROR_MISMATCH && other)
        status = refuse_dimensions(other);
    else if (status == DN_ERROR_MISMATCH && (unknown = dn_unknown_parametrisation(l->file)))
        status = refuse_parametrisation(unknown);
    return status == DN_OK ? DN_OK : dn_fail_within(status, l->file->name);
}

/* timm's only published network with a deep stem, densenetblur121d, has the
 * tensors of densenet121 with that stem and none for its blur: only the name of
 * the file or its folder can give it away. */
static dn_status refuse_blur(loader *l)
{
    dn_arch like;
    if (strcmp(l->origin.dialect, "timm") != 0 || dn_metadata_exists(l->file) ||
        dn_arch_find("densenet121", &like) != DN_OK ||
        memcmp(like.blocks, l->arch.blocks, sizeof like.blocks) != 0)
        return DN_OK;
    if (strstr(l->file->name, "densenetblur"))
        return dn_fail(DN_ERROR_MISMATCH,
                       "%s: is named like timm's densenetblur121d: its blur pooling is not "
                       "supported, answers would be wrong",
                       l->file->name);
    warn(l, "if this is timm's densenetblur121d, answers will be wrong: its blur pooling is not "
            "supported");
    return DN_OK;
}

static void warn_of_values(loader *l, const dn_model *model)
{
    char values[256];
    dn_describe_values(model, values, sizeof values);
    if (values[0])
        warn(l, "%s", values);
}

static dn_status fold_biases(const loader *l, dn_model *model)
{
    bool folded;
    DN_TRY(dn_fold_biases(model, l->biases, &folded));
    if (folded)
        note_derived(&model->origin, "biases of convolutions were subtracted from running means");
    return DN_OK;
}

/* What the file does not say, a config.json beside it may. */
static dn_status read_config(loader *l, dn_model *model)
{
    dn_file_map map;
    dn_hub_doubt doubt = {""};
    dn_objective recorded = model->objective;
    if (!l->config[0])
        return DN_OK;
    if (dn_file_map_open(l->config, &map) != DN_OK) {
        warn(l, "%s", dn_last_error());
        return DN_OK;
    }
    dn_status status = dn_hub_read(map.data, map.size, model, &doubt);
    dn_file_map_close(&map);
    if (l->metadata)
        model->objective = recorded;
    if (doubt.text[0])
        warn(l, "%s", doubt.text);
    return status == DN_OK ? DN_OK : dn_fail_within(status, l->file->name);
}

/* Layers under Keras' names may be another framework's. */
static bool has_keras_parts(const loader *l)
{
    bool found = false;
    for (int i = 0; i < l->layout.count && !found; i++)
        found = strstr(l->sources[i]->name, "moving_variance") != NULL;
    return found && strcmp(l->origin.dialect, dn_dialect_name(DN_DIALECT_KERAS)) == 0;
}

/* What is not in the file, and so may be otherwise. */
static void warn_of_head(loader *l)
{
    char text[DN_HEAD_TEXT_SIZE];
    dn_arch_head_text(&l->arch, text, sizeof text);
    if (l->head.assumed)
        warn(l, "its head is taken for %s%s: what has no tensors is not in the file", text,
             l->arch.linear_final ? ", after a norm without ReLU" : "");
    if (l->head.assumed_sigmoid)
        warn(l, "a sigmoid among its modules is taken to come last");
}

/* Metadata that describes the network says all of it. */
static dn_status read_metadata(loader *l, dn_model *model)
{
    if (l->metadata)
        return dn_metadata_read(l->file, model, &l->doubts);
    warn_of_head(l);
    if (l->head.tells_objective)
        model->objective = l->head.objective;
    return dn_metadata_exists(l->file) ? DN_OK : dn_other_metadata_read(l->file, model);
}

static dn_status find_function(loader *l, dn_model *model)
{
    dn_text doubts = {0};
    dn_status status = dn_find_function(
        &(dn_function_question){l->file, l->sources, &l->options, l->metadata}, model, &doubts);
    if (status == DN_OK && doubts.failed)
        status = dn_fail(DN_ERROR_MEMORY, "out of memory");
    if (status == DN_OK && doubts.length)
        warn(l, "%s", doubts.data);
    dn_text_drop(&doubts);
    return status == DN_OK ? DN_OK : dn_fail_within(status, l->file->name);
}

static dn_status build_model(loader *l, dn_model **out)
{
    DN_TRY(refuse_blur(l));
    if (!l->metadata && has_keras_parts(l))
        l->arch.bn_epsilon = 1.001e-5; /* of keras.applications, which no file says */
    dn_model *model;
    DN_TRY(dn_model_create(&l->arch, false, &model));
    model->origin = l->origin;
    bool borrowed = false;
    dn_status status = dn_copy_tensors(model, l->sources, l->concat, &borrowed);
    if (status == DN_OK)
        status = fold_biases(l, model);
    if (status == DN_OK)
        status = find_function(l, model);
    if (status == DN_OK)
        status = read_metadata(l, model);
    if (status == DN_OK)
        status = dn_temperature_find(l->file, l->sources[0]->name, &model->temperature);
    if (status == DN_OK)
        status = read_config(l, model);
    if (status == DN_OK && l->doubts.text[0])
        warn(l, "%s%s", l->doubts.text, l->metadata ? "" : "; its metadata was ignored");
    if (status == DN_OK)
        warn_of_values(l, model);
    if (status == DN_OK && (l->warning.length || l->warning.failed))
        status = dn_text_take(&l->warning, &model->warning);
    if (status != DN_OK) {
        dn_model_free(model);
        return status;
    }
    if (borrowed) {
        model->file = l->file;
        l->file = NULL;
    }
    *out = model;
    return DN_OK;
}

void dn_load_defaults(dn_load_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &(dn_load_options){0}, sizeof *options);
}

/* config: the path of a config.json beside the file; "": there is none. */
static dn_status load_beside(dn_tensor_file *file, const char *config,
                             const dn_load_options *options, dn_model **model)
{
    loader l = {.file = file, .config = config};
    dn_load_options chosen = {0};
    dn_status status = dn_read_options(options, &chosen, sizeof chosen);
    l.options = chosen;
    l.asked = chosen.concat;
    l.state = chosen.state && chosen.state[0] ? chosen.state : NULL;
    if (status == DN_OK)
        status = find_network(&l);
    if (status == DN_OK)
        status = build_model(&l, model);
    if (status == DN_OK && (*model)->warning)
        dn_log(DN_LOG_WARNING, "%s", (*model)->warning);
    discard_match(&l);
    dn_text_drop(&l.warning);
    dn_tensor_file_close(l.file);
    return status;
}

dn_status dn_load_file(dn_tensor_file *file, const dn_load_options *options, dn_model **model)
{
    return load_beside(file, "", options, model);
}

dn_status dn_model_load(const char *name, const dn_load_options *options, dn_model **model)
{
    char path[PATH_MAX];
    dn_hub_paths paths = {0};
    dn_tensor_file *file;
    DN_NEED(name);
    DN_NEED(model);
    DN_TRY(dn_weights_path(name, path, sizeof path));
    if (dn_names_builtin(name)) {
        DN_TRY(dn_builtin_open(&file));
        return dn_load_file(file, options, model);
    }
    DN_TRY(dn_hub_find(path, &paths));
    DN_TRY(dn_tensor_file_open(paths.weights, &file));
    return load_beside(file, paths.config, options, model);
}

dn_status dn_model_read(const void *data, size_t size, const char *name,
                        const dn_load_options *options, dn_model **model)
{
    dn_tensor_file *file;
    DN_NEED(data);
    DN_NEED(name);
    DN_NEED(model);
    DN_TRY(dn_tensor_file_read(data, size, name, &file));
    return dn_load_file(file, options, model);
}
