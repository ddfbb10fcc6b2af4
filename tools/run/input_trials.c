/* SPDX-License-Identifier: MIT */
#include "run/input_trials.h"

#include "arguments/threads.h"
#include "run/session_open.h"
#include "ui/report.h"

#include <math.h>
#include <stdlib.h>

enum { TOGETHER = 16 };

/* A scale that is wrong by a seventh makes a distance of 0.3; augmentation in training and other
 * pictures make up to that (docs/checking.md). */
#define LEAST_APART 0.3
#define ERRORS_APART 3

typedef struct runner {
    dn_session *session;
    input_trials *trials;
    float *logits;
} runner;

static bool run_picture(runner *r, input_trial *trial, const picture_tensor *picture, float *tensor)
{
    dn_session_observe(r->session, dn_input_check_observe, trial->check);
    return ok_or_complain(dn_preprocess_run(&trial->of.preprocess, picture->image, tensor)) &&
           ok_or_complain(
               dn_session_run(r->session, tensor, 1, picture->height, picture->width, r->logits));
}

/* The picture's tensor becomes that of one candidate after the other. */
static bool try_picture(runner *r, const picture_tensor *picture)
{
    for (int i = 0; i < r->trials->count; i++)
        if (!run_picture(r, &r->trials->rows[i], picture, picture->data))
            return false;
    r->trials->pictures++;
    return true;
}

static bool try_some(runner *r, char *const *paths, int count)
{
    picture_tensor tensors[TOGETHER];
    const picture_work work = {.preprocess = &r->trials->rows[0].of.preprocess,
                               .threads = threads_chosen(),
                               .keep_images = true};
    bool sound = true;
    picture_tensors_fill(&work, paths, count, tensors);
    for (int i = 0; sound && i < count; i++)
        if (tensors[i].data) {
            sound = try_picture(r, &tensors[i]);
        } else {
            complain("%s", tensors[i].fault ? tensors[i].fault : "out of memory for a picture");
            r->trials->unread++;
        }
    picture_tensors_free(count, tensors);
    return sound;
}

static bool try_all(runner *r, const picture_list *list, size_t most)
{
    size_t chosen = list->count < most ? list->count : most;
    bool sound = true;
    for (size_t done = 0; sound && done < chosen;) {
        char *paths[TOGETHER];
        int count = 0;
        progress("%zu of %zu pictures", done, chosen);
        for (; count < TOGETHER && done < chosen; done++)
            paths[count++] = list->paths[done * list->count / chosen];
        sound = try_some(r, paths, count);
    }
    progress_end();
    picture_tensors_notices();
    return sound && (r->trials->pictures || complain("check-input: no picture could be read"));
}

static int by_distance(const void *a, const void *b)
{
    const input_trial *one = a, *other = b;
    if (one->distance != other->distance)
        return one->distance < other->distance ? -1 : 1;
    return other->of.used - one->of.used;
}

static bool rank(input_trials *trials)
{
    int blocks = dn_input_check_blocks(trials->rows[0].check);
    for (int i = 0; i < trials->count; i++) {
        input_trial *trial = &trials->rows[i];
        if (!ok_or_complain(dn_input_check_fit(trial->check, 0, &trial->stem)) ||
            !ok_or_complain(dn_input_check_fit(trial->check, blocks, &trial->last)))
            return false;
        trial->distance = dn_input_fit_distance(&trial->stem);
        if (!isfinite(trial->distance))
            trial->distance = INFINITY;
    }
    qsort(trials->rows, (size_t)trials->count, sizeof *trials->rows, by_distance);
    if (isinf(trials->rows[0].distance))
        return complain("check-input: what the network makes of the pictures are not numbers");
    for (int i = 0; i < trials->count; i++) {
        input_trial *trial = &trials->rows[i];
        if (!ok_or_complain(dn_input_check_compare(trial->check, trials->rows[0].check,
                                                   &trial->behind, &trial->error)))
            return false;
        trial->ties =
            !(trial->behind > LEAST_APART && trial->behind > ERRORS_APART * trial->error) &&
            isfinite(trial->distance);
        if (trial->of.used)
            trials->used = i;
    }
    return true;
}

bool input_trials_run(const dn_model *model, const picture_list *list, size_t most,
                      const dn_preprocess *used, const dn_preprocess *recorded,
                      input_trials *trials)
{
    input_candidate candidates[MOST_CANDIDATES];
    runner r = {.trials = trials};
    *trials = (input_trials){.listed = list->count};
    int count = input_candidates_list(used, recorded, candidates);
    for (; trials->count < count; trials->count++) {
        input_trial *trial = &trials->rows[trials->count];
        trial->of = candidates[trials->count];
        if (!ok_or_complain(dn_input_check_create(model, &trial->check)))
            return false;
    }
    r.logits = calloc((size_t)dn_model_arch(model)->classes + 1, sizeof *r.logits);
    bool sound = (r.logits || complain("check-input: out of memory")) &&
                 session_open(model, threads_asked(), &r.session) && try_all(&r, list, most) &&
                 rank(trials);
    dn_session_free(r.session);
    free(r.logits);
    return sound;
}

void input_trials_free(input_trials *trials)
{
    for (int i = 0; i < trials->count; i++)
        dn_input_check_free(trials->rows[i].check);
}
