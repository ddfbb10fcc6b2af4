/* SPDX-License-Identifier: MIT */
/* The parts of training by themselves, for parity_train_parts.py: reads commands
 * and numbers, separated by blanks, from standard input and writes the result of
 * each command as numbers. */
#include "data/augment/affine.h"
#include "data/augment/augment.h"
#include "data/augment/draw.h"
#include "data/augment/jpeg_loss.h"
#include "evaluate/metrics.h"
#include "train/loss.h"
#include "train/optimiser.h"
#include "train/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(dn_status status)
{
    if (status == DN_OK)
        return;
    fprintf(stderr, "parts_driver: %s\n", dn_last_error());
    exit(1);
}

static const char *read_word(void)
{
    static char word[1024];
    if (scanf("%1023s", word) != 1)
        word[0] = '\0';
    return word;
}

static double read_number(void)
{
    return strtod(read_word(), NULL);
}

static int read_int(void)
{
    return (int)read_number();
}

/* Zeros, and one more, so that there may be none. */
static float *new_floats(size_t count)
{
    float *numbers = count < (size_t)1 << 28 ? calloc(count + 1, sizeof *numbers) : NULL;
    if (!numbers)
        abort();
    return numbers;
}

static float *read_floats(size_t count)
{
    float *numbers = new_floats(count);
    for (size_t i = 0; i < count; i++)
        numbers[i] = strtof(read_word(), NULL);
    return numbers;
}

static void print_floats(const float *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%.9g\n", (double)numbers[i]);
}

/* optimiser NAME MOMENTUM NESTEROV DECAY CLIP RATE STEPS COUNT, weights, the
 * gradients of every step: weights after each. */
static void drive_optimiser(void)
{
    dn_optimiser_options options;
    dn_optimiser *optimiser;
    check(dn_optimiser_find(read_word(), &options));
    options.momentum = read_number();
    options.nesterov = read_int() != 0;
    options.weight_decay = read_number();
    double clip = read_number(), rate = read_number();
    int steps = read_int();
    size_t count = (size_t)read_number(), half = count / 2;
    const dn_parameter parts[] = {{0, half}, {half, count - half}};
    check(dn_optimiser_create(&options, parts, 2, count, &optimiser));
    float *weights = read_floats(count);
    for (int i = 0; i < steps; i++) {
        float *gradients = read_floats(count);
        double norm = dn_optimiser_norm(optimiser, gradients, (dn_team){NULL, 1});
        const dn_update step = {rate, options.momentum, dn_clip_scale(norm, clip)};
        dn_optimiser_step(optimiser, &step, weights, gradients, (dn_team){NULL, 1});
        print_floats(weights, count);
        free(gradients);
    }
    free(weights);
    dn_optimiser_free(optimiser);
}

/* schedule NAME RATE STEPS WARMUP: rate and momentum of each step. */
static void drive_schedule(void)
{
    char name[32];
    dn_schedule schedule;
    snprintf(name, sizeof name, "%.31s", read_word());
    double rate = read_number();
    int steps = read_int();
    check(dn_schedule_find(name, rate, steps, &schedule));
    schedule.warmup = read_int();
    check(dn_schedule_check(&schedule));
    for (int i = 0; i < steps; i++)
        printf("%.17g\n%.17g\n", dn_schedule_rate(&schedule, i),
               dn_schedule_momentum(&schedule, i, -1));
}

/* loss LABELS ROWS OUTPUTS SMOOTHING SOFT, weights of outputs, logits, targets: loss and
 * gradients. */
static void drive_loss(void)
{
    dn_loss_kind kind = {.objective = read_int() ? DN_OBJECTIVE_LABELS : DN_OBJECTIVE_CLASSES};
    int rows = read_int();
    kind.outputs = read_int();
    kind.smoothing = read_number();
    kind.soft = read_int();
    size_t count = (size_t)rows * (size_t)kind.outputs;
    float *weights = read_floats((size_t)kind.outputs);
    *(kind.objective == DN_OBJECTIVE_LABELS ? &kind.positive_weights : &kind.class_weights) =
        weights;
    float *logits = read_floats(count), *targets = read_floats(count);
    float *gradient = new_floats(count);
    printf("%.17g\n", dn_loss(&kind, logits, targets, rows, 1, gradient));
    print_floats(gradient, count);
    free(weights);
    free(logits);
    free(targets);
    free(gradient);
}

