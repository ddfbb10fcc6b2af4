/* SPDX-License-Identifier: MIT */
/* The checkpoint of a run: the header of a safetensors file, with its size put
 * before it and zeros for the trainer's two arrays after it. */
#include "memory_file.h"
#include "run/train_run.h"
#include "train/trainer.h"

#include <stdlib.h>
#include <string.h>

static dn_trainer *create_trainer(void)
{
    dn_arch arch = {.block_count = 1,
                    .blocks = {1},
                    .growth = 1,
                    .stem_channels = 2,
                    .stem = DN_STEM_CIFAR,
                    .channels = 1,
                    .classes = 2,
                    .compression = 1,
                    .bn_epsilon = 1e-5};
    dn_trainer_options options;
    dn_model *model;
    dn_trainer *trainer;
    dn_trainer_defaults(&options, sizeof options);
    options.batch = options.threads = 1;
    options.height = options.width = 4;
    options.steps = 10;
    if (dn_model_init(&arch, DN_INIT_PAPER, 1, &model) != DN_OK ||
        dn_trainer_create(model, &options, &trainer) != DN_OK)
        abort();
    dn_model_free(model);
    return trainer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static train_run run;
    if (!run.trainer)
        run = (train_run){.folder = memory_folder(), .trainer = create_trainer()};
    uint64_t header = size;
    size_t arrays = 2 * dn_engine_layout(run.trainer->engine)->floats * sizeof(float);
    size_t total = sizeof header + size + arrays;
    unsigned char *bytes = calloc(total, 1);
    if (!bytes)
        return 0;
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, data, size);
    memory_file("resume.safetensors", bytes, total);
    free(bytes);
    if (train_checkpoint_restore(&run) && dn_trainer_steps(run.trainer) < 0)
        abort();
    return 0;
}
