/* SPDX-License-Identifier: MIT */
#include "base/arithmetic.h"
#include "base/memory.h"
#include "base/sized_options.h"
#include "base/text.h"
#include "base/workers.h"
#include "data/augment/draw.h"
#include "data/batch.h"
#include "data/datasets/dataset.h"
#include "data/prefetch.h"
#include "image/preprocess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which batch comes next, and, with prefetching, the thread that prepares the
 * one after while the caller is busy with it. */
struct dn_loader {
    dn_recipe recipe;
    int batches;
    int64_t epoch; /* of the batch that comes next */
    int index;
    int *order;     /* the samples of order_epoch; used by the thread that prepares a batch */
    double *shares; /* sums of the samples' weights, up to each; NULL: each is drawn once */
    int64_t order_epoch;
    bool *reported;         /* samples that were already reported as skipped */
    dn_batch_slot slots[2]; /* without prefetching only the first is used */
    int current;            /* the slot that the caller holds or held */
    int unreadable;         /* consecutive batches of which no sample could be read */
    dn_prefetch prefetch;   /* in use if the options say so */
};

/* Each with the chance of its weight, however often it was drawn before. */
static void draw_samples(dn_loader *loader, dn_random *random, int count)
{
    for (int i = 0; i < count; i++)
        loader->order[i] = dn_draw_share(random, loader->shares, count);
}

static void put_in_order(dn_loader *loader, int64_t epoch)
{
    int count = dn_dataset_count(loader->recipe.dataset);
    if (loader->order_epoch == epoch)
        return;
    for (int i = 0; i < count; i++)
        loader->order[i] = i;
    if (loader->recipe.options.shuffle) {
        dn_random random = dn_draw_for(DN_FOR_ORDER, loader->recipe.options.seed, epoch, 0);
        if (loader->shares)
            draw_samples(loader, &random, count);
        else
            dn_draw_order(&random, loader->order, count);
    }
    loader->order_epoch = epoch;
}

static void fill(void *context, dn_batch_slot *slot)
{
    dn_loader *loader = context;
    const dn_loader_options *options = &loader->recipe.options;
    int first = slot->loaded.index * options->batch;
    int count = dn_min(dn_dataset_count(loader->recipe.dataset) - first, options->batch);
    put_in_order(loader, slot->loaded.epoch);
    dn_batch_fill(&loader->recipe, loader->order + first,
                  dn_share_begin(count, options->parts, options->part),
                  dn_share_begin(count, options->parts, options->part + 1), slot);
    dn_dataset_forget(loader->recipe.dataset);
}

static dn_status check_classes(const dn_dataset *dataset)
{
    int first = dn_dataset_class(dataset, 0);
    for (int i = 1; i < dn_dataset_count(dataset); i++)
        if (dn_dataset_class(dataset, i) != first)
            return DN_OK;
    return dn_fail(DN_ERROR_ARGUMENT,
                   "%s: all pictures are of one class, %s; training needs at least two",
                   dn_dataset_source(dataset), dn_dataset_label(dataset, first));
}

void dn_loader_defaults(dn_loader_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &(dn_loader_options){0}, sizeof *options);
}

static dn_status check_weights(const dn_dataset *dataset, const dn_loader_options *options)
{
    const double *weights = options->sample_weights;
    double sum = 0;
    if (!weights)
        return DN_OK;
    if (!options->shuffle)
        return dn_fail(DN_ERROR_ARGUMENT, "samples drawn by weight, but in the data's order");
    for (int i = 0; i < dn_dataset_count(dataset); i++) {
        if (!(weights[i] >= 0))
            return dn_fail(DN_ERROR_ARGUMENT, "sample %d has the weight %g, 0 or more is expected",
                           i, weights[i]);
        sum += weights[i];
    }
    return sum > 0 && isfinite(sum)
               ? DN_OK
               : dn_fail(DN_ERROR_ARGUMENT, "the weights of the samples have the sum %g", sum);
}

