/* SPDX-License-Identifier: MIT */
#include "reports/layer_noise.h"

#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Blocks hold what their layers made. */
static bool is_layer(const dn_feature *feature)
{
    bool block = strncmp(feature->name, "block", 5) == 0 && !strchr(feature->name, '.');
    return !block && strcmp(feature->name, "final") != 0 && strcmp(feature->name, "logits") != 0;
}

static size_t size_of(const dn_feature *feature)
{
    return (size_t)feature->n * (size_t)feature->channels * (size_t)feature->height *
           (size_t)feature->width;
}

static void copy_numbers(const dn_feature *feature, float *to)
{
    size_t channels = (size_t)feature->channels, pixels = size_of(feature) / channels;
    for (size_t p = 0; p < pixels; p++)
        memcpy(to + p * channels, feature->data + p * feature->stride, channels * sizeof *to);
}

static bool grow(layer_noise *noise)
{
    size_t room = noise->room ? 2 * noise->room : 64;
    noisy_layer *layers = realloc(noise->layers, room * sizeof *layers);
    if (layers)
        noise->layers = layers;
    float **exact = realloc(noise->exact, room * sizeof(float *));
    if (exact)
        noise->exact = exact;
    if (!layers || !exact)
        return false;
    memset(exact + noise->room, 0, (room - noise->room) * sizeof(float *));
    memset(layers + noise->room, 0, (room - noise->room) * sizeof *layers);
    noise->room = room;
    return true;
}

static void keep_exact(const dn_feature *feature, void *context)
{
    layer_noise *noise = context;
    if (!is_layer(feature) || noise->failed)
        return;
    if (noise->next == noise->room && !grow(noise)) {
        noise->failed = true;
        return;
    }
    size_t size = size_of(feature), at = noise->next++;
    float *numbers = realloc(noise->exact[at], size * sizeof *numbers);
    if (!numbers) {
        noise->failed = true;
        return;
    }
    noise->exact[at] = numbers;
    snprintf(noise->layers[at].name, sizeof noise->layers[at].name, "%s", feature->name);
    copy_numbers(feature, numbers);
    if (noise->count < noise->next)
        noise->count = noise->next;
}

static void compare(const dn_feature *feature, void *context)
{
    layer_noise *noise = context;
    if (!is_layer(feature) || noise->failed || noise->next == noise->count)
        return;
    noisy_layer *layer = &noise->layers[noise->next];
    const float *exact = noise->exact[noise->next++];
    size_t channels = (size_t)feature->channels, pixels = size_of(feature) / channels;
    if (!layer->sums && !(layer->sums = calloc(channels, sizeof *layer->sums))) {
        noise->failed = true;
        return;
    }
    layer->channels = channels;
    layer->pixels += (double)pixels;
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < channels; c++) {
            double value = (double)exact[p * channels + c];
            double error = (double)feature->data[p * feature->stride + c] - value;
            layer->sums[c] += value;
            layer->squares += value * value;
            layer->noise += error * error;
        }
}

/* One session's logits, and its layers to `observe`, if there is one. */
static bool run_one(dn_session *session, dn_observer *observe, layer_noise *noise,
                    const float *input, int n, int height, int width, float *logits)
{
    noise->next = 0;
    if (observe)
        dn_session_observe(session, observe, noise);
    return ok_or_complain(dn_session_run(session, input, n, height, width, logits));
}

bool layer_noise_add(layer_noise *noise, const layer_sessions *sessions, logits_distance *halves,
                     const float *input, int n, int height, int width)
{
    int classes = sessions->classes;
    size_t count = (size_t)n * (size_t)classes;
    float *logits = calloc(3 * count + 1, sizeof *logits);
    float *first = classes ? logits : NULL, *second = classes ? logits + count : NULL,
          *third = classes ? logits + 2 * count : NULL;
    if (!logits)
        return complain("out of memory");
    bool sound = run_one(sessions->exact, keep_exact, noise, input, n, height, width, first) &&
                 run_one(sessions->rounded, compare, noise, input, n, height, width, second) &&
                 (!sessions->halves ||
                  run_one(sessions->halves, NULL, noise, input, n, height, width, third));
    if (sound)
        logits_distance_add(&noise->logits, first, second, (size_t)n, classes, noise->labels);
    if (sound && sessions->halves)
        logits_distance_add(halves, first, third, (size_t)n, classes, noise->labels);
    noise->pictures += sound ? n : 0;
    free(logits);
    return sound && (!noise->failed || complain("out of memory"));
}

void layer_noise_free(layer_noise *noise)
{
    for (size_t i = 0; i < noise->room; i++) {
        free(noise->exact[i]);
        free(noise->layers[i].sums);
    }
    free(noise->exact);
    free(noise->layers);
}

/* The exact numbers' sum of squares from their channel's mean over all pictures: of one picture
 * alone a pool has none. */
static double signal_of(const noisy_layer *layer)
{
    double signal = layer->squares;
    for (size_t c = 0; c < layer->channels; c++)
        signal -= layer->sums[c] * layer->sums[c] / layer->pixels;
    return signal > 1e-12 * layer->squares ? signal : 0; /* no rounding of the sums */
}

double layer_noise_ratio(const noisy_layer *layer)
{
    return layer->noise > 0 ? 10 * log10(signal_of(layer) / layer->noise) : INFINITY;
}

static int by_ratio(const void *a, const void *b)
{
    double one = layer_noise_ratio(a), other = layer_noise_ratio(b);
    return (one > other) - (one < other);
}

/* What was kept of runs has no order any more. */
void layer_noise_sort(layer_noise *noise)
{
    for (size_t i = 0; i < noise->room; i++) {
        free(noise->exact[i]);
        noise->exact[i] = NULL;
    }
    if (noise->count)
        qsort(noise->layers, noise->count, sizeof *noise->layers, by_ratio);
}
