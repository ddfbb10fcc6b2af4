/* SPDX-License-Identifier: MIT */
#include "inference/prepared.h"

#include "base/memory.h"
#include "base/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_JOBS 256

/* A piece of weights waiting to be laid out. */
typedef struct pack_job {
    dn_weights weights;
    dn_window_form form;
    int piece;
    float *out;
} pack_job;

/* Hands out parts of one allocation: first only counted, then filled. Weights
 * wait in a list until there are enough for all threads. */
typedef struct packer {
    const dn_model *model;
    const dn_kernels *kernels;
    int threads;
    float *base; /* NULL while counting */
    size_t used; /* floats */
    pack_job jobs[MOST_JOBS];
    int job_count;
} packer;

static void run_job(void *context, int task, int thread)
{
    (void)thread;
    const packer *p = context;
    const pack_job *job = &p->jobs[task];
    dn_pack_piece(p->kernels, job->form, &job->weights, job->piece, job->out);
}

/* A mapped file's pages are let go of as they are done with, so that a network
 * never takes its memory twice. */
static void run_jobs(packer *p)
{
    dn_parallel(p->threads, p->job_count, run_job, p);
    p->job_count = 0;
    dn_model_forget_pages(p->model);
}

static float *take(packer *p, size_t floats)
{
    float *part = p->base ? p->base + p->used : NULL;
    p->used += dn_round_up(floats, DN_ALIGNMENT / sizeof(float));
    return part;
}

/* y = (x - mean) / sqrt(variance + epsilon) * weight + bias, as one x * scale + shift. */
static dn_affine prepare_norm(packer *p, const dn_node *node)
{
    int channels = node->in;
    float *scale = take(p, (size_t)channels), *shift = take(p, (size_t)channels);
    if (!scale)
        return (dn_affine){0};
    const float *const *tensors = p->model->tensors + node->norm;
    const float *weight = tensors[0], *bias = tensors[1], *mean = tensors[2],
                *variance = tensors[3];
    for (int c = 0; c < channels; c++) {
        double factor = (double)weight[c] / sqrt((double)variance[c] + p->model->arch.bn_epsilon);
        scale[c] = (float)factor;
        shift[c] = (float)((double)bias[c] - (double)mean[c] * factor);
    }
    return (dn_affine){scale, shift};
}

/* The weights in this form, as they will lie once all jobs are done. */
static dn_panels pack(packer *p, dn_window_form form, const dn_weights *weights)
{
    float *out = take(p, dn_packed_size(p->kernels, form, weights));
    for (int piece = 0; out && piece < dn_pack_pieces(form, weights); piece++) {
        if (p->job_count == MOST_JOBS)
            run_jobs(p);
        p->jobs[p->job_count++] = (pack_job){*weights, form, piece, out};
    }
    return dn_packed_panels(form, weights, out);
}

static dn_weights weights_of(const packer *p, const dn_node *node, const float *scale)
{
    return (dn_weights){p->model->tensors[node->weight],
                        node->out,
                        node->in,
                        dn_node_kernel(node),
                        scale,
                        1,
                        false};
}

static const float *copy_bias(packer *p, const dn_node *node)
{
    float *bias = take(p, (size_t)node->out);
    if (bias)
        memcpy(bias, p->model->tensors[node->weight + 1], (size_t)node->out * sizeof *bias);
    return bias;
}

/* All but the windows of layers, whose form depends on the size of maps. */
static void prepare_node(packer *p, dn_prepared *prepared, int number)
{
    const dn_graph *graph = &prepared->graph;
    const dn_node *node = &graph->nodes[number];
    dn_prepared_node *to = &prepared->nodes[number];
    const dn_maps *target = node->target == DN_NONE ? NULL : &graph->maps[node->target];
    dn_affine folded = {0};
    if (node->source != DN_NONE && graph->maps[node->source].kind == DN_MAPS_BLOCK)
        to->norm = prepare_norm(p, node);
    if (target && target->kind != DN_MAPS_BLOCK)
        folded = prepare_norm(p, &graph->nodes[target->last_reader]);
    to->bias = node->kind == DN_NODE_HEAD ? copy_bias(p, node) : folded.shift;
    if (node->weight == DN_NONE || dn_is_layer_window(node))
        return;
    dn_weights weights = weights_of(p, node, folded.scale);
    to->panels = pack(p, DN_WINDOW_DIRECT, &weights);
}

