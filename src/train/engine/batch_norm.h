/* SPDX-License-Identifier: MIT */
/*
 * Batch norm, split as a DenseNet allows: a map's statistics once, when it is
 * made; each norm that reads it adds only a scale and a shift; backward, the
 * sums of all norms that read it, and one correction by their means.
 *
 * Tasks leave partial results, "records", which are joined here in task order
 * and in double, whichever thread ran them.
 */
#ifndef DN_ENGINE_BATCH_NORM_H
#define DN_ENGINE_BATCH_NORM_H

#include "train/engine/state.h"

/* The key of a node's dropout masks in this pass. */
uint64_t dn_dropout_key(const dn_engine *engine, const dn_node *node);

/* ---- statistics of the maps a node makes ---- */

/* Floats of a task's record: the number of pixels, means, squared deviations. */
static inline size_t dn_statistics_record(int channels)
{
    return 16 + 2 * (size_t)dn_padded(channels);
}

/* As a double: a map may have more pixels than floats can count. */
static inline double *dn_record_pixels(float *record)
{
    void *pixels = record;
    return pixels;
}

/* Dropout, if the node has it, and statistics of rows first .. first + count - 1
 * of a node's output, which the caller has just computed, into a record. */
void dn_finish_rows(const dn_engine *engine, const dn_node *node, int first, int count,
                    float *record);

/* Joins the records into the statistics of the maps. */
void dn_join_statistics(dn_engine *engine, const dn_node *node, int records);

/* From engine->moments, the means and then the sums of squared deviations of so many channels, to
 * the statistics of maps from channel `first` on. */
void dn_settle_statistics(dn_engine *engine, int maps, int first, int channels);

/* ---- a node's own norm ---- */

/* Sets engine->scale and engine->shift. */
dn_affine dn_prepare_norm(dn_engine *engine, const dn_node *node);

/* Moves the norm's running statistics towards its source's. */
void dn_update_running(dn_engine *engine, const dn_node *node);

/* Size in floats of a task's record: sums and products, in double. */
static inline size_t dn_norm_record(int channels)
{
    return 4 * (size_t)dn_padded(channels);
}

/* The record's sums, followed by its products. */
static inline double *dn_record_sums(float *record)
{
    void *sums = record;
    return sums;
}

/* The operation that takes a gradient with respect to the activation back to
 * the source's normalised maps, for channels from `channel` on; the caller adds
 * gradient, value, out, count, and sets the record to zero before the first. */
dn_norm_gradient dn_prepare_norm_gradient(const dn_engine *engine, const dn_node *node, int channel,
                                          int channels, float *record);

/* Joins the records into the norm's gradients and the source's sums. */
void dn_join_norm_gradient(dn_engine *engine, const dn_node *node, float *records, int count);

/* ---- the gradient at a node's output ---- */

/* Once all its readers are done: sets engine->centre, factor, slope and
 * constant, from which dn_combine computes the gradient of the node's output. */
void dn_prepare_output_gradient(dn_engine *engine, const dn_node *node);

/* Writes that gradient for `count` pixels, through the dropout. */
void dn_output_gradient(const dn_engine *engine, const dn_node *node, int first, int count,
                        dn_rows out);

#endif
