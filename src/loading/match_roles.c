/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "loading/match.h"
#include "loading/order.h"

#include <stdlib.h>
#include <string.h>

/* What is known about the first, second, third and fourth vectors of every
 * norm. */
typedef struct place {
    int shared;    /* how often a layer's vector is part of the next layer's */
    bool negative; /* holds a value below zero */
    double sum;
} place;

static void look_at_values(const float *values, int64_t count, place *p)
{
    for (int64_t i = 0; i < count; i++) {
        p->sum += (double)values[i];
        p->negative |= values[i] < 0;
    }
}

static bool is_next_layer(const dn_key *a, const dn_key *b)
{
    return a->block == b->block && a->layer + 1 == b->layer;
}

/* Walks the first norms of the layers, which were matched in order, four pairs
 * each. Returns the number of neighbours. */
static int compare_layers(const dn_match *match, place places[4], float *buffers[2])
{
    int neighbours = 0;
    for (int p = 0; p < 4; p++) {
        const dn_pair *earlier = NULL;
        for (size_t i = 0; i + 3 < match->pair_count; i++) {
            const dn_pair *pair = &match->pairs[i];
            if (pair->key.role != DN_ROLE_LAYER || pair->key.unit != 0 ||
                pair->key.part != DN_PART_NORM_WEIGHT)
                continue;
            const dn_tensor *tensor = pair[p].tensor;
            dn_tensor_read(tensor, buffers[1]);
            look_at_values(buffers[1], tensor->shape[0], &places[p]);
            if (earlier && is_next_layer(&earlier->key, &pair->key)) {
                int count = (int)earlier->tensor->shape[0];
                int growth = (int)tensor->shape[0] - count;
                neighbours += p == 0;
                places[p].shared += dn_statistics_hold(buffers[0], buffers[1], count) ||
                                    dn_statistics_hold(buffers[0], buffers[1] + growth, count);
            }
            float *swapped = buffers[0];
            buffers[0] = buffers[1];
            buffers[1] = swapped;
            earlier = pair;
        }
    }
    return neighbours;
}

/* order[0..3]: the places of weight, bias, mean and variance. */
static void decide(const place places[4], int neighbours, int order[4])
{
    int statistics[4], others[4], shared = 0, other = 0;
    for (int p = 0; p < 4; p++)
        if (2 * places[p].shared > neighbours)
            statistics[shared++] = p;
        else
            others[other++] = p;
    if (shared == 2) {
        bool swap = !places[statistics[0]].negative && places[statistics[1]].negative;
        order[2] = statistics[swap];
        order[3] = statistics[!swap];
        swap = places[others[1]].sum > places[others[0]].sum;
        order[0] = others[swap];
        order[1] = others[!swap];
        return;
    }
    /* Untrained: ones and zeros, so that only the sums decide. */
    int next[2] = {0, 0};
    for (int p = 0; p < 4; p++) {
        bool ones = places[p].sum > 0 && !places[p].negative;
        static const int roles[2][2] = {{1, 2}, {0, 3}};
        if (next[ones] < 2)
            order[roles[ones][next[ones]++]] = p;
    }
    if (next[0] != 2 || next[1] != 2)
        for (int p = 0; p < 4; p++)
            order[p] = p;
}

static size_t longest(const dn_match *match)
{
    size_t most = 0;
    for (size_t i = 0; i < match->pair_count; i++)
        if (match->pairs[i].tensor->rank == 1 && match->pairs[i].tensor->count > most)
            most = match->pairs[i].tensor->count;
    return most;
}

static bool all_float(const dn_match *match)
{
    for (size_t i = 0; i < match->pair_count; i++)
        if (!dn_dtype_is_float(match->pairs[i].tensor->dtype))
            return false;
    return true;
}

dn_status dn_find_roles(dn_match *match)
{
    size_t length = longest(match);
    float *memory;
    place places[4] = {0};
    int order[4];
    if (!all_float(match))
        return DN_OK; /* dn_check_complete will say so */
    DN_TRY(dn_alloc_aligned(2 * length, sizeof *memory, &memory));
    int neighbours = compare_layers(match, places, (float *[]){memory, memory + length});
    free(memory);
    decide(places, neighbours, order);
    for (size_t i = 0; i < match->pair_count; i++) {
        if (match->pairs[i].key.part != DN_PART_NORM_WEIGHT)
            continue;
        const dn_tensor *found[4];
        for (int p = 0; p < 4; p++)
            found[p] = match->pairs[i + (size_t)order[p]].tensor;
        for (size_t p = 0; p < 4; p++)
            match->pairs[i + p].tensor = found[p];
    }
    return DN_OK;
}
