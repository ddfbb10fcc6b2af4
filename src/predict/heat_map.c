/* SPDX-License-Identifier: MIT */
/* A class-activation map, placed on its picture. */
#include "base/status.h"

#include <math.h>
#include <stdlib.h>

/* The pixels of a picture of this size that become one of the network's, across and down. */
static void find_scale(const dn_preprocess *preprocess, double width, double height,
                       double scale[2])
{
    scale[0] = scale[1] = preprocess->resize ? fmin(width, height) / preprocess->resize : 1;
    if (!preprocess->resize_width)
        return;
    scale[0] = width / preprocess->resize_width;
    scale[1] = height / preprocess->resize;
    if (preprocess->fit == DN_FIT_COVER)
        scale[0] = scale[1] = fmin(scale[0], scale[1]);
    if (preprocess->fit == DN_FIT_INSIDE)
        scale[0] = scale[1] = fmax(scale[0], scale[1]);
}

/* The area that the network saw; if the picture is smaller than the crop, this is more than the
 * picture. */
static void seen_part(const dn_preprocess *preprocess, double whole_width, double whole_height,
                      dn_heat_map *map)
{
    double width = whole_width, height = whole_height, scale[2];
    if (preprocess->square_first)
        width = height = fmin(width, height);
    if (preprocess->crop) {
        find_scale(preprocess, width, height, scale);
        width = scale[0] * (preprocess->crop_width ? preprocess->crop_width : preprocess->crop);
        height = scale[1] * preprocess->crop;
    }
    map->left = (whole_width - width) / 2;
    map->top = (whole_height - height) / 2;
    map->right = map->left + width;
    map->bottom = map->top + height;
    map->cropped = map->left > 0.5 || map->top > 0.5;
}

/* A float, since GCC 12 for ARM cannot compile a maximum that widens. */
static float largest_evidence(const dn_heat_map *map)
{
    float largest = 0;
    for (int i = 0; i < map->height * map->width; i++)
        largest = fmaxf(largest, map->map[i]);
    return largest;
}

dn_status dn_heat_map_create(const dn_session *session, int index, int output,
                             const dn_preprocess *preprocess, int width, int height,
                             dn_heat_map *made)
{
    DN_NEED(preprocess);
    DN_NEED(made);
    if (width < 1 || height < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "a heat map over a picture of %d x %d pixels", width,
                       height);
    dn_heat_map map = {0};
    DN_TRY(dn_session_cam(session, index, output, NULL, &map.height, &map.width));
    size_t bytes = (size_t)map.height * (size_t)map.width * sizeof *map.map;
    map.map = malloc(bytes);
    if (!map.map)
        return dn_fail_memory(bytes);
    dn_status status = dn_session_cam(session, index, output, map.map, &map.height, &map.width);
    if (status != DN_OK) {
        free(map.map);
        return status;
    }
    seen_part(preprocess, width, height, &map);
    map.most = largest_evidence(&map);
    *made = map;
    return DN_OK;
}

void dn_heat_map_free(dn_heat_map *map)
{
    if (!map)
        return;
    free(map->map);
    map->map = NULL;
}

void dn_heat_map_scale(dn_heat_map *map, double factor)
{
    if (!map)
        return;
    map->left *= factor;
    map->top *= factor;
    map->right *= factor;
    map->bottom *= factor;
}
