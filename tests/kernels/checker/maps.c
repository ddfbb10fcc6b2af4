/* SPDX-License-Identifier: MIT */
#include "checker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 64

void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fprintf(stderr, "checkkernels: out of memory\n");
        exit(2);
    }
    return memory;
}

int pick(check_run *run, int low, int high)
{
    return low + (int)dn_random_below(&run->random, (uint32_t)(high - low + 1));
}

bool toss(check_run *run)
{
    return pick(run, 0, 1);
}

float value_between(check_run *run, float low, float high)
{
    return low + (high - low) * dn_random_float(&run->random);
}

float *random_floats(check_run *run, size_t count, float low, float high)
{
    float *values = zeroed(count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = value_between(run, low, high);
    return values;
}

float *new_scratch(size_t count)
{
    size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
    float *scratch = aligned_alloc(64, bytes ? bytes : 64);
    if (!scratch) {
        fprintf(stderr, "checkkernels: out of memory\n");
        exit(2);
    }
    return scratch;
}

void spoil_scratch(float *scratch, size_t count)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = NAN;
}

float *map_pixel(const pixel_map *map, int image, int y, int x)
{
    return dn_pixel_at(&map->grid, image, y, x);
}

/* Memory for the grid; random gaps unless dense; a base at any float. */
static pixel_map new_map(check_run *run, const map_shape *shape)
{
    int border = shape->before + shape->after;
    int gap = shape->dense ? 0 : pick(run, 0, 20);
    pixel_map map = {.channels = shape->channels};
    dn_grid *grid = &map.grid;
    grid->images = shape->images;
    grid->height = shape->height;
    grid->width = shape->width;
    grid->pixel_stride = shape->channels + gap;
    grid->row_stride = grid->pixel_stride * (shape->width + border) + pick(run, 0, 9);
    grid->image_stride = grid->row_stride * (shape->height + border) + pick(run, 0, 9);
    map.size = (size_t)grid->image_stride * (size_t)shape->images + 2 * MARGIN + 16;
    map.memory = zeroed(map.size, sizeof *map.memory);
    grid->data = map.memory + MARGIN + pick(run, 0, 15) + shape->before * grid->row_stride +
                 shape->before * grid->pixel_stride;
    return map;
}

float fit_number(const check_run *run, float value)
{
    return run->kernels->maps == DN_F32 ? value : dn_float_of_bf16(dn_bf16_of_float(value));
}

static float map_number(check_run *run)
{
    return fit_number(run, value_between(run, -1, 1));
}

pixel_map new_input(check_run *run, const map_shape *shape)
{
    pixel_map map = new_map(run, shape);
    for (size_t i = 0; i < map.size; i++)
        map.memory[i] = NAN;
    for (int image = 0; image < shape->images; image++)
        for (int y = -shape->before; y < shape->height + shape->after; y++)
            for (int x = -shape->before; x < shape->width + shape->after; x++) {
                float *pixel = map_pixel(&map, image, y, x);
                bool inside = y >= 0 && y < shape->height && x >= 0 && x < shape->width;
                for (int c = 0; c < shape->channels; c++)
                    pixel[c] = inside ? map_number(run) : 0;
            }
    return map;
}

pixel_map new_output(check_run *run, const map_shape *shape)
{
    pixel_map map = new_map(run, shape);
    for (size_t i = 0; i < map.size; i++)
        map.memory[i] = map_number(run);
    return map;
}

pixel_map copy_map(const pixel_map *source)
{
    pixel_map copy = *source;
    copy.memory = zeroed(copy.size, sizeof *copy.memory);
    memcpy(copy.memory, source->memory, copy.size * sizeof *copy.memory);
    copy.grid.data = copy.memory + (source->grid.data - source->memory);
    return copy;
}

void free_map(pixel_map *map)
{
    free(map->memory);
}

void poison(check_run *run, pixel_map *input)
{
    const dn_grid *grid = &input->grid;
    for (int i = pick(run, 1, 3); i > 0; i--)
        map_pixel(input, pick(run, 0, grid->images - 1), pick(run, 0, grid->height - 1),
                  pick(run, 0, grid->width - 1))[pick(run, 0, input->channels - 1)] = NAN;
}

void make_exact(const pixel_map *map)
{
    const dn_grid *grid = &map->grid;
    for (int pixel = 0; pixel < dn_grid_pixels(grid); pixel++) {
        int rest = pixel / grid->width;
        float *at = map_pixel(map, rest / grid->height, rest % grid->height, pixel % grid->width);
        for (int c = 0; c < map->channels; c++)
            at[c] = (float)((at[c] > 0.3f) - (at[c] < -0.3f));
    }
}

static dn_grid halved(const pixel_map *map, uint16_t **memory)
{
    dn_grid grid = map->grid;
    *memory = zeroed(map->size, sizeof **memory);
    for (size_t i = 0; i < map->size; i++)
        (*memory)[i] = dn_bf16_of_float(map->memory[i]);
    grid.halves = *memory + (map->grid.data - map->memory);
    return grid;
}

table_maps open_maps(const dn_kernels *kernels, const pixel_map *input, pixel_map *output)
{
    table_maps maps = {.input = input->grid, .made = output};
    if (output)
        maps.output = output->grid;
    if (kernels->maps == DN_BF16) {
        maps.input = halved(input, &maps.halves[0]);
        if (output)
            maps.output = halved(output, &maps.halves[1]);
    }
    return maps;
}

dn_rows float_rows(const pixel_map *map)
{
    return (dn_rows){map->grid.data, map->grid.pixel_stride};
}

dn_map_rows map_rows(const dn_grid *grid)
{
    return (dn_map_rows){grid->address, grid->pixel_stride};
}

void close_maps(table_maps *maps)
{
    for (size_t i = 0; maps->halves[1] && i < maps->made->size; i++)
        maps->made->memory[i] = dn_float_of_bf16(maps->halves[1][i]);
    free(maps->halves[0]);
    free(maps->halves[1]);
}