static void prepare_nodes(packer *p, dn_prepared *prepared)
{
    for (int i = 0; i < prepared->graph.node_count; i++)
        prepare_node(p, prepared, i);
}

static dn_status fill_prepared(const dn_model *model, int threads, dn_prepared *prepared)
{
    DN_TRY(dn_graph_create(&model->arch, &prepared->graph));
    DN_TRY(
        dn_calloc((size_t)prepared->graph.node_count, sizeof *prepared->nodes, &prepared->nodes));
    packer p = {.model = model, .kernels = prepared->kernels, .threads = threads};
    prepare_nodes(&p, prepared);
    DN_TRY(dn_alloc_aligned(p.used, sizeof(float), &prepared->storage));
    prepared->bytes = p.used * sizeof(float);
    p.base = prepared->storage;
    p.used = 0;
    prepare_nodes(&p, prepared);
    run_jobs(&p);
    return DN_OK;
}

dn_status dn_prepared_create(const dn_model *model, const dn_kernels *kernels, int threads,
                             dn_prepared **out)
{
    dn_prepared *prepared;
    DN_TRY(dn_calloc(1, sizeof *prepared, &prepared));
    prepared->kernels = kernels;
    dn_status status = fill_prepared(model, threads, prepared);
    if (status != DN_OK) {
        dn_prepared_free(prepared);
        return status;
    }
    *out = prepared;
    return DN_OK;
}

void dn_prepared_free(dn_prepared *prepared)
{
    if (!prepared)
        return;
    for (int block = 0; block < DN_MAX_BLOCKS; block++)
        free(prepared->blocks[block].windows);
    dn_graph_free(&prepared->graph);
    free(prepared->nodes);
    free(prepared->storage);
    free(prepared);
}

/* Floats that a block's windows take in this form. */
static size_t windows_size(const dn_prepared *prepared, int block, dn_window_form form)
{
    const dn_graph_block *nodes = &prepared->graph.blocks[block];
    packer counting = {.kernels = prepared->kernels};
    for (int i = nodes->first_node; i < nodes->end_node; i++) {
        const dn_node *node = &prepared->graph.nodes[i];
        dn_weights weights = {NULL, node->out, node->in, node->kernel, NULL, 1, false};
        if (dn_is_layer_window(node))
            take(&counting, dn_packed_size(prepared->kernels, form, &weights));
    }
    return counting.used;
}

static void prepare_windows(packer *p, dn_prepared *prepared, int block, dn_window_form form)
{
    const dn_graph_block *nodes = &prepared->graph.blocks[block];
    for (int i = nodes->first_node; i < nodes->end_node; i++) {
        const dn_node *node = &prepared->graph.nodes[i];
        if (!dn_is_layer_window(node))
            continue;
        dn_weights weights = weights_of(p, node, NULL);
        prepared->nodes[i].window_stride = dn_winograd_stride(p->kernels, node->in, node->out);
        prepared->nodes[i].panels = pack(p, form, &weights);
    }
}

dn_status dn_prepared_set_form(dn_prepared *prepared, const dn_model *model, int block,
                               dn_window_form form, int threads)
{
    dn_prepared_block *target = &prepared->blocks[block];
    if (target->form == form)
        return DN_OK;
    size_t floats = windows_size(prepared, block, form);
    float *windows;
    DN_TRY(dn_alloc_aligned(floats, sizeof(float), &windows));
    free(target->windows);
    prepared->bytes += floats * sizeof(float) - target->window_bytes;
    *target = (dn_prepared_block){form, windows, floats * sizeof(float)};
    packer p = {.model = model, .kernels = prepared->kernels, .threads = threads, .base = windows};
    prepare_windows(&p, prepared, block, form);
    run_jobs(&p);
    return DN_OK;
}
