/* SPDX-License-Identifier: MIT */
/* How pictures are prepared: by the graph itself; or, of the model zoo's files that came from
 * Caffe, as these were trained (docs/weights.md), which nothing in them says. */
#include "loading/graph_picture.h"

#include "loading/operators/arrays.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What divides samples of 0..255 is far from what divides those of 0..1, and so are means. */
static bool is_of_bytes(const dn_walk_picture *picture, int channels)
{
    bool large = picture->bytes;
    for (int c = 0; c < channels; c++)
        large = large || picture->scale[c] < 0.2 || fabs(picture->shift[c]) > 2 * picture->scale[c];
    return large;
}

/* scale * x + shift of a sample x is (s - mean) / std of s, x as a part of its range. */
static dn_status take_lines(dn_load_job *l, const dn_walk_picture *picture)
{
    int channels = l->arch.channels;
    double range = is_of_bytes(picture, channels) ? 255 : 1;
    char text[160];
    if (channels > 3)
        return dn_fail(DN_ERROR_MISMATCH,
                       "its graph prepares pictures of %d channels; pipelines have 1 or 3",
                       channels);
    for (int c = 0; c < 3; c++) {
        int from = c < channels ? c : 0, to = picture->order[from];
        double scale = picture->scale[from] * range, shift = picture->shift[from];
        if (!(scale > 0) || !isfinite(scale) || !isfinite(shift))
            return dn_fail(DN_ERROR_MISMATCH, "its graph multiplies pictures by %g", scale);
        l->graph.mean[c < channels ? to : c] = (float)(-shift / scale);
        l->graph.std[c < channels ? to : c] = (float)(1 / scale);
    }
    l->graph.prepares = true;
    snprintf(text, sizeof text,
             "the graph's own preparation of samples of 0..%g became the pipeline's", range);
    dn_note_derived(&l->origin, text);
    return DN_OK;
}

/* The names that Caffe's layers left behind. */
static bool is_of_the_zoo(const dn_load_job *l, const dn_operators *graph)
{
    return l->arch.channels == 3 && graph->input_count >= 1 && graph->output_count >= 1 &&
           strcmp(graph->values[graph->input].name, "data_0") == 0 &&
           strcmp(graph->values[graph->outputs[0]].name, "fc6_1") == 0;
}

/* (x - [103.94, 116.78, 123.68]) * 0.017, of samples of 0..255, blue first. */
static dn_status take_zoo(dn_load_job *l)
{
    static const int turned[] = {2, 1, 0};
    static const double means[] = {123.68, 116.78, 103.94};
    DN_TRY(dn_array_reorder(l->file, l->sources[0], 1, turned, &l->sources[0]));
    for (int c = 0; c < 3; c++) {
        l->graph.mean[c] = (float)(means[c] / 255);
        l->graph.std[c] = (float)(1 / (0.017 * 255));
    }
    l->graph.prepares = true;
    dn_note_derived(&l->origin, "the first convolution was turned from BGR to RGB");
    dn_load_warn(l, "by the names of its input and output it is the model zoo's, which came from "
                    "Caffe: it is taken to have been trained on BGR pictures, (x - mean) * 0.017, "
                    "which nothing in the file says");
    return DN_OK;
}

dn_status dn_graph_picture(dn_load_job *l, const dn_walk *w, const dn_known *picture)
{
    if (picture->picture->changed)
        return take_lines(l, picture->picture);
    return is_of_the_zoo(l, w->graph) ? take_zoo(l) : DN_OK;
}