/* affines WIDTH HEIGHT ROTATE SHIFT COUNT: angle and shifts of each draw. */
static void drive_affines(void)
{
    int width = read_int(), height = read_int();
    double rotate = read_number(), shift = read_number();
    for (int i = 0, count = read_int(); i < count; i++) {
        dn_random random = dn_draw_for(DN_FOR_AUGMENT, 3, 0, i);
        dn_affine_change change = dn_draw_affine(&random, rotate, shift, width, height);
        printf("%.9g\n%d\n%d\n", change.angle, change.dx, change.dy);
    }
}

/* auroc COUNT, scores, targets. */
static void drive_auroc(void)
{
    size_t count = (size_t)read_number();
    float *scores = read_floats(count), *targets = read_floats(count);
    double auroc;
    check(dn_auroc(scores, targets, count, 1, &auroc));
    printf("%.17g\n", auroc);
    free(scores);
    free(targets);
}

/* metrics ROWS OUTPUTS, logits, classes: top-1, top-5, confusion. */
static void drive_metrics(void)
{
    dn_metrics *metrics;
    int rows = read_int(), outputs = read_int();
    check(dn_metrics_create(DN_OBJECTIVE_CLASSES, outputs, &metrics));
    float *logits = read_floats((size_t)rows * (size_t)outputs);
    for (int i = 0; i < rows; i++) {
        int class = read_int();
        dn_metrics_add_classes(metrics, logits + (size_t)i * (size_t)outputs, &class, 1);
    }
    printf("%lld\n%lld\n", (long long)metrics->top1, (long long)metrics->top5);
    for (int i = 0; i < outputs * outputs; i++)
        printf("%u\n", metrics->confusion[i]);
    free(logits);
    dn_metrics_free(metrics);
}

static const dn_crop_ranges usual_crops = {0.08, 1, 3.0 / 4, 4.0 / 3};

/* crops WIDTH HEIGHT LOW HIGH COUNT: x, y, width and height of each. */
static void drive_crops(void)
{
    int width = read_int(), height = read_int();
    dn_crop_ranges ranges = usual_crops;
    ranges.scale_low = read_number();
    ranges.scale_high = read_number();
    int count = read_int();
    for (int i = 0; i < count; i++) {
        dn_random random = dn_draw_for(DN_FOR_AUGMENT, 1, 0, i);
        dn_crop crop = dn_draw_crop(&random, width, height, &ranges);
        printf("%d\n%d\n%d\n%d\n", crop.x, crop.y, crop.width, crop.height);
    }
}

static uint8_t *read_bytes(size_t count)
{
    uint8_t *bytes = malloc(count ? count : 1);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)read_int();
    return bytes;
}

/* affine WIDTH HEIGHT CHANNELS ANGLE DX DY, bytes: bytes. */
static void drive_affine(void)
{
    int width = read_int(), height = read_int(), channels = read_int();
    dn_affine_change change = {.angle = read_number()};
    change.dx = read_int();
    change.dy = read_int();
    size_t count = (size_t)width * (size_t)height * (size_t)channels;
    uint8_t *pixels = read_bytes(count);
    check(dn_affine_pixels(pixels, width, height, channels, change));
    for (size_t i = 0; i < count; i++)
        printf("%d\n", pixels[i]);
    free(pixels);
}

