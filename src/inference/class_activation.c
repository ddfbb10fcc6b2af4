/* SPDX-License-Identifier: MIT */
/* Class-activation maps (Zhou et al., 2016). The classifier is linear on the
 * global average, so a logit without its bias is the mean over pixels of
 * sum_c weight[c] activation(norm(maps))[c]: the map is exact, not an estimate. */
#include "inference/session.h"

#include "network/widths.h"

dn_status dn_session_cam(const dn_session *session, int image, int output, float *map,
                         int *map_height, int *map_width)
{
    DN_NEED(session);
    DN_NEED(map_height);
    DN_NEED(map_width);
    const dn_arch *arch = &session->model->arch;
    if (!session->ran)
        return dn_fail(DN_ERROR_ARGUMENT, "a heat map needs a run before it");
    int last = arch->block_count - 1, channels = dn_block_out(arch, last);
    const dn_grid *grid = &session->plans[0]->blocks[last];
    if (image < 0 || image >= grid->images || output < 0 || output >= arch->classes)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "heat map of picture %d, output %d: the run has %d "
                       "pictures and %d outputs",
                       image, output, grid->images, arch->classes);
    *map_height = grid->height;
    *map_width = grid->width;
    if (!map)
        return DN_OK;
    const dn_affine *norm = dn_final_norm(session->prepared);
    dn_key key = {.role = DN_ROLE_HEAD, .part = DN_PART_LINEAR_WEIGHT};
    const float *weight = dn_model_find(session->model, &key) + (size_t)output * (size_t)channels;
    for (int y = 0; y < grid->height; y++)
        for (int x = 0; x < grid->width; x++) {
            const float *pixel = dn_pixel_at(grid, image, y, x);
            double sum = 0;
            for (int c = 0; c < channels; c++) {
                float value = pixel[c] * norm->scale[c] + norm->shift[c];
                sum += value > 0 || norm->linear ? (double)weight[c] * (double)value : 0;
            }
            map[y * grid->width + x] = (float)sum;
        }
    return DN_OK;
}
