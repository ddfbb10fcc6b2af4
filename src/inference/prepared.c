/* SPDX-License-Identifier: MIT */
#include "inference/prepared.h"

#include "base/memory.h"
#include "base/workers.h"

#include <math.h>
#include <stdlib.h>

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

static const float *tensor(const packer *p, dn_key key, dn_part part)
{
    key.part = part;
    return dn_model_find(p->model, &key);
}

/* y = (x - mean) / sqrt(variance + epsilon) * weight + bias, as one x * scale + shift. */
static dn_affine pack_norm(packer *p, dn_key key, int channels)
{
    float *scale = take(p, (size_t)channels), *shift = take(p, (size_t)channels);
    if (!scale)
        return (dn_affine){0};
    const float *weight = tensor(p, key, DN_PART_NORM_WEIGHT);
    const float *bias = tensor(p, key, DN_PART_NORM_BIAS);
    const float *mean = tensor(p, key, DN_PART_NORM_MEAN);
    const float *variance = tensor(p, key, DN_PART_NORM_VARIANCE);
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

static dn_panels pack_conv(packer *p, const float *weight, int outputs, int channels, int kernel,
                           const float *scale)
{
    dn_weights weights = {weight, outputs, channels, kernel, scale, 1, false};
    return pack(p, DN_WINDOW_DIRECT, &weights);
}

static void pack_stem(packer *p, dn_prepared *packed)
{
    dn_stem_conv convs[3];
    int count = dn_stem_convs(&p->model->arch, convs);
    for (int unit = 0; unit < count; unit++) {
        dn_key key = {.role = DN_ROLE_STEM, .unit = unit};
        dn_affine norm = {0};
        if (convs[unit].norm)
            norm = pack_norm(p, key, convs[unit].out);
        packed->stem[unit].bias = norm.shift;
        packed->stem[unit].panels = pack_conv(p, tensor(p, key, DN_PART_CONV), convs[unit].out,
                                              convs[unit].in, convs[unit].kernel, norm.scale);
    }
}

static void pack_layer(packer *p, dn_prepared_layer *layer, dn_key key, int channels)
{
    int width = dn_bottleneck_width(&p->model->arch);
    layer->norm = pack_norm(p, key, channels);
    if (!width)
        return;
    const float *weight = tensor(p, key, DN_PART_CONV);
    key.unit = 1;
    dn_affine norm2 = pack_norm(p, key, width);
    layer->bottleneck = pack_conv(p, weight, width, channels, 1, norm2.scale);
    layer->bottleneck_bias = norm2.shift;
}

static void pack_block(packer *p, dn_prepared *packed, int block)
{
    const dn_arch *arch = &p->model->arch;
    dn_prepared_block *target = &packed->blocks[block];
    int channels = dn_block_in(arch, block);
    for (int layer = 0; layer < arch->blocks[block]; layer++, channels += arch->growth)
        pack_layer(p, &target->layers[layer],
                   (dn_key){.role = DN_ROLE_LAYER, .block = block, .layer = layer}, channels);
    if (block + 1 == arch->block_count) {
        target->norm = pack_norm(p, (dn_key){.role = DN_ROLE_FINAL}, channels);
        return;
    }
    dn_key key = {.role = DN_ROLE_TRANSITION, .block = block};
    target->norm = pack_norm(p, key, channels);
    target->transition = pack_conv(p, tensor(p, key, DN_PART_CONV),
                                   dn_transition_out(arch, channels), channels, 1, NULL);
}

static void pack_network(packer *p, dn_prepared *packed)
{
    const dn_arch *arch = &p->model->arch;
    pack_stem(p, packed);
    for (int block = 0; block < arch->block_count; block++)
        pack_block(p, packed, block);
    dn_key key = {.role = DN_ROLE_HEAD};
    packed->head = pack_conv(p, tensor(p, key, DN_PART_LINEAR_WEIGHT), arch->classes,
                             dn_block_out(arch, arch->block_count - 1), 1, NULL);
    float *bias = take(p, (size_t)arch->classes);
    const float *source = tensor(p, key, DN_PART_LINEAR_BIAS);
    for (int i = 0; bias && i < arch->classes; i++)
        bias[i] = source[i];
    packed->head_bias = bias;
}

static dn_status fill_packed(const dn_model *model, int threads, dn_prepared *packed)
{
    const dn_arch *arch = &model->arch;
    for (int block = 0; block < arch->block_count; block++)
        DN_TRY(dn_calloc((size_t)arch->blocks[block], sizeof *packed->blocks[block].layers,
                         &packed->blocks[block].layers));
    packer p = {.model = model, .kernels = packed->kernels, .threads = threads};
    pack_network(&p, packed);
    DN_TRY(dn_alloc_aligned(p.used, sizeof(float), &packed->storage));
    packed->bytes = p.used * sizeof(float);
    p.base = packed->storage;
    p.used = 0;
    pack_network(&p, packed);
    run_jobs(&p);
    return DN_OK;
}

dn_status dn_prepared_create(const dn_model *model, const dn_kernels *kernels, int threads,
                             dn_prepared **out)
{
    dn_prepared *packed;
    DN_TRY(dn_calloc(1, sizeof *packed, &packed));
    packed->kernels = kernels;
    dn_status status = fill_packed(model, threads, packed);
    if (status != DN_OK) {
        dn_prepared_free(packed);
        return status;
    }
    *out = packed;
    return DN_OK;
}

void dn_prepared_free(dn_prepared *packed)
{
    if (!packed)
        return;
    for (int block = 0; block < DN_MAX_BLOCKS; block++) {
        free(packed->blocks[block].layers);
        free(packed->blocks[block].windows);
    }
    free(packed->storage);
    free(packed);
}

/* Input channels of a layer's 3x3 convolution. */
static int window_channels(const dn_arch *arch, int block, int layer)
{
    int width = dn_bottleneck_width(arch);
    return width ? width : dn_block_in(arch, block) + layer * arch->growth;
}

static void pack_windows(packer *p, dn_prepared_block *target, int block)
{
    const dn_arch *arch = &p->model->arch;
    for (int layer = 0; layer < arch->blocks[block]; layer++) {
        int channels = window_channels(arch, block, layer), outputs = arch->growth;
        dn_key key = {.role = DN_ROLE_LAYER, .block = block, .layer = layer};
        key.unit = arch->bottleneck ? 1 : 0;
        const float *weight = tensor(p, key, DN_PART_CONV);
        dn_prepared_layer *to = &target->layers[layer];
        dn_weights weights = {weight, outputs, channels, 3, NULL, 1, false};
        to->window_stride = dn_winograd_stride(p->kernels, channels, outputs);
        to->window = pack(p, target->form, &weights);
    }
}

dn_status dn_prepared_set_form(dn_prepared *packed, const dn_model *model, int block,
                               dn_window_form form, int threads)
{
    dn_prepared_block *target = &packed->blocks[block];
    if (target->form == form)
        return DN_OK;
    dn_prepared_block counted = *target;
    counted.form = form;
    packer p = {.model = model, .kernels = packed->kernels, .threads = threads};
    pack_windows(&p, &counted, block);
    float *windows;
    DN_TRY(dn_alloc_aligned(p.used, sizeof(float), &windows));
    free(target->windows);
    target->windows = windows;
    target->form = form;
    packed->bytes += p.used * sizeof(float) - target->window_bytes;
    target->window_bytes = p.used * sizeof(float);
    p.base = windows;
    p.used = 0;
    pack_windows(&p, target, block);
    run_jobs(&p);
    return DN_OK;
}