static dn_status check(const dn_dataset *dataset, const dn_loader_options *options)
{
    int count = dn_dataset_count(dataset);
    size_t pixels, floats;
    DN_TRY(dn_preprocess_check(&options->preprocess));
    if (options->batch < 1 || options->size < 1 || options->width < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "batches of %d pictures, %d wide and %d high",
                       options->batch, options->width, options->size);
    if (!dn_multiply((size_t)options->width * 3, (size_t)options->size, &pixels) ||
        !dn_multiply(pixels + (size_t)dn_dataset_outputs(dataset), (size_t)options->batch,
                     &floats) ||
        floats > SIZE_MAX / 64)
        return dn_fail_memory(SIZE_MAX);
    if (!(options->mixup >= 0 && options->mixup <= 1000))
        return dn_fail(DN_ERROR_ARGUMENT, "mixup %g: must be a number from 0 to 1000",
                       options->mixup);
    if (options->part < 0 || options->part >= options->parts)
        return dn_fail(DN_ERROR_ARGUMENT, "part %d of batches in %d parts", options->part,
                       options->parts);
    DN_TRY(check_weights(dataset, options));
    if (options->training && dn_dataset_objective(dataset) == DN_OBJECTIVE_CLASSES)
        DN_TRY(check_classes(dataset));
    if ((options->training || options->drop_last) && options->batch > count)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%s: a batch of %d is larger than the data set, %d picture%s",
                       dn_dataset_source(dataset), options->batch, count, dn_plural(count));
    return DN_OK;
}

static dn_status add_up(dn_loader *loader, const double *weights, size_t count)
{
    double sum = 0;
    if (!weights)
        return DN_OK;
    DN_TRY(dn_calloc(count, sizeof *loader->shares, &loader->shares));
    for (size_t i = 0; i < count; i++)
        loader->shares[i] = sum += weights[i];
    return DN_OK;
}

static dn_status prepare(dn_loader *loader, const double *weights)
{
    size_t count = (size_t)dn_dataset_count(loader->recipe.dataset);
    DN_TRY(add_up(loader, weights, count));
    int slots = loader->recipe.options.prefetch ? 2 : 1;
    DN_TRY(dn_calloc(count, sizeof *loader->order, &loader->order));
    DN_TRY(dn_calloc(count, sizeof *loader->reported, &loader->reported));
    for (int i = 0; i < slots; i++)
        DN_TRY(dn_batch_create(&loader->recipe, &loader->slots[i]));
    return DN_OK;
}

dn_status dn_loader_create(const dn_dataset *dataset, const dn_loader_options *given,
                           dn_loader **out)
{
    DN_NEED(dataset);
    DN_NEED(given);
    DN_NEED(out);
    dn_loader_options chosen = {0}, *options = &chosen;
    dn_augment augment;
    dn_loader *loader = NULL;
    dn_team team;
    DN_TRY(dn_read_options(given, &chosen, sizeof chosen));
    if (!options->width)
        options->width = options->size;
    if (!options->parts)
        options->parts = 1;
    DN_TRY(dn_choose_team(options->threads, NULL, &team));
    DN_TRY(check(dataset, options));
    DN_TRY(dn_augment_parse(options->augment ? options->augment : "none", &augment));
    DN_TRY(dn_calloc(1, sizeof *loader, &loader));
    loader->recipe =
        (dn_recipe){dataset, *options, augment, dn_ceil_divide(options->batch, options->parts)};
    loader->recipe.options.augment = NULL; /* the caller's */
    loader->recipe.options.sample_weights = NULL;
    loader->order_epoch = -1;
    loader->recipe.options.threads = team.threads;
    int count = dn_dataset_count(dataset), size = options->batch;
    loader->batches = count / size + (count % size != 0 && !options->drop_last);
    dn_prefetch_open(&loader->prefetch, fill, loader);
    dn_status status = prepare(loader, options->sample_weights);
    if (status != DN_OK) {
        dn_loader_free(loader);
        return status;
    }
    *out = loader;
    return DN_OK;
}