/* resized WIDTH HEIGHT SIZE INDEX, samples: the crop drawn, then the tensor. */
static void drive_resized(void)
{
    dn_image image = {.channels = 3, .depth = 8};
    image.width = read_int();
    image.height = read_int();
    int size = read_int(), index = read_int();
    size_t count = 3 * (size_t)size * (size_t)size;
    dn_random random = dn_draw_for(DN_FOR_AUGMENT, 2, 0, index), first = random;
    dn_crop crop = dn_draw_crop(&first, image.width, image.height, &usual_crops);
    dn_augment augment;
    dn_preprocess preprocess;
    check(dn_augment_parse("imagenet,flip=0", &augment));
    check(dn_preprocess_parse("torchvision", &preprocess));
    image.pixels = read_bytes(3 * (size_t)image.width * (size_t)image.height);
    float *tensor = malloc(count * sizeof *tensor);
    check(dn_augment_run(&augment, &preprocess, (dn_extent){size, size}, random, &image, tensor));
    printf("%d\n%d\n%d\n%d\n", crop.x, crop.y, crop.width, crop.height);
    print_floats(tensor, count);
    free(tensor);
    free(image.pixels);
}

/* jpeg QUALITY HALVED WIDTH HEIGHT CHANNELS, samples: samples. */
static void drive_jpeg(void)
{
    int quality = read_int(), halved = read_int();
    int width = read_int(), height = read_int(), channels = read_int();
    size_t count = (size_t)width * (size_t)height * (size_t)channels;
    uint8_t *pixels = read_bytes(count);
    check(dn_jpeg_loss(pixels, width, height, channels, quality, halved != 0));
    for (size_t i = 0; i < count; i++)
        printf("%d\n", pixels[i]);
    free(pixels);
}

static void print_sample(const dn_dataset *dataset, int sample, FILE *pixels)
{
    char name[1024];
    dn_image *image;
    dn_dataset_name(dataset, sample, name, sizeof name);
    printf("%d\t%s\n", dn_dataset_class(dataset, sample), name);
    float *targets = calloc((size_t)dn_dataset_outputs(dataset), sizeof *targets);
    dn_dataset_target(dataset, sample, targets);
    if (dn_dataset_objective(dataset) == DN_OBJECTIVE_LABELS)
        print_floats(targets, (size_t)dn_dataset_outputs(dataset));
    free(targets);
    check(dn_dataset_read(dataset, sample, NULL, &image));
    size_t bytes = (size_t)image->depth / 8 * (size_t)image->channels;
    fwrite(image->pixels, bytes, (size_t)image->width * (size_t)image->height, pixels);
    dn_image_free(image);
}

/* dataset PATH TEST FILE: kind, counts, labels, samples as class, tab, name;
 * all pictures' samples go to FILE. */
static void drive_dataset(void)
{
    dn_dataset *dataset;
    char path[1024];
    snprintf(path, sizeof path, "%s", read_word());
    dn_portion portion = read_int() ? DN_PORTION_TEST : DN_PORTION_TRAIN;
    FILE *pixels = fopen(read_word(), "wb");
    check(dn_dataset_open(path, portion, &dataset));
    printf("%s\n%d\n%d\n", dn_dataset_format(dataset), dn_dataset_count(dataset),
           dn_dataset_outputs(dataset));
    for (int i = 0; i < dn_dataset_outputs(dataset); i++)
        printf("%s\n", dn_dataset_label(dataset, i));
    for (int i = 0; i < dn_dataset_count(dataset); i++)
        print_sample(dataset, i, pixels);
    fclose(pixels);
    dn_dataset_free(dataset);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*drive)(void);
    } commands[] = {
        {"optimiser", drive_optimiser}, {"schedule", drive_schedule}, {"loss", drive_loss},
        {"affine", drive_affine},       {"affines", drive_affines},   {"auroc", drive_auroc},
        {"metrics", drive_metrics},     {"crops", drive_crops},       {"resized", drive_resized},
        {"jpeg", drive_jpeg},           {"dataset", drive_dataset}};
    for (;;) {
        const char *word = read_word();
        size_t i = 0;
        if (!word[0])
            return 0;
        while (i < sizeof commands / sizeof *commands && strcmp(commands[i].name, word) != 0)
            i++;
        if (i == sizeof commands / sizeof *commands) {
            fprintf(stderr, "parts_driver: what is %s?\n", word);
            return 1;
        }
        commands[i].drive();
    }
}
