/* SPDX-License-Identifier: MIT */
/* How the maps that pictures made fit what was recorded. */
#include "base/memory.h"
#include "check/input_check.h"

#include <math.h>
#include <stdlib.h>

/* docs/checking.md has the rates of false alarms and of detection. */
#define FOREIGN 1.25

dn_input_fit dn_fit_maps(const dn_input_check *check, const dn_block_maps *maps, int channels,
                         const double *mean, const double *square)
{
    dn_input_fit fit = {0};
    for (int c = 0; c < channels; c++) {
        double found = fmax(square[c] - mean[c] * mean[c], 0) + check->epsilon,
               recorded = maps->variance[c] + check->epsilon;
        fit.shift += fabs(mean[c] - maps->mean[c]) / sqrt(recorded);
        fit.spread += isnan(mean[c] + square[c]) ? NAN : fabs(log(found / recorded));
    }
    fit.shift /= channels;
    fit.spread /= channels;
    return fit;
}

int64_t dn_input_check_pictures(const dn_input_check *check)
{
    if (!check)
        return 0;
    return check->pictures;
}

int dn_input_check_blocks(const dn_input_check *check)
{
    if (!check)
        return 0;
    return check->block_count;
}

/* Pictures of all groups but one; DN_INPUT_GROUPS: of all. */
static dn_input_fit fit_without(const dn_input_check *check, int block, int left_out,
                                double *scratch)
{
    const dn_block_maps *maps = &check->blocks[block ? block - 1 : 0];
    int channels = block ? maps->channels : check->stem_channels;
    double *mean = scratch, *square = scratch + channels, count = (double)check->pictures;
    if (left_out < DN_INPUT_GROUPS) { /* the group's share, the first groups having one more */
        int share = (int)((check->pictures + DN_INPUT_GROUPS - 1 - left_out) / DN_INPUT_GROUPS);
        count -= share;
    }
    for (int c = 0; c < channels; c++) {
        mean[c] = square[c] = 0;
        for (int g = 0; g < DN_INPUT_GROUPS; g++)
            if (g != left_out) {
                mean[c] += maps->sums[g][c] / count;
                square[c] += maps->squares[g][c] / count;
            }
    }
    return dn_fit_maps(check, maps, channels, mean, square);
}

static dn_status ready(const dn_input_check *check)
{
    if (check->status != DN_OK)
        return dn_fail(check->status, "out of memory for what the pictures make");
    return check->pictures ? DN_OK
                           : dn_fail(DN_ERROR_ARGUMENT, "no pictures were added to the check");
}

static dn_status scratch_for(const dn_input_check *check, int block, double **scratch)
{
    int channels = block ? check->blocks[block - 1].channels : check->stem_channels;
    return dn_calloc(2 * (size_t)channels, sizeof **scratch, scratch);
}

dn_status dn_input_check_fit(const dn_input_check *check, int block, dn_input_fit *fit)
{
    DN_NEED(check);
    DN_NEED(fit);
    DN_TRY(ready(check));
    if (block < 0 || block > check->block_count)
        return dn_fail(DN_ERROR_ARGUMENT, "block %d of a network of %d", block, check->block_count);
    double *scratch;
    DN_TRY(scratch_for(check, block, &scratch));
    *fit = fit_without(check, block, DN_INPUT_GROUPS, scratch);
    free(scratch);
    return DN_OK;
}

dn_status dn_input_check_picture(const dn_input_check *check, int picture, dn_input_fit *fit)
{
    DN_NEED(check);
    DN_NEED(fit);
    DN_TRY(ready(check));
    if (picture < 0 || picture >= check->last_count)
        return dn_fail(DN_ERROR_ARGUMENT, "picture %d of a run of %d", picture, check->last_count);
    *fit = check->last[picture];
    return DN_OK;
}

double dn_input_fit_distance(const dn_input_fit *fit)
{
    if (!fit)
        return 0;
    return log1p(fit->shift) + fit->spread;
}

bool dn_input_fit_is_foreign(const dn_input_fit *fit)
{
    if (!fit)
        return false;
    return !(dn_input_fit_distance(fit) <= FOREIGN);
}

static double apart(const dn_input_check *one, const dn_input_check *other, int left_out,
                    double *scratch)
{
    dn_input_fit first = fit_without(one, 0, left_out, scratch),
                 second = fit_without(other, 0, left_out, scratch);
    return dn_input_fit_distance(&first) - dn_input_fit_distance(&second);
}

dn_status dn_input_check_compare(const dn_input_check *one, const dn_input_check *other,
                                 double *difference, double *error)
{
    DN_NEED(one);
    DN_NEED(other);
    DN_NEED(difference);
    DN_NEED(error);
    DN_TRY(ready(one));
    DN_TRY(ready(other));
    if (one->pictures != other->pictures || one->stem_channels != other->stem_channels)
        return dn_fail(DN_ERROR_ARGUMENT, "checks of different pictures or networks");
    double *scratch, values[DN_INPUT_GROUPS], mean = 0, sum = 0;
    DN_TRY(scratch_for(one, 0, &scratch));
    int groups = one->pictures < DN_INPUT_GROUPS ? (int)one->pictures : DN_INPUT_GROUPS;
    for (int g = 0; groups > 1 && g < groups; g++) {
        values[g] = apart(one, other, g, scratch);
        mean += values[g] / groups;
    }
    for (int g = 0; groups > 1 && g < groups; g++)
        sum += (values[g] - mean) * (values[g] - mean);
    *difference = apart(one, other, DN_INPUT_GROUPS, scratch);
    *error = groups > 1 ? sqrt(sum * (groups - 1) / groups) : INFINITY;
    free(scratch);
    return DN_OK;
}
