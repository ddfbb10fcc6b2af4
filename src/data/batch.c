/* SPDX-License-Identifier: MIT */
#include "data/batch.h"

#include "base/memory.h"
#include "base/workers.h"
#include "data/augment/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Floats of one picture, and of one sample's targets. */
static size_t image_floats(const dn_recipe *recipe)
{
    const dn_loader_options *options = &recipe->options;
    return (size_t)options->preprocess.channels * (size_t)options->size * (size_t)options->width;
}

static size_t target_floats(const dn_recipe *recipe)
{
    return (size_t)dn_dataset_outputs(recipe->dataset);
}

size_t dn_batch_bytes(const dn_recipe *recipe)
{
    const dn_batch_slot *slot = NULL;
    size_t floats = image_floats(recipe) + target_floats(recipe);
    size_t sample = floats * sizeof(float) + sizeof *slot->classes + sizeof *slot->samples +
                    sizeof *slot->skips + sizeof *slot->statuses + sizeof *slot->reasons +
                    sizeof *slot->turned + sizeof *slot->faint;
    return (size_t)recipe->most * sample;
}

dn_status dn_batch_create(const dn_recipe *recipe, dn_batch_slot *slot)
{
    size_t batch = (size_t)recipe->most, images = batch * image_floats(recipe);
    size_t floats = images + batch * target_floats(recipe);
    DN_TRY(dn_alloc_aligned(floats, sizeof *slot->images, &slot->images));
    DN_TRY(dn_calloc(2 * batch, sizeof *slot->classes, &slot->classes));
    DN_TRY(dn_calloc(batch, sizeof *slot->skips, &slot->skips));
    DN_TRY(dn_calloc(batch, sizeof *slot->statuses, &slot->statuses));
    DN_TRY(dn_calloc(batch, sizeof *slot->reasons, &slot->reasons));
    DN_TRY(dn_calloc(2 * batch, sizeof *slot->turned, &slot->turned));
    slot->faint = slot->turned + batch;
    slot->targets = slot->images + images;
    slot->samples = slot->classes + batch;
    slot->loaded = (dn_loaded){.batch = {.input = slot->images, .targets = slot->targets},
                               .samples = slot->samples,
                               .classes = slot->classes,
                               .skips = slot->skips};
    return DN_OK;
}

void dn_batch_free(dn_batch_slot *slot)
{
    free(slot->images);
    free(slot->classes);
    free(slot->skips);
    free(slot->statuses);
    free(slot->reasons);
    free(slot->turned);
}

typedef struct batch_job {
    const dn_recipe *recipe;
    dn_batch_slot *slot;
    int first; /* in the batch, of those that are prepared */
} batch_job;

static dn_status augment(const batch_job *job, int place, const dn_image *image)
{
    const dn_recipe *recipe = job->recipe;
    int sample = job->slot->samples[place];
    dn_random random =
        dn_draw_for(DN_FOR_AUGMENT, recipe->options.seed, job->slot->loaded.epoch, sample);
    const dn_extent size = {recipe->options.size, recipe->options.width};
    dn_status status =
        dn_augment_run(&recipe->augment, &recipe->options.preprocess, size, random, image,
                       job->slot->images + (size_t)place * image_floats(recipe));
    if (status == DN_OK)
        return DN_OK;
    char name[DN_REASON_SIZE];
    dn_dataset_name(recipe->dataset, sample, name, sizeof name);
    return dn_fail_within(status, name);
}

static dn_status prepare(const batch_job *job, int place)
{
    const dn_dataset *dataset = job->recipe->dataset;
    dn_batch_slot *slot = job->slot;
    int sample = slot->samples[place];
    dn_image *image = NULL;
    dn_image_limits limits;
    dn_image_defaults(&limits, sizeof limits);
    dn_preprocess_reading(&job->recipe->options.preprocess, &limits);
    DN_TRY(dn_dataset_read(dataset, sample, &limits, &image));
    dn_status status =
        job->recipe->options.preprocess.exif_orientation ? dn_image_upright(image) : DN_OK;
    slot->turned[place] = image->orientation > 0;
    slot->faint[place] = dn_image_is_faint(image);
    if (status == DN_OK)
        status = augment(job, place, image);
    dn_image_free(image);
    slot->classes[place] = dn_dataset_class(dataset, sample);
    dn_dataset_target(dataset, sample, slot->targets + (size_t)place * target_floats(job->recipe));
    return status;
}

