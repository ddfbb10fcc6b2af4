/* SPDX-License-Identifier: MIT */
#include "train/engine/padded_bands.h"

#include "base/arithmetic.h"

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

size_t dn_frame_size(const dn_frame_shape *shape, int images, int rows)
{
    return (size_t)frame_line(shape) * (size_t)(frame_rows(shape, rows) * images);
}

static void fill_line(const dn_frame_shape *shape, int image, int y, dn_fill_line *fill,
                      const void *context, float *line)
{
    ptrdiff_t stride = shape->pixel_stride, left = shape->before * stride;
    bool inside = y >= 0 && y < shape->height;
    if (!inside || (shape->pixel_stride > shape->channels && shape->channels % DN_MAX_LANES))
        memset(line, 0, (size_t)frame_line(shape) * sizeof *line);
    if (!inside)
        return;
    memset(line, 0, (size_t)left * sizeof *line);
    fill(context, image, y, line + left);
    float *end = line + left + shape->width * stride;
    memset(end, 0, (size_t)((shape->before + shape->right) * stride) * sizeof *line);
}

dn_grid dn_fill_frame(const dn_frame_shape *shape, const dn_band *band, dn_fill_line *fill,
                      const void *context, float *memory)
{
    int rows = frame_rows(shape, band->rows), top = band->top * shape->stride - shape->before;
    ptrdiff_t line = frame_line(shape);
    for (int i = 0; i < band->images; i++)
        for (int row = 0; row < rows; row++)
            fill_line(shape, band->image + i, top + row, fill, context,
                      memory + ((ptrdiff_t)i * rows + row) * line);
    return (dn_grid){.data = memory + shape->before * (line + shape->pixel_stride),
                     .images = band->images,
                     .height = (band->rows - 1) * shape->stride + 1,
                     .width = shape->width,
                     .pixel_stride = shape->pixel_stride,
                     .row_stride = line,
                     .image_stride = line * rows};
}
