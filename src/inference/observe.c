/* SPDX-License-Identifier: MIT */
#include "inference/observe.h"

#include "base/memory.h"
#include "network/names.h"
#include "network/widths.h"

#include <stdio.h>
#include <stdlib.h>

/* The floats of a grid without a border are shown where they are; bottleneck maps have a
 * border, and these and what is not a float are shown as a copy. */
static dn_status show(const dn_session *session, const char *name, dn_dtype type,
                      const dn_grid *grid, int channels)
{
    dn_feature feature = {.name = name,
                          .n = grid->images,
                          .channels = channels,
                          .height = grid->height,
                          .width = grid->width,
                          .stride = (size_t)grid->pixel_stride,
                          .data = grid->data};
    float *copy = NULL;
    if (type != DN_F32 || grid->row_stride != grid->pixel_stride * grid->width) {
        size_t pixels = (size_t)dn_grid_pixels(grid), at = 0;
        DN_TRY(dn_alloc_aligned(pixels * (size_t)channels, sizeof *copy, &copy));
        for (int image = 0; image < grid->images; image++)
            for (int y = 0; y < grid->height; y++)
                for (int x = 0; x < grid->width; x++)
                    for (int c = 0; c < channels; c++)
                        copy[at++] = dn_map_value(type, grid, image, y, x, c);
        feature.data = copy;
        feature.stride = (size_t)channels;
    }
    session->observer(&feature, session->observer_context);
    free(copy);
    return DN_OK;
}

/* Norm, and ReLU where the network has it, of the last block's maps, which a run does not
 * store. */
static dn_status show_final(const dn_session *session)
{
    const dn_arch *arch = &session->model->arch;
    int last = arch->block_count - 1, channels = dn_block_out(arch, last);
    const dn_kernels *kernels = session->prepared->kernels;
    dn_grid maps = session->plans[0]->blocks[last], made = maps;
    DN_TRY(dn_alloc_aligned((size_t)dn_grid_pixels(&maps) * (size_t)channels,
                            dn_dtype_size(kernels->maps), &made.address));
    dn_activate op = {maps, made, channels, *dn_final_norm(session->prepared)};
    for (int task = 0; task < maps.images * maps.height; task++)
        kernels->activate(&op, task);
    dn_status status = show(session, "final", kernels->maps, &made, channels);
    free(made.address);
    return status;
}

static dn_status show_layer(const dn_session *session, const dn_step *step)
{
    const dn_arch *arch = &session->model->arch;
    dn_dtype maps = step->kernels->maps;
    char name[DN_NAME_SIZE];
    dn_place_name(&step->place, name);
    DN_TRY(show(session, name, maps, &step->made, step->made_channels));
    if (step->place.layer + 1 < arch->blocks[step->place.block])
        return DN_OK;
    snprintf(name, sizeof name, "block%d", step->place.block + 1);
    DN_TRY(show(session, name, maps, &session->plans[0]->blocks[step->place.block],
                dn_block_out(arch, step->place.block)));
    return step->place.block + 1 == arch->block_count ? show_final(session) : DN_OK;
}

dn_status dn_observe_step(const dn_session *session, const dn_step *step)
{
    char place[DN_NAME_SIZE], name[DN_NAME_SIZE + sizeof ".bottleneck"];
    dn_dtype maps = step->kernels->maps;
    switch (step->point) {
    case DN_POINT_NONE:
        break;
    case DN_POINT_STEM:
        return show(session, "stem", maps, &step->made, step->made_channels);
    case DN_POINT_BOTTLENECK:
        dn_place_name(&step->place, place);
        snprintf(name, sizeof name, "%s.bottleneck", place);
        return show(session, name, maps, &step->made, step->made_channels);
    case DN_POINT_LAYER:
        return show_layer(session, step);
    case DN_POINT_TRANSITION:
        dn_place_name(&step->place, name);
        return show(session, name, maps, &step->made, step->made_channels);
    case DN_POINT_POOL:
        return show(session, "pool", DN_F32, &step->made, step->made_channels);
    case DN_POINT_LOGITS:
        return show(session, "logits", DN_F32, &step->made, step->made_channels);
    }
    return DN_OK;
}
