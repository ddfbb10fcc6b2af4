/* SPDX-License-Identifier: MIT */
/* How many rows and columns of means a head reads. Its tensors tell only how many means of each
 * map: 4 may be 2x2 or 1x4. */
#include "base/text.h"
#include "loading/head_parts.h"
#include "loading/metadata.h"
#include "loading/recorded/module_pool.h"
#include "network/head.h"
#include "network/widths.h"

#include <math.h>
#include <string.h>

enum { MOST = 64 };

/* What an adaptive pool among the modules makes, if it is that many means. */
static bool find_recorded(const dn_head_work *w, int64_t cells, dn_head *grid)
{
    for (size_t i = 0; i < w->recorded.count; i++) {
        const dn_recorded_module *module = &w->recorded.items[i];
        const dn_value *size = dn_recorded_attribute(&w->recorded, module, "output_size");
        if (!size || !size->numbers || size->count > 2 ||
            strcmp(dn_recorded_class(&w->recorded, module), "AdaptiveAvgPool2d") != 0)
            continue;
        double rows = size->numbers[0], columns = size->numbers[size->count - 1];
        if (!(rows >= 1 && columns >= 1 && rows <= MOST && columns <= MOST) ||
            rows * columns != (double)cells)
            continue;
        *grid = (dn_head){.pool = DN_POOL_GRID, .grid = (int)rows, .grid_width = (int)columns};
        return true;
    }
    return false;
}

/* What this program wrote, which is held against all tensors later. */
static bool find_written(const dn_head_work *w, int64_t cells, dn_head *grid)
{
    const char *text = dn_metadata_text(w->file, "densenet.head");
    int classes;
    return text && dn_head_parse(text, grid, &classes) && grid->pool == DN_POOL_GRID &&
           grid->grid >= 1 && grid->grid <= MOST && grid->grid_width >= 0 &&
           grid->grid_width <= MOST && dn_head_cells(grid) == cells;
}

static bool find_square(int64_t cells, dn_head *grid)
{
    for (int side = 2; side <= MOST; side++)
        if (cells == (int64_t)side * side) {
            *grid = (dn_head){.pool = DN_POOL_GRID, .grid = side};
            return true;
        }
    return false;
}

static dn_status choose_grid(dn_head_work *w, const dn_module *first, int64_t cells)
{
    int length = (int)(first->path_length < 200 ? first->path_length : 200);
    dn_head grid = w->asked;
    if (grid.pool == DN_POOL_GRID) {
        if (dn_head_cells(&grid) != cells)
            return dn_fail(DN_ERROR_MISMATCH,
                           "\"%.*s\" reads %lld value%s of each map, which is not a grid of %dx%d",
                           length, first->path, (long long)cells, cells == 1 ? "" : "s", grid.grid,
                           dn_head_columns(&grid));
    } else if (cells == 1) {
        return DN_OK;
    } else if (!find_recorded(w, cells, &grid) && !find_written(w, cells, &grid)) {
        w->facts.assumed = true;
        if (!find_square(cells, &grid))
            return dn_fail(DN_ERROR_MISMATCH,
                           "\"%.*s\" reads %lld value%s of each map, of how many rows and columns "
                           "is not in the file (option grid)",
                           length, first->path, (long long)cells, dn_plural((long long)cells));
    }
    w->head.pool = DN_POOL_GRID;
    w->head.grid = grid.grid;
    w->head.grid_width = grid.grid_width;
    return DN_OK;
}

/* fastai's heads, which read maxima first, are Sequentials; timm's catavgmax has one linear. */
static bool is_timms(const dn_module *first)
{
    static const char name[] = "classifier";
    size_t length = first->path_length, own = sizeof name - 1;
    return length >= own && strncmp(first->path + length - own, name, own) == 0;
}

/* Of the modules between the last norm and a linear. */
static dn_head_pool recorded_pool(const dn_head_work *w, const dn_module *first)
{
    const dn_recorded_modules *modules = &w->recorded;
    size_t norm = dn_recorded_index(modules, w->norm, w->norm_length);
    size_t linear = dn_recorded_index(modules, first->path, first->path_length);
    return norm < modules->count && linear < modules->count
               ? dn_read_pool(modules, &modules->items[norm], &modules->items[linear])
               : DN_POOL_MEAN;
}

dn_status dn_choose_pool(dn_head_work *w, const dn_module *first)
{
    int channels = dn_block_out(w->arch, w->arch->block_count - 1);
    bool asked = w->asked.pool == DN_POOL_GRID;
    if (w->head.pool == DN_POOL_MEAN && !asked && first->tensors[0]->rank == 2)
        w->head.pool = recorded_pool(w, first);
    bool known = w->head.pool != DN_POOL_MEAN;
    if (known && !asked && first->in == dn_head_width(&w->head, channels))
        return DN_OK;
    if (!known && !asked && first->in == 2 * channels) {
        dn_head grid;
        if (find_recorded(w, 2, &grid))
            return choose_grid(w, first, 2);
        w->facts.assumed = true;
        w->head.pool = is_timms(first) ? DN_POOL_MEAN_MAX : DN_POOL_MAX_MEAN;
        return DN_OK;
    }
    if (!known && first->in % channels == 0 && first->in / channels <= MOST * MOST)
        return choose_grid(w, first, first->in / channels);
    return dn_fail(DN_ERROR_MISMATCH,
                   "\"%.*s\" reads %d value%s, which does not fit a head for %d map%s",
                   (int)(first->path_length < 200 ? first->path_length : 200), first->path,
                   first->in, dn_plural(first->in), channels, dn_plural(channels));
}
