/* SPDX-License-Identifier: MIT */
/* Watches a network compute pictures in floats. */
#include "quantise/quantiser.h"

#include "base/arithmetic.h"
#include "base/memory.h"
#include "base/sized_options.h"
#include "network/model_values.h"
#include "network/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void dn_quantise_defaults(dn_quantise_options *options, size_t struct_size)
{
    const dn_quantise_options defaults = {.method = DN_RANGE_MSE, .percentile = 99.99};
    dn_start_options(options, struct_size, &defaults, sizeof defaults);
}

/* Maps that only pass through an activation have no step of their own. */
static bool is_made(const dn_graph *graph, int maps)
{
    const dn_node *writer = &graph->nodes[graph->maps[maps].first_writer];
    return graph->maps[maps].kind != DN_MAPS_VECTOR &&
           (writer->kind != DN_NODE_ACTIVATION || writer->pools ||
            graph->maps[maps].channels > writer->out);
}

static dn_status allocate(dn_quantiser *q)
{
    DN_TRY(dn_graph_create(&q->model->arch, &q->graph));
    DN_TRY(dn_calloc((size_t)q->graph.map_count, sizeof *q->maps, &q->maps));
    for (int i = 0; i < q->graph.map_count; i++)
        if (is_made(&q->graph, i))
            DN_TRY(dn_calloc((size_t)q->graph.maps[i].channels, sizeof **q->maps, &q->maps[i]));
    DN_TRY(dn_calloc((size_t)q->graph.node_count, sizeof *q->kept, &q->kept));
    DN_TRY(dn_calloc(q->model->layout.floats, sizeof *q->exact, &q->exact));
    for (int i = 0; i < q->model->layout.count; i++) {
        const dn_slot *slot = &q->model->layout.slots[i];
        memcpy(q->exact + slot->offset, q->model->tensors[i], slot->count * sizeof *q->exact);
    }
    return DN_OK;
}

/* ---- watching ---- */

/* Channels that a thread counts at once. */
#define COUNTED 16

typedef struct counting {
    const dn_grid *grid;
    dn_histogram *histograms;
    int channels;
} counting;

static void count_channels(void *context, int task, int thread)
{
    (void)thread;
    const counting *work = context;
    int first = task * COUNTED, end = dn_min(first + COUNTED, work->channels);
    for (int image = 0; image < work->grid->images; image++)
        for (int y = 0; y < work->grid->height; y++)
            for (int x = 0; x < work->grid->width; x++) {
                const float *pixel = dn_pixel_at(work->grid, image, y, x);
                for (int c = first; c < end; c++)
                    dn_histogram_add(&work->histograms[c], pixel[c]);
            }
}

static void watch(void *context, const dn_session *session, const dn_step *step)
{
    (void)session;
    dn_quantiser *q = context;
    bool makes_maps = step->kind == DN_STEP_CONV || step->kind == DN_STEP_WINOGRAD ||
                      step->kind == DN_STEP_POINTWISE || step->kind == DN_STEP_MAX_POOL ||
                      step->kind == DN_STEP_BLUR_POOL;
    if (!makes_maps || step->place.role == DN_ROLE_HEAD)
        return;
    const dn_node *node = &q->graph.nodes[step->node];
    counting work = {&step->made, q->maps[node->target] + node->target_channel,
                     step->made_channels};
    dn_parallel(q->team, dn_ceil_divide(work.channels, COUNTED), count_channels, &work);
}

/* ---- the interface ---- */

static dn_status open_quantiser(dn_quantiser *q, const dn_quantise_options *options)
{
    q->rule = (dn_range_rule){options->method, options->percentile};
    if ((unsigned)q->rule.method > DN_RANGE_MINMAX)
        return dn_fail(DN_ERROR_ARGUMENT, "there is no range method %d", (int)q->rule.method);
    if (q->rule.method == DN_RANGE_PERCENTILE &&
        !(q->rule.percentile > 50 && q->rule.percentile <= 100))
        return dn_fail(DN_ERROR_ARGUMENT, "percentile %g: above 50 and at most 100 is expected",
                       q->rule.percentile);
    DN_TRY(dn_model_check_values(q->model, "the network cannot be quantised"));
    DN_TRY(allocate(q));
    dn_session_options session;
    dn_session_defaults(&session, sizeof session);
    session.threads = options->threads;
    DN_TRY(dn_session_create(q->model, &session, &q->session));
    q->team = q->session->runner.team;
    q->session->watcher = watch;
    q->session->watcher_context = q;
    return DN_OK;
}