/* Each thread has its own last error, so the sentence is copied here, on this thread. */
static void prepare_sample(void *context, int task, int thread)
{
    (void)thread;
    const batch_job *job = context;
    dn_batch_slot *slot = job->slot;
    slot->statuses[task] = prepare(job, task);
    if (slot->statuses[task] != DN_OK)
        snprintf(slot->reasons[task], DN_REASON_SIZE, "%s", dn_last_error());
}

static void move_sample(const dn_recipe *recipe, dn_batch_slot *slot, int from, int to)
{
    size_t image = image_floats(recipe), target = target_floats(recipe);
    if (from == to)
        return;
    memcpy(slot->images + (size_t)to * image, slot->images + (size_t)from * image,
           image * sizeof *slot->images);
    memcpy(slot->targets + (size_t)to * target, slot->targets + (size_t)from * target,
           target * sizeof *slot->targets);
    slot->classes[to] = slot->classes[from];
    slot->samples[to] = slot->samples[from];
}

/* Leaves out unreadable samples and closes the gaps. (Taking others in their
 * place would show some samples twice, and change every later batch.) Running
 * out of memory says nothing about a sample: it fails the batch. */
static void leave_out(const dn_recipe *recipe, int count, dn_batch_slot *slot)
{
    dn_loaded *loaded = &slot->loaded;
    loaded->batch.n = loaded->skipped = loaded->turned = loaded->faint = 0;
    for (int i = 0; i < count; i++) {
        if (slot->statuses[i] == DN_OK) {
            loaded->turned += slot->turned[i];
            loaded->faint += slot->faint[i];
            move_sample(recipe, slot, i, loaded->batch.n++);
            continue;
        }
        slot->skips[loaded->skipped++] = (dn_skip){slot->samples[i], slot->reasons[i]};
        if (slot->statuses[i] == DN_ERROR_MEMORY && slot->status == DN_OK) {
            slot->status = DN_ERROR_MEMORY;
            slot->fault = slot->reasons[i];
        }
    }
}

static void mix(float *a, float *b, size_t count, float part)
{
    for (size_t i = 0; i < count; i++) {
        float first = a[i], second = b[i];
        a[i] = part * first + (1 - part) * second;
        b[i] = part * second + (1 - part) * first;
    }
}

/* Mixup (Zhang et al., 2018), with a proportion drawn for each pair: the first
 * sample with the last, and so on. Since samples are shuffled, these pairs are
 * as random as any. */
static void mix_pair(void *context, int task, int thread)
{
    (void)thread;
    const batch_job *job = context;
    const dn_loader_options *options = &job->recipe->options;
    dn_batch_slot *slot = job->slot;
    size_t image = image_floats(job->recipe), target = target_floats(job->recipe);
    size_t first = (size_t)task, second = (size_t)(slot->loaded.batch.n - 1 - task);
    dn_random random =
        dn_draw_for(DN_FOR_MIXUP, options->seed, slot->loaded.epoch,
                    (int64_t)slot->loaded.index * options->batch + job->first + task);
    float part = (float)dn_draw_beta(&random, options->mixup);
    mix(slot->images + first * image, slot->images + second * image, image, part);
    mix(slot->targets + first * target, slot->targets + second * target, target, part);
    if (part < 0.5f) {
        int class = slot->classes[first];
        slot->classes[first] = slot->classes[second];
        slot->classes[second] = class;
    }
}

void dn_batch_fill(const dn_recipe *recipe, const int *samples, int first, int end,
                   dn_batch_slot *slot)
{
    batch_job job = {recipe, slot, first};
    dn_team team = {NULL, recipe->options.threads};
    int count = end - first;
    slot->status = DN_OK;
    memcpy(slot->samples, samples + first, (size_t)count * sizeof *samples);
    dn_parallel(team, count, prepare_sample, &job);
    leave_out(recipe, count, slot);
    if (recipe->options.mixup > 0)
        dn_parallel(team, slot->loaded.batch.n / 2, mix_pair, &job);
    slot->filled = true;
}
