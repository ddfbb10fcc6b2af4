/* SPDX-License-Identifier: MIT */
/* A run's settings.json, as --resume reads it and, for an odd number of bytes, as --resume auto
 * does. Settings are kept as long as the program runs: nothing is freed. */
#include "arguments/command_line.h"
#include "memory_file.h"
#include "run/train_settings.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static int run(int count, char **arguments);

static const command fuzzed = {
    .name = "train", .arguments = "[DATA]", .options = train_options, .most = 1, .run = run};

/* Whatever the file says, options are within what the command line allows. */
static int run(int count, char **arguments)
{
    (void)count;
    (void)arguments;
    if (!train_settings_read(&fuzzed, memory_folder()))
        return EXIT_REFUSED;
    const train_settings *s = &train_chosen;
    if (!isfinite(s->lr) || !isfinite(s->warmup) || s->batch_size < 0 || s->epochs < 0 ||
        s->accumulate < 0 || s->seed < 0 || !(s->val_split >= 0 && s->val_split < 1))
        abort();
    return EXIT_DONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[] = "train", *words[] = {name, NULL};
    train_chosen = (train_settings){.resume = "run", .automatic = size % 2 != 0};
    memory_file("resume.safetensors", "", 0);
    memory_file("settings.json", data, size);
    run_command(&fuzzed, 1, words);
    return 0;
}