void dn_loader_free(dn_loader *loader)
{
    if (!loader)
        return;
    dn_prefetch_close(&loader->prefetch);
    dn_batch_free(&loader->slots[0]);
    dn_batch_free(&loader->slots[1]);
    free(loader->order);
    free(loader->shares);
    free(loader->reported);
    free(loader);
}

int dn_loader_batches(const dn_loader *loader)
{
    if (!loader)
        return 0;
    return loader->batches;
}

size_t dn_loader_bytes(const dn_loader *loader)
{
    if (!loader)
        return 0;
    size_t slots = loader->recipe.options.prefetch ? 2 : 1;
    return slots * dn_batch_bytes(&loader->recipe);
}

void dn_loader_seek(dn_loader *loader, int64_t epoch, int index)
{
    if (!loader)
        return;
    if (index < 0)
        index = 0;
    loader->epoch = epoch + index / loader->batches;
    loader->index = index % loader->batches;
}

static bool holds_next(const dn_loader *loader, const dn_batch_slot *slot)
{
    return slot->filled && slot->loaded.epoch == loader->epoch &&
           slot->loaded.index == loader->index;
}

static void assign_batch(const dn_loader *loader, dn_batch_slot *slot)
{
    slot->loaded.epoch = loader->epoch;
    slot->loaded.index = loader->index;
    slot->filled = false;
}

/* Moves the skips that have not been reported yet to the front. */
static void keep_new_skips(dn_loader *loader, dn_batch_slot *slot)
{
    slot->loaded.new_skips = 0;
    for (int i = 0; i < slot->loaded.skipped; i++) {
        dn_skip skip = slot->skips[i];
        if (loader->reported[skip.sample])
            continue;
        loader->reported[skip.sample] = true;
        slot->skips[i] = slot->skips[slot->loaded.new_skips];
        slot->skips[slot->loaded.new_skips++] = skip;
    }
}

static void advance(dn_loader *loader)
{
    if (++loader->index >= loader->batches) {
        loader->index = 0;
        loader->epoch++;
    }
}

/* What a thread left behind by a fork had begun is begun again. */
static void take_prefetched(dn_loader *loader)
{
    loader->current ^= 1;
    if (dn_prefetch_wait(&loader->prefetch))
        return;
    loader->slots[loader->current].filled = false;
    loader->order_epoch = -1;
}

dn_status dn_loader_next(dn_loader *loader, const dn_loaded **loaded)
{
    DN_NEED(loader);
    DN_NEED(loaded);
    if (loader->recipe.options.prefetch)
        take_prefetched(loader);
    dn_batch_slot *slot = &loader->slots[loader->current];
    if (!holds_next(loader, slot)) {
        assign_batch(loader, slot);
        fill(loader, slot);
    }
    slot->filled = false; /* the batch that the caller held is not returned again */
    advance(loader);
    if (loader->recipe.options.prefetch && (loader->index > 0 || loader->recipe.options.training)) {
        dn_batch_slot *other = &loader->slots[loader->current ^ 1];
        assign_batch(loader, other);
        dn_prefetch_request(&loader->prefetch, other);
    }
    if (slot->status != DN_OK)
        return dn_fail(slot->status, "%s", slot->fault);
    loader->unreadable = slot->loaded.batch.n ? 0 : loader->unreadable + (slot->loaded.skipped > 0);
    if (loader->unreadable >= loader->batches)
        return dn_fail(DN_ERROR_IO, "none of the %d pictures can be used, the last because: %s",
                       dn_dataset_count(loader->recipe.dataset), slot->skips[0].reason);
    keep_new_skips(loader, slot);
    *loaded = &slot->loaded;
    return DN_OK;
}
