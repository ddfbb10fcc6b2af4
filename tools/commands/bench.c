/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "arguments/network.h"
#include "arguments/precision.h"
#include "arguments/threads.h"
#include "commands/bench_train.h"
#include "densenet.h"
#include "reports/bench_rows.h"
#include "run/session_open.h"
#include "ui/memory_headroom.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static struct {
    int batch, runs, size[2];
    bool json, layers, train;
} chosen = {.batch = 1, .runs = 10};

static const option_row options[] = {
    {"batch", 'b', OPTION_INT, &chosen.batch, "N", "pictures per run (1)", 1, 65536},
    {"size", 0, OPTION_SIDES, chosen.size, "N|HxW",
     "squares, or their height and width, as 256x128 (224; CIFAR stems 32)", 1, 65536},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, precision_option, NULL, NULL, 0, 0},
    {"runs", 'r', OPTION_INT, &chosen.runs, "N", "timed runs, after one to warm up (10)", 1,
     1000000},
    {"train", 0, OPTION_FLAG, &chosen.train, NULL, "time a training step, in f32 or bf16", 0, 0},
    {"layers", 0, OPTION_FLAG, &chosen.layers, NULL, "show where the time goes", 0, 0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print a JSON object", 0, 0},
    {"", 0, OPTION_TABLE, arch_options, NULL, NULL, 0, 0},
    {0},
};

/* Timing does not depend on the numbers: a fixed pattern will do. */
static void fill_pattern(float *input, size_t count)
{
    for (size_t i = 0; i < count; i++)
        input[i] = (float)(i * 2654435761u % 1000) / 500 - 1;
}

static bool time_runs(dn_session *session, const float *input, float *logits, double *seconds,
                      bench_row *row)
{
    for (int run = -1; run < chosen.runs; run++) {
        progress("run %d of %d", run + 1, chosen.runs);
        if (run == 0 && chosen.layers)
            dn_session_profile(session, bench_add_step, row);
        bench_clock clock = bench_start();
        if (!ok_or_complain(
                dn_session_run(session, input, row->batch, row->height, row->width, logits)))
            return false;
        if (run >= 0)
            seconds[run] = bench_stop(row, clock);
    }
    progress_end();
    return true;
}

static bool bench_forward(const dn_model *model, const float *input, double *seconds,
                          bench_row *row)
{
    size_t outputs = (size_t)row->batch * (size_t)dn_model_arch(model)->classes;
    float *logits = malloc(outputs * sizeof *logits);
    dn_session *session = NULL;
    if (!logits)
        return complain("bench: out of memory");
    bool sound = session_open(model, row->threads, &session) &&
                 time_runs(session, input, logits, seconds, row);
    if (sound) {
        row->precision = dn_session_precision(session); /* of auto, what was taken */
        row->bytes = dn_session_bytes(session);
    }
    dn_session_free(session);
    free(logits);
    return sound;
}

/* The ranges of the input at hand will do: none takes longer than another. */
static bool quantise(dn_model *model, const float *input, const bench_row *row)
{
    dn_quantise_options how;
    dn_quantiser *quantiser;
    dn_quantise_defaults(&how, sizeof how);
    how.method = DN_RANGE_MINMAX;
    how.threads = row->threads;
    if (!ok_or_complain(dn_quantiser_create(model, &how, &quantiser)))
        return false;
    bool sound =
        ok_or_complain(dn_quantiser_observe(quantiser, input, 1, row->height, row->width)) &&
        ok_or_complain(dn_quantiser_finish(quantiser));
    dn_quantiser_free(quantiser);
    return sound;
}

/* A training step counts as three forward passes: the gradients of maps and of
 * weights each take as much. */
static bool bench(dn_model *model, bench_row *row)
{
    const dn_arch *arch = dn_model_arch(model);
    size_t pixels = (size_t)row->batch * (size_t)row->height * (size_t)row->width;
    size_t count = pixels * (size_t)arch->channels;
    size_t held = (count + (size_t)row->batch * (size_t)arch->classes) * sizeof(float);
    if (!memory_suffices((double)held, "bench: the input of %d picture%s, %d wide and %d high,",
                         row->batch, row->batch == 1 ? "" : "s", row->width, row->height))
        return false;
    float *input = malloc(count * sizeof *input);
    double *seconds = malloc((size_t)chosen.runs * sizeof *seconds);
    bool sound = (input && seconds) || complain("bench: out of memory");
    if (sound) {
        report_warnings(); /* the measurement starts the threads */
        row->peak = dn_measure_peak(row->threads);
        fill_pattern(input, count);
        sound = chosen.train || strcmp(row->precision, "int8") != 0 || quantise(model, input, row);
    }
    if (sound) {
        sound = chosen.train ? bench_train(model, input, chosen.runs, seconds, row)
                             : bench_forward(model, input, seconds, row);
    }
    if (sound) {
        bench_set_times(row, seconds, chosen.runs);
        row->operations =
            dn_arch_operations(arch, row->height, row->width) * row->batch * (chosen.train ? 3 : 1);
        double again = dn_measure_peak(row->threads); /* the machine may have been busy */
        row->peak = again > row->peak ? again : row->peak;
        bench_print(row, chosen.json, chosen.layers);
    }
    free(input);
    free(seconds);
    return sound;
}

static int run(int count, char **arguments)
{
    dn_arch arch;
    if (!arch_from_options(count ? arguments[0] : "densenet121", &arch))
        return EXIT_REFUSED;
    if (chosen.train && chosen.layers) {
        complain("bench: --layers shows the forward pass, --train times a whole step; one of them "
                 "is expected");
        return EXIT_REFUSED;
    }
    int usual = dn_arch_shrinks(&arch) ? 224 : 32;
    bench_row row = {.name = arch.name,
                     .precision = precision_chosen(),
                     .train = chosen.train,
                     .batch = chosen.batch,
                     .height = chosen.size[0] ? chosen.size[0] : usual,
                     .width = chosen.size[1] ? chosen.size[1] : usual,
                     .threads = threads_chosen()};
    dn_model *model;
    if (dn_model_init(&arch, DN_INIT_PYTORCH, 1, &model) != DN_OK)
        return refuse();
    bool sound = bench(model, &row);
    bench_free(&row);
    dn_model_free(model);
    return sound ? EXIT_DONE : EXIT_REFUSED;
}

const command bench_command = {
    .name = "bench",
    .arguments = "[ARCH]",
    .summary = "time a network on this machine",
    .description =
        "Times the forward pass, or a training step, of a network with random weights. Each time\n"
        "is that of a whole run, all its pictures; MB are those of weights, laid out, and working\n"
        "memory.\n"
        "\n"
        "Arithmetic counts what the network's definition asks for, two operations per\n"
        "multiply-add; an algorithm that gets by with fewer can show more than the machine's\n"
        "peak, which is that of float32. JSON: name, precision, kernels, train, batch, height,\n"
        "width, threads, runs, ms_min and ms_median of a run, ms_processor of all threads in the\n"
        "run that took fewest, gflops, peak_fraction, bytes.\n",
    .examples = "  densenet bench densenet121 --batch 8\n"
                "    the fastest and the median of ten runs\n"
                "  densenet bench densenet121 --threads 1 --layers\n"
                "    where the time goes\n"
                "  densenet bench densenet-bc-100-12 --train --batch 64 --json\n"
                "    a training step\n",
    .options = options,
    .least = 0,
    .most = 1,
    .run = run,
};
