/* SPDX-License-Identifier: MIT */
/* One candidate: names or structure, architecture, completeness, order. */
#include "loading/load_job.h"

#include "base/memory.h"
#include "loading/keras/keras.h"
#include "loading/order.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dn_load_warn(dn_load_job *l, const char *format, ...)
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

void dn_note_derived(dn_origin *origin, const char *what)
{
    size_t length = strlen(origin->derived);
    snprintf(origin->derived + length, sizeof origin->derived - length, "%s%s", length ? "; " : "",
             what);
}

/* Features alone are a network if they are all that is in a dictionary, or were asked for. */
static dn_status check_head(dn_load_job *l, const dn_candidate *candidate, const dn_match *match)
{
    bool part = candidate->scope_length > candidate->tensors[0]->scope && !l->state;
    if (l->arch.classes || match->rest_count || (l->accepts_none && !part))
        return DN_OK;
    l->saw_none = l->saw_none || !part;
    return dn_fail(DN_ERROR_MISMATCH, "there is no classifier");
}

static dn_head asked_grid(const dn_load_options *asked)
{
    dn_head none = {0};
    return asked->grid_rows ? (dn_head){.pool = DN_POOL_GRID,
                                        .grid = asked->grid_rows,
                                        .grid_width = asked->grid_columns}
                            : none;
}

/* The caller's word comes before the metadata's, as for all that tensors do not tell. */
static void keep_asked_grid(const dn_load_options *asked, dn_arch *arch)
{
    if (!asked->grid_rows || arch->head.pool != DN_POOL_GRID)
        return;
    arch->head.grid = asked->grid_rows;
    arch->head.grid_width = asked->grid_columns;
}

static dn_status check_match(dn_load_job *l, const dn_candidate *candidate, dn_match *match)
{
    DN_TRY(dn_infer(match, dn_metadata_text(l->file, "densenet.stem"), &l->arch));
    l->arch.head = asked_grid(&l->options);
    DN_TRY(dn_match_head(match, l->file, &l->arch, &l->head));
    DN_TRY(check_head(l, candidate, match));
    if (dn_arch_check(&l->arch) != DN_OK)
        return DN_ERROR_MISMATCH; /* keeps dn_arch_check's sentence */
    DN_TRY(dn_layout_create(&l->arch, &l->layout));
    DN_TRY(dn_calloc((size_t)l->layout.count, sizeof *l->sources, &l->sources));
    DN_TRY(dn_calloc((size_t)l->layout.count, sizeof *l->biases, &l->biases));
    return dn_check_complete(match, &l->arch, &l->layout, l->sources, l->biases);
}

void dn_discard_match(dn_load_job *l)
{
    dn_layout_free(&l->layout);
    free(l->sources);
    free(l->biases);
    l->sources = l->biases = NULL;
}

/* What the file's own configuration says. */
static dn_concat configured_concat(const dn_tensor_file *file)
{
    const dn_value *value = dn_tensor_file_value(file, DN_KERAS_CONCAT);
    if (!value || !value->texts)
        return DN_CONCAT_AUTO;
    return strcmp(value->texts[0], "first") == 0 ? DN_CONCAT_FIRST : DN_CONCAT_LAST;
}

/* The order, and whether anything contradicts it: the statistics are facts,
 * metadata is this program's word, names are a convention. */
static dn_status decide_concat(dn_load_job *l, const dn_match *match)
{
    dn_concat facts,
        metadata = l->metadata ? dn_metadata_concat(l->file, &l->doubts) : DN_CONCAT_AUTO;
    DN_TRY(dn_concat_of_statistics(&l->arch, &l->layout, l->sources, &facts));
    const struct {
        dn_concat concat;
        const char *from;
    } sources[] = {{facts, "statistics"},
                   {metadata, "metadata"},
                   {configured_concat(l->file), "modules"},
                   {l->asked, "request"},
                   {match->convention, "names"}};
    l->concat = DN_CONCAT_AUTO;
    for (int i = 0; i < 5 && l->concat == DN_CONCAT_AUTO; i++) {
        l->concat = sources[i].concat;
        snprintf(l->origin.concat_from, sizeof l->origin.concat_from, "%s", sources[i].from);
    }
    if (l->concat == DN_CONCAT_AUTO)
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "neither names nor batch-norm statistics say whether a layer's new maps come "
            "first or last; the option concat must");
    if (l->asked != DN_CONCAT_AUTO && l->asked != l->concat)
        dn_load_warn(
            l, "its batch-norm statistics or metadata overrule the concatenation order asked for");
    else if (facts != DN_CONCAT_AUTO && match->convention != DN_CONCAT_AUTO &&
             facts != match->convention)
        dn_load_warn(
            l,
            "its batch-norm statistics say that new maps come %s, contrary to the convention of "
            "its names; the statistics were followed",
            dn_concat_name(facts));
    return DN_OK;
}

static void describe_origin(dn_load_job *l, const dn_candidate *candidate, const dn_match *match)
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

static dn_status try_match(dn_load_job *l, const dn_candidate *candidate, dn_match *match)
{
    dn_status status = check_match(l, candidate, match);
    if (status == DN_OK) {
        l->doubts = (dn_metadata_doubts){""};
        l->metadata = dn_metadata_arch(l->file, &l->arch, &l->doubts);
        keep_asked_grid(&l->options, &l->arch);
        status = decide_concat(l, match);
    }
    if (status == DN_OK)
        describe_origin(l, candidate, match);
    else
        dn_discard_match(l);
    return status;
}

static dn_status try_names(dn_load_job *l, const dn_candidate *candidate, bool *known)
{
    dn_match match;
    DN_TRY(dn_match_names(candidate, &match));
    *known = match.pair_count > candidate->count / 2;
    dn_status status = *known ? try_match(l, candidate, &match) : DN_ERROR_MISMATCH;
    dn_match_free(&match);
    return status;
}

static dn_status try_structure(dn_load_job *l, const dn_candidate *candidate)
{
    dn_match match;
    DN_TRY(dn_match_structure(candidate, &l->file->budget, &match));
    dn_status status = try_match(l, candidate, &match);
    dn_match_free(&match);
    return status;
}

dn_status dn_try_candidate(dn_load_job *l, const dn_candidate *candidate)
{
    bool known = false;
    dn_status status = try_names(l, candidate, &known);
    if (status != DN_ERROR_MISMATCH)
        return status;
    status = try_structure(l, candidate);
    if (status != DN_ERROR_MISMATCH || !known)
        return status;
    return try_names(l, candidate, &known); /* for its error message, in the file's own terms */
}