dn_status dn_quantiser_create(dn_model *model, const dn_quantise_options *given, dn_quantiser **out)
{
    DN_NEED(model);
    DN_NEED(out);
    dn_quantise_options options;
    dn_quantise_defaults(&options, sizeof options);
    DN_TRY(dn_read_options(given, &options, sizeof options));
    if (model->quantisation)
        return dn_fail(DN_ERROR_ARGUMENT, "the network is quantised already");
    dn_quantiser *q;
    DN_TRY(dn_calloc(1, sizeof *q, &q));
    q->model = model;
    dn_status status = open_quantiser(q, &options);
    if (status != DN_OK) {
        dn_quantiser_free(q);
        return status;
    }
    *out = q;
    return DN_OK;
}

void dn_quantiser_free(dn_quantiser *q)
{
    if (!q)
        return;
    dn_session_free(q->session);
    for (int i = 0; q->maps && i < q->graph.map_count; i++)
        free(q->maps[i]);
    free(q->maps);
    free(q->exact);
    free(q->kept);
    dn_graph_free(&q->graph);
    free(q);
}

static dn_status check_answers(const float *logits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(logits[i]))
            return dn_fail(DN_ERROR_NUMERIC, "the network cannot be quantised: its answer to a "
                                             "picture is not a number");
    return DN_OK;
}

dn_status dn_quantiser_observe(dn_quantiser *q, const float *input, int n, int height, int width)
{
    DN_NEED(q);
    DN_NEED(input);
    if (!q->session)
        return dn_fail(DN_ERROR_ARGUMENT, "the network is quantised already");
    DN_TRY(dn_session_plan(q->session, n, height, width)); /* which checks the sizes */
    const dn_arch *arch = &q->model->arch;
    float *logits = NULL;
    if (arch->classes)
        DN_TRY(dn_calloc((size_t)n * (size_t)arch->classes, sizeof *logits, &logits));
    dn_status status = dn_session_run(q->session, input, n, height, width, logits);
    if (status == DN_OK)
        status = check_answers(logits, (size_t)n * (size_t)arch->classes);
    free(logits);
    DN_TRY(status);
    size_t count = (size_t)n * (size_t)arch->channels * (size_t)height * (size_t)width;
    for (size_t i = 0; i < count; i++)
        dn_histogram_add(&q->pictures, input[i]);
    q->seen += n;
    return DN_OK;
}

dn_status dn_quantiser_finish(dn_quantiser *q)
{
    DN_NEED(q);
    if (!q->seen)
        DN_TRY(dn_distributions_of_norms(q));
    dn_quantisation *quantisation;
    DN_TRY(dn_quantisation_create(&q->model->arch, &quantisation));
    dn_session_free(q->session);
    q->session = NULL;
    for (int i = 0; i < q->graph.node_count; i++)
        quantisation->nodes[i].kept = q->kept[i];
    dn_status status = dn_choose_numbers(q, quantisation);
    if (status != DN_OK) {
        dn_quantisation_free(quantisation);
        return status;
    }
    dn_quantisation_free(q->model->quantisation);
    q->model->quantisation = quantisation;
    return DN_OK;
}

dn_status dn_quantiser_keep(dn_quantiser *q, const char *place)
{
    DN_NEED(q);
    DN_NEED(place);
    bool found = false;
    for (int i = 0; i < q->graph.pool_node; i++) {
        char name[DN_NAME_SIZE];
        dn_place_name(&q->graph.nodes[i].key, name);
        if (!dn_is_quantised(&q->graph.nodes[i]) || strcmp(name, place) != 0)
            continue;
        q->kept[i] = true;
        found = true;
    }
    return found ? DN_OK
                 : dn_fail(DN_ERROR_ARGUMENT,
                           "\"%.60s\": stem, block1.layer1, transition1 or the like of this "
                           "network is expected",
                           place);
}
