/* SPDX-License-Identifier: MIT */
/* Trains on given numbers and writes the results, for parity_train*.py:
 *     train_driver key=value...
 * Numbers are raw float32: `parameters` in layout order, `inputs` and `targets`
 * of all steps. `out` gets the first step's logits and gradients, every step's
 * loss, the parameters. */
#include "network/head.h"
#include "network/model.h"
#include "train/engine/engine.h"
#include "train/loss.h"
#include "train/optimiser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct job {
    dn_arch arch;
    dn_engine_options engine;
    dn_optimiser_options optimiser;
    double rate;
    int steps, parts; /* parts of a batch, accumulated */
    uint64_t noise;
    const char *parameters, *inputs, *targets, *out;
    char frozen[64]; /* slots below this number */
} job;

static void check(dn_status status)
{
    if (status == DN_OK)
        return;
    fprintf(stderr, "train_driver: %s\n", dn_last_error());
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        exit(1);
    return memory;
}

static float *read_floats(const char *path, size_t count)
{
    float *numbers = allocate(count, sizeof *numbers);
    FILE *file = fopen(path, "rb");
    if (!file || fread(numbers, sizeof *numbers, count, file) != count) {
        fprintf(stderr, "train_driver: %s: cannot be read\n", path);
        exit(1);
    }
    fclose(file);
    return numbers;
}

static void parse_blocks(dn_arch *arch, const char *value)
{
    char *end = NULL;
    arch->block_count = 0;
    do {
        arch->blocks[arch->block_count++] = (int)strtol(value, &end, 10);
        value = end + 1;
    } while (*end == ',');
}

static bool parse_arch(dn_arch *arch, const char *key, const char *value)
{
    if (strcmp(key, "arch") == 0)
        check(dn_arch_find(value, arch));
    else if (strcmp(key, "blocks") == 0)
        parse_blocks(arch, value);
    else if (strcmp(key, "growth") == 0)
        arch->growth = atoi(value);
    else if (strcmp(key, "stem") == 0)
        arch->stem = (dn_stem)atoi(value);
    else if (strcmp(key, "stem_channels") == 0)
        arch->stem_channels = atoi(value);
    else if (strcmp(key, "stem_hidden") == 0)
        arch->stem_hidden[0] = arch->stem_hidden[1] = atoi(value);
    else if (strcmp(key, "bottleneck") == 0)
        arch->bottleneck = atoi(value);
    else if (strcmp(key, "compression") == 0)
        arch->compression = atof(value);
    else if (strcmp(key, "stem_kernel") == 0)
        arch->stem_kernel = atoi(value);
    else if (strcmp(key, "stem_stride") == 0)
        arch->stem_stride = atoi(value);
    else if (strcmp(key, "stem_pool") == 0)
        arch->stem_pool = (dn_stem_pool)atoi(value);
    else if (strcmp(key, "linear_transitions") == 0)
        arch->linear_transitions = atoi(value);
    else if (strcmp(key, "linear_final") == 0)
        arch->linear_final = atoi(value);
    else if (strcmp(key, "head") == 0)
        return dn_head_parse(value, &arch->head, &arch->classes);
    else if (strcmp(key, "classes") == 0)
        arch->classes = atoi(value);
    else if (strcmp(key, "channels") == 0)
        arch->channels = atoi(value);
    else
        return false;
    return true;
}

static bool parse_engine(job *work, const char *key, const char *value)
{
    dn_engine_options *engine = &work->engine;
    if (strcmp(key, "images") == 0)
        engine->images = atoi(value);
    else if (strcmp(key, "height") == 0)
        engine->height = atoi(value);
    else if (strcmp(key, "width") == 0)
        engine->width = atoi(value);
    else if (strcmp(key, "threads") == 0)
        engine->team.threads = atoi(value);
    else if (strcmp(key, "bf16") == 0)
        engine->maps = atoi(value) ? DN_BF16 : DN_F32;
    else if (strcmp(key, "low_memory") == 0)
        engine->low_memory = atoi(value);
    else if (strcmp(key, "dropout") == 0)
        engine->dropout = atof(value);
    else if (strcmp(key, "frozen") == 0)
        snprintf(work->frozen, sizeof work->frozen, "%s", value);
    else
        return false;
    return true;
}

static void parse(job *work, const char *key, const char *value)
{
    if (parse_arch(&work->arch, key, value) || parse_engine(work, key, value))
        return;
    if (strcmp(key, "optimiser") == 0)
        check(dn_optimiser_find(value, &work->optimiser));
    else if (strcmp(key, "rate") == 0)
        work->rate = atof(value);
    else if (strcmp(key, "steps") == 0)
        work->steps = atoi(value);
    else if (strcmp(key, "parts") == 0)
        work->parts = atoi(value);
    else if (strcmp(key, "parameters") == 0)
        work->parameters = value;
    else if (strcmp(key, "inputs") == 0)
        work->inputs = value;
    else if (strcmp(key, "targets") == 0)
        work->targets = value;
    else if (strcmp(key, "out") == 0)
        work->out = value;
    else {
        fprintf(stderr, "train_driver: %s: no such key\n", key);
        exit(2);
    }
}

