/* SPDX-License-Identifier: MIT */
#include "evaluate/evaluator.h"
#include "inference/session.h"
#include "train/loss.h"

#include <stdio.h>
#include <string.h>

/* The softmax of (0, x) is the sigmoid of x. In place, from the end. */
static void add_no(float *logits, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        logits[2 * i + 1] = logits[i];
        logits[2 * i] = 0;
    }
}

/* ---- a batch's answers, by one process ---- */

static dn_status run_batch(dn_evaluator *e, const dn_loaded *loaded, dn_answered *made)
{
    const dn_batch *batch = &loaded->batch;
    int most = e->options.batch;
    float *logits = dn_answered_logits(made, most);
    made->n = batch->n;
    made->skipped = loaded->skipped;
    made->turned = loaded->turned;
    made->faint = loaded->faint;
    for (int i = 0; i < loaded->skipped; i++)
        snprintf(dn_answered_skips(made, most)[i].text, DN_SENTENCE_SIZE, "%s",
                 loaded->skips[i].reason);
    if (batch->n == 0)
        return DN_OK;
    memcpy(dn_answered_samples(made), loaded->samples, (size_t)batch->n * sizeof(int));
    DN_TRY(dn_session_run(e->session, batch->input, batch->n, e->options.size, e->options.width,
                          logits));
    dn_apply_temperature(e->model, batch->n, logits);
    if (e->yes_no)
        add_no(logits, batch->n);
    return DN_OK;
}

static dn_status answer_batch(dn_evaluator *e, int index, dn_answered *made)
{
    const dn_loaded *loaded;
    dn_loader_seek(e->loader, 0, index);
    DN_TRY(dn_loader_next(e->loader, &loaded));
    return run_batch(e, loaded, made);
}

/* ---- all batches, from all processes ---- */

static dn_status take_batch(dn_evaluator *e, dn_answered *answered)
{
    const dn_evaluate_options *options = &e->options;
    int n = answered->n, most = options->batch;
    const float *logits = dn_answered_logits(answered, most);
    for (int i = 0; i < answered->skipped && options->skipped; i++)
        options->skipped(dn_answered_skips(answered, most)[i].text, options->context);
    e->skipped += answered->skipped;
    e->turned += answered->turned;
    e->faint += answered->faint;
    if (n == 0)
        return DN_OK;
    const int *samples = dn_answered_samples(answered);
    for (int i = 0; i < n; i++) {
        e->classes[i] = dn_dataset_class(e->dataset, samples[i]);
        dn_dataset_target(e->dataset, samples[i], e->targets + (size_t)i * (size_t)e->outputs);
    }
    if (options->answered)
        options->answered(logits, n, e->outputs, options->context);
    const dn_loss_kind kind = {.objective = e->objective, .outputs = e->outputs};
    double weight = dn_loss_weight(&kind, e->targets, n);
    double loss = dn_loss(&kind, logits, e->targets, n, 0, NULL);
    e->loss += loss * weight;
    e->weight += weight;
    if (e->objective == DN_OBJECTIVE_LABELS)
        return dn_metrics_add_labels(e->metrics, logits, e->targets, n);
    dn_metrics_add_classes(e->metrics, logits, e->classes, n);
    return DN_OK;
}

/* Batches first, first + 1, ... of as many processes, each from one of them. */
static dn_status answer_round(dn_evaluator *e, int first)
{
    const dn_machines *machines = e->options.machines;
    int own = first + (machines ? machines->rank : 0);
    dn_answered *made = machines ? e->own : e->all;
    *made = (dn_answered){0};
    if (own < dn_loader_batches(e->loader) && (!machines || machines->rank < machines->count))
        made->status = answer_batch(e, own, made);
    if (made->status != DN_OK)
        snprintf(made->fault.text, DN_SENTENCE_SIZE, "%s", dn_last_error());
    return machines ? machines->gather(machines->context, made, e->bytes, e->all) : DN_OK;
}

dn_status dn_evaluate_batches(dn_evaluator *e, int64_t total)
{
    const dn_evaluate_options *options = &e->options;
    const dn_machines *machines = options->machines;
    int64_t done = 0;
    int processes = machines ? machines->count : 1;
    for (int first = 0; first < dn_loader_batches(e->loader); first += processes) {
        DN_TRY(answer_round(e, first));
        for (int i = 0; i < processes; i++) {
            dn_answered *answered = (void *)((char *)e->all + (size_t)i * e->bytes);
            if (!dn_answered_is_sound(answered, options->batch, dn_dataset_count(e->dataset)))
                return dn_fail(DN_ERROR_FORMAT, "what process %d has answered is damaged", i);
            if (answered->status != DN_OK)
                return dn_fail(answered->status, "%s", answered->fault.text);
            DN_TRY(take_batch(e, answered));
            done += answered->n + answered->skipped;
        }
        if (options->progress)
            options->progress(done, total, options->context);
    }
    return DN_OK;
}
