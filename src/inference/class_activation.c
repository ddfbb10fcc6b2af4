/* SPDX-License-Identifier: MIT */
/* Class-activation maps (Zhou et al., 2016). If the head is linear on means, a logit without
 * its constant part is the mean over pixels of sum_c weight[c] relu(norm(maps))[c]: the map is
 * exact, not an estimate. Otherwise the weights are the logit's gradient at this picture: the
 * map is gradient-weighted (Selvaraju et al., 2017), exact to first order. */
#include "inference/head_gradient.h"

#include "base/float_mode.h"
#include "base/memory.h"

#include <stdlib.h>

/* The weight of a channel at a pixel of `grid`. */
static float weight_at(const dn_node *pool, const dn_grid *grid, const float *weight, int channel,
                       int y, int x)
{
    if (pool->out == 2 * pool->in && pool->pool != DN_POOL_GRID)
        return weight[channel] + weight[pool->in + channel];
    if (pool->pool != DN_POOL_GRID)
        return weight[channel];
    int cells = pool->rows * pool->columns, row = y / (grid->height / pool->rows);
    int cell = row * pool->columns + x / (grid->width / pool->columns);
    return weight[(size_t)channel * (size_t)cells + (size_t)cell] * (float)cells;
}

static void fill_map(const dn_session *session, const dn_grid *grid, const float *weight,
                     float *map)
{
    const dn_node *pool = &session->prepared->graph.nodes[session->prepared->graph.pool_node];
    const dn_affine *norm = dn_final_norm(session->prepared);
    dn_dtype maps = session->prepared->kernels->maps;
    for (int y = 0; y < grid->height; y++)
        for (int x = 0; x < grid->width; x++) {
            double sum = 0;
            for (int c = 0; c < pool->in; c++) {
                float value =
                    dn_map_value(maps, grid, 0, y, x, c) * norm->scale[c] + norm->shift[c];
                if (value > 0 || norm->linear)
                    sum += (double)weight_at(pool, grid, weight, c, y, x) * (double)value;
            }
            map[y * grid->width + x] = (float)sum;
        }
}

static dn_status weigh_map(const dn_session *session, const dn_grid *grid, int output, float *map)
{
    const float *weight;
    float *memory = NULL;
    DN_TRY(dn_head_gradient(session->prepared, grid, output, &memory, &weight));
    fill_map(session, grid, weight, map);
    free(memory);
    return DN_OK;
}

dn_status dn_session_cam(const dn_session *session, int image, int output, float *map,
                         int *map_height, int *map_width)
{
    DN_NEED(session);
    DN_NEED(map_height);
    DN_NEED(map_width);
    const dn_arch *arch = &session->model->arch;
    if (!session->ran)
        return dn_fail(DN_ERROR_ARGUMENT, "a heat map needs a run before it");
    dn_grid grid = session->plans[0]->blocks[arch->block_count - 1];
    if (image < 0 || image >= grid.images || output < 0 || output >= arch->classes)
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "heat map of picture %d, output %d: the run has %d picture%s and %d output%s", image,
            output, grid.images, grid.images == 1 ? "" : "s", arch->classes,
            arch->classes == 1 ? "" : "s");
    if (map) {
        grid = dn_one_image(session->prepared->kernels->maps, &grid, image);
        dn_float_mode before = dn_float_mode_enter();
        dn_status status = weigh_map(session, &grid, output, map);
        dn_float_mode_leave(before);
        DN_TRY(status);
    }
    *map_height = grid.height;
    *map_width = grid.width;
    return DN_OK;
}