static dn_optimiser *make_optimiser(const job *work, const dn_layout *layout, const bool *frozen)
{
    dn_parameter *parameters = allocate((size_t)layout->count, sizeof *parameters);
    int count = 0;
    for (int i = 0; i < layout->count; i++) {
        const dn_slot *slot = &layout->slots[i];
        if (dn_is_trained(slot) && !frozen[i])
            parameters[count++] = (dn_parameter){slot->offset, slot->count};
    }
    dn_optimiser *optimiser;
    check(dn_optimiser_create(&work->optimiser, parameters, count, layout->floats, &optimiser));
    free(parameters);
    return optimiser;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void write_floats(FILE *file, const float *numbers, size_t count)
{
    if (file && fwrite(numbers, sizeof *numbers, count, file) != count)
        exit(1);
}

/* One step on a batch, in parts; the mean loss. */
static double train_step(const job *work, dn_engine *engine, const float *input,
                         const float *target, uint64_t noise, float *logits, float *gradient)
{
    const dn_loss_kind kind = {.objective = DN_OBJECTIVE_CLASSES, .outputs = work->arch.classes};
    int n = work->engine.images;
    size_t picture =
        (size_t)work->arch.channels * (size_t)work->engine.height * (size_t)work->engine.width;
    double loss = 0;
    dn_engine_clear(engine);
    for (int part = 0; part < work->parts; part++) {
        check(dn_engine_forward(engine, input, n, noise + (uint64_t)part, logits));
        loss += dn_loss(&kind, logits, target, n, 1.0 / work->parts, gradient) / work->parts;
        check(dn_engine_backward(engine, gradient));
        input += (size_t)n * picture;
        target += n * kind.outputs;
    }
    return loss;
}

static bool read_job(int count, char **arguments, job *work)
{
    check(dn_optimiser_find("sgd", &work->optimiser));
    for (int i = 1; i < count; i++) {
        char *value = strchr(arguments[i], '=');
        if (!value)
            return false;
        *value++ = '\0';
        parse(work, arguments[i], value);
    }
    return true;
}

static dn_model *make_model(const job *work)
{
    dn_model *model;
    check(dn_model_init(&work->arch, DN_INIT_PAPER, 1, &model));
    if (work->parameters) {
        float *given = read_floats(work->parameters, model->layout.floats);
        memcpy(model->storage, given, model->layout.floats * sizeof *given);
        free(given);
    }
    return model;
}

/* The first slots, as many as the job says. */
static bool *freeze_first(const job *work, const dn_model *model)
{
    bool *frozen = allocate((size_t)model->layout.count, sizeof *frozen);
    for (int i = 0; i < atoi(work->frozen) && i < model->layout.count; i++)
        frozen[i] = true;
    return frozen;
}

/* The job's pictures, or a pattern. */
static float *make_inputs(const job *work, size_t count)
{
    if (work->inputs)
        return read_floats(work->inputs, count);
    float *inputs = allocate(count, sizeof *inputs);
    for (size_t i = 0; i < count; i++)
        inputs[i] = (float)((i * 2654435761u >> 7) % 1000) * 0.002f - 1;
    return inputs;
}

int main(int count, char **arguments)
{
    job work = {.rate = 0.1, .steps = 1, .parts = 1};
    if (!read_job(count, arguments, &work))
        return 2;
    dn_model *model = make_model(&work);
    bool *frozen = freeze_first(&work, model);
    work.engine.frozen = frozen;

    int n = work.engine.images, classes = work.arch.classes;
    size_t picture =
        (size_t)work.arch.channels * (size_t)work.engine.height * (size_t)work.engine.width;
    size_t batches = (size_t)(work.steps * work.parts), rows = batches * (size_t)n;
    float *inputs = make_inputs(&work, rows * picture);
    float *targets = work.targets ? read_floats(work.targets, rows * (size_t)classes)
                                  : allocate(rows * (size_t)classes, sizeof(float));
    float *logits = allocate((size_t)(n * classes), sizeof *logits);
    float *gradient = allocate((size_t)(n * classes), sizeof *gradient);
    float *losses = allocate((size_t)work.steps, sizeof *losses);

    dn_optimiser *optimiser = make_optimiser(&work, &model->layout, frozen);
    dn_engine *engine;
    check(dn_engine_create(model, &work.engine, &engine));
    FILE *file = work.out ? fopen(work.out, "wb") : NULL;
    double best = 1e30;
    for (int step = 0; step < work.steps; step++) {
        double start = seconds();
        size_t at = (size_t)(step * work.parts * n);
        losses[step] =
            (float)train_step(&work, engine, inputs + at * picture, targets + at * (size_t)classes,
                              (uint64_t)(step * work.parts), logits, gradient);
        if (step == 0) {
            write_floats(file, logits, (size_t)(n * classes));
            write_floats(file, dn_engine_gradients(engine), model->layout.floats);
        }
        dn_update update = {work.rate, work.optimiser.momentum, 1};
        dn_optimiser_step(optimiser, &update, dn_engine_parameters(engine),
                          dn_engine_gradients(engine), work.engine.team);
        double taken = seconds() - start;
        best = taken < best ? taken : best;
    }
    write_floats(file, losses, (size_t)work.steps);
    write_floats(file, dn_engine_parameters(engine), model->layout.floats);
    printf("fastest step: %.3f ms\n", best * 1e3);
    bool written = !file || fclose(file) == 0;
    dn_engine_free(engine);
    dn_optimiser_free(optimiser);
    dn_model_free(model);
    free(frozen);
    free(inputs);
    free(targets);
    free(logits);
    free(gradient);
    free(losses);
    return written ? 0 : 1;
}
