/* SPDX-License-Identifier: MIT */
#include "train/engine/padded_bands.h"

#include "base/arithmetic.h"
#include "base/memory.h"

#include <string.h>

static int wanted_lines(int width, int pixels)
{
    return dn_min(dn_max(pixels / width, 1), DN_MAX_BAND_LINES);
}

int dn_most_band_lines(int images, int height, int width, int pixels)
{
    return dn_min(dn_max(wanted_lines(width, pixels), 4), images * height);
}

dn_bands dn_split_into_bands(int images, int height, int width, int pixels)
{
    dn_bands bands = {images, height, width, height, 1, 0};
    int lines = wanted_lines(width, pixels);
    if (lines >= 2 * height)
        bands.group = dn_min(lines / height, images);
    else if (lines < height)
        bands.rows = dn_min(dn_max(lines / 4 * 4, 4), height);
    bands.count = dn_ceil_divide(images, bands.group) * dn_ceil_divide(height, bands.rows);
    return bands;
}

dn_band dn_band_at(const dn_bands *bands, int index)
{
    int across = dn_ceil_divide(bands->height, bands->rows);
    int image = index / across * bands->group, top = index % across * bands->rows;
    dn_band band = {.image = image,
                    .images = dn_min(bands->group, bands->images - image),
                    .top = top,
                    .rows = dn_min(bands->rows, bands->height - top)};
    band.first_pixel = (image * bands->height + top) * bands->width;
    band.pixels = band.images * band.rows * bands->width;
    return band;
}

static int frame_rows(const dn_frame_shape *shape, int rows)
{
    return (rows - 1) * shape->stride + shape->kernel + shape->below;
}

static ptrdiff_t frame_line(const dn_frame_shape *shape)
{
    return (ptrdiff_t)(2 * shape->before + shape->width + shape->right) * shape->pixel_stride;
}

size_t dn_frame_floats(const dn_frame_shape *shape, const dn_bands *bands)
{
    int lines = frame_rows(shape, bands->rows) * bands->group;
    size_t numbers = (size_t)frame_line(shape) * (size_t)lines;
    size_t bytes = (numbers + DN_MAX_LANES) * dn_dtype_size(shape->type);
    return dn_round_up(bytes, DN_MAX_LANES * sizeof(float)) / sizeof(float);
}

static void fill_line(const dn_frame_shape *shape, int image, int y, dn_fill_line *fill,
                      const void *context, unsigned char *line)
{
    size_t size = dn_dtype_size(shape->type), pixel = (size_t)shape->pixel_stride * size;
    size_t left = (size_t)shape->before * pixel, inner = (size_t)shape->width * pixel;
    bool inside = y >= 0 && y < shape->height;
    if (!inside || (shape->pixel_stride > shape->channels && shape->channels % DN_MAX_LANES))
        memset(line, 0, (size_t)frame_line(shape) * size);
    if (!inside)
        return;
    memset(line, 0, left);
    fill(context, image, y, line + left);
    memset(line + left + inner, 0, (size_t)(shape->before + shape->right) * pixel);
}

dn_grid dn_fill_frame(const dn_frame_shape *shape, const dn_band *band, dn_fill_line *fill,
                      const void *context, void *memory)
{
    int rows = frame_rows(shape, band->rows), top = band->top * shape->stride - shape->before;
    ptrdiff_t line = frame_line(shape);
    dn_grid grid = {.address = memory,
                    .images = band->images,
                    .height = (band->rows - 1) * shape->stride + 1,
                    .width = shape->width,
                    .pixel_stride = shape->pixel_stride,
                    .row_stride = line,
                    .image_stride = line * rows};
    for (int i = 0; i < band->images; i++)
        for (int row = 0; row < rows; row++)
            fill_line(shape, band->image + i, top + row, fill, context,
                      dn_map_at(shape->type, &grid, i, row, 0));
    grid.address = dn_map_at(shape->type, &grid, 0, shape->before, shape->before);
    return grid;
}
