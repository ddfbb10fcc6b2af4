/* SPDX-License-Identifier: MIT */
#include "inference/observe.h"

#include "base/memory.h"
#include "network/names.h"
#include "network/widths.h"

#include <stdio.h>
#include <stdlib.h>

/* The maps of a step; vectors of a head are floats. */
typedef struct shown {
    dn_grid grid;
    int channels;
    dn_dtype type;
    const dn_prepared_values *values; /* of bytes: what they stand for, from ... */
    int first;                        /* ... this channel on */
} shown;

static float value_at(const shown *maps, int image, int y, int x, int channel)
{
    float value = dn_map_value(maps->type, &maps->grid, image, y, x, channel);
    if (maps->type != DN_U8)
        return value;
    return maps->values->scale[maps->first + channel] * value +
           maps->values->offset[maps->first + channel];
}

/* The floats of a grid without a border are shown where they are; bottleneck maps have a
 * border, and these and what is not a float are shown as a copy. */
static dn_status show(const dn_session *session, const char *name, const shown *maps)
{
    const dn_grid *grid = &maps->grid;
    int channels = maps->channels;
    dn_feature feature = {.name = name,
                          .n = grid->images,
                          .channels = channels,
                          .height = grid->height,
                          .width = grid->width,
                          .stride = (size_t)grid->pixel_stride,
                          .data = grid->data};
    float *copy = NULL;
    if (maps->type != DN_F32 || grid->row_stride != grid->pixel_stride * grid->width) {
        size_t pixels = (size_t)dn_grid_pixels(grid), at = 0;
        DN_TRY(dn_alloc_aligned(pixels * (size_t)channels, sizeof *copy, &copy));
        for (int image = 0; image < grid->images; image++)
            for (int y = 0; y < grid->height; y++)
                for (int x = 0; x < grid->width; x++)
                    for (int c = 0; c < channels; c++)
                        copy[at++] = value_at(maps, image, y, x, c);
        feature.data = copy;
        feature.stride = (size_t)channels;
    }
    session->observer(&feature, session->observer_context);
    free(copy);
    return DN_OK;
}

/* What a convolution, or a stem's pool, has made. */
static shown made_by(const dn_session *session, const dn_step *step)
{
    const dn_prepared *prepared = session->prepared;
    shown made = {step->made, step->made_channels, step->kernels->maps, NULL, 0};
    if (prepared->values && step->point == DN_POINT_STEM) {
        made.values = &prepared->values[prepared->graph.blocks[0].maps];
    } else if (prepared->values) {
        const dn_node *node = &prepared->graph.nodes[step->node];
        made.values = &prepared->values[node->target];
        made.first = node->target_channel;
    }
    return made;
}

/* All maps of a block. */
static shown block_maps(const dn_session *session, int block)
{
    const dn_prepared *prepared = session->prepared;
    const dn_prepared_values *values =
        prepared->values ? &prepared->values[prepared->graph.blocks[block].maps] : NULL;
    return (shown){session->plans[0]->blocks[block], dn_block_out(&session->model->arch, block),
                   prepared->kernels->maps, values, 0};
}

/* Norm, and ReLU where the network has it, of the last block's maps, which a run does not
 * store. */
static dn_status show_final(const dn_session *session, int block)
{
    const dn_affine *norm = dn_final_norm(session->prepared);
    shown maps = block_maps(session, block), made = maps;
    size_t at = 0, count = (size_t)dn_grid_pixels(&maps.grid) * (size_t)maps.channels;
    float *floats;
    DN_TRY(dn_alloc_aligned(count, sizeof *floats, &floats));
    for (int image = 0; image < maps.grid.images; image++)
        for (int y = 0; y < maps.grid.height; y++)
            for (int x = 0; x < maps.grid.width; x++)
                for (int c = 0; c < maps.channels; c++) {
                    float value = dn_map_value(maps.type, &maps.grid, image, y, x, c);
                    value = value * norm->scale[c] + norm->shift[c];
                    floats[at++] = value <= 0 && !norm->linear ? 0 : value;
                }
    made.type = DN_F32;
    made.grid.data = floats;
    dn_status status = show(session, "final", &made);
    free(floats);
    return status;
}

static dn_status show_layer(const dn_session *session, const dn_step *step)
{
    const dn_arch *arch = &session->model->arch;
    int block = step->place.block;
    char name[DN_NAME_SIZE];
    dn_place_name(&step->place, name);
    shown made = made_by(session, step), maps = block_maps(session, block);
    DN_TRY(show(session, name, &made));
    if (step->place.layer + 1 < arch->blocks[block])
        return DN_OK;
    snprintf(name, sizeof name, "block%d", block + 1);
    DN_TRY(show(session, name, &maps));
    return block + 1 == arch->block_count ? show_final(session, block) : DN_OK;
}

static dn_status show_made(const dn_session *session, const char *name, const dn_step *step)
{
    shown made = made_by(session, step);
    return show(session, name, &made);
}

static dn_status show_vectors(const dn_session *session, const char *name, const dn_step *step)
{
    shown made = {step->made, step->made_channels, DN_F32, NULL, 0};
    return show(session, name, &made);
}

dn_status dn_observe_step(const dn_session *session, const dn_step *step)
{
    char place[DN_NAME_SIZE], name[DN_NAME_SIZE + sizeof ".bottleneck"];
    switch (step->point) {
    case DN_POINT_NONE:
        break;
    case DN_POINT_STEM:
        return show_made(session, "stem", step);
    case DN_POINT_BOTTLENECK:
        dn_place_name(&step->place, place);
        snprintf(name, sizeof name, "%s.bottleneck", place);
        return show_made(session, name, step);
    case DN_POINT_LAYER:
        return show_layer(session, step);
    case DN_POINT_TRANSITION:
        dn_place_name(&step->place, name);
        return show_made(session, name, step);
    case DN_POINT_POOL:
        return show_vectors(session, "pool", step);
    case DN_POINT_LOGITS:
        return show_vectors(session, "logits", step);
    }
    return DN_OK;
}
