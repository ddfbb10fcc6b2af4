/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "bench_rows.h"
#include "densenet.h"
#include "network.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

static struct {
    int batch, threads, runs, size;
    bool json, layers;
} chosen = {.batch = 1, .runs = 10};

static const option_row options[] = {
    {"batch", 'b', OPTION_INT, &chosen.batch, "N", "pictures in a run (1)", 1, 65536},
    {"size", 0, OPTION_INT, &chosen.size, "N", "their height and width (224; CIFAR stems 32)", 1,
     65536},
    {"threads", 't', OPTION_INT, &chosen.threads, "N", "threads (one a core)", 1, 4096},
    {"runs", 'r', OPTION_INT, &chosen.runs, "N", "timed runs, after one to warm up (10)", 1,
     1000000},
    {"layers", 0, OPTION_FLAG, &chosen.layers, NULL, "say where the time goes", 0, 0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print a JSON object", 0, 0},
    {"", 0, OPTION_TABLE, arch_options, NULL, "", 0, 0},
    {0},
};

/* Timing does not depend on the numbers: a fixed pattern will do. */
static void fill_pattern(float *input, size_t count)
{
    for (size_t i = 0; i < count; i++)
        input[i] = (float)(i * 2654435761u % 1000) / 500 - 1;
}

static bool time_runs(dn_session *session, const dn_arch *arch, bench_row *row)
{
    size_t pixels = (size_t)row->batch * (size_t)row->size * (size_t)row->size;
    float *input = malloc(pixels * (size_t)arch->channels * sizeof *input);
    float *logits = malloc((size_t)row->batch * (size_t)arch->classes * sizeof *logits);
    double *seconds = malloc((size_t)chosen.runs * sizeof *seconds);
    bool sound = input && logits && seconds;
    if (!sound)
        complain("bench: out of memory");
    else
        fill_pattern(input, pixels * (size_t)arch->channels);
    for (int run = -1; sound && run < chosen.runs; run++) {
        progress("run %d of %d", run + 1, chosen.runs);
        if (run == 0 && chosen.layers)
            dn_session_profile(session, bench_add_step, row);
        double start = seconds_now();
        sound = dn_session_run(session, input, row->batch, row->size, row->size, logits) == DN_OK;
        if (!sound)
            refuse();
        else if (run >= 0)
            seconds[run] = seconds_now() - start;
    }
    progress_end();
    if (sound)
        bench_set_times(row, seconds, chosen.runs);
    free(input);
    free(logits);
    free(seconds);
    return sound;
}

static int run(int count, char **arguments)
{
    dn_arch arch;
    if (!arch_from_options(count ? arguments[0] : "densenet121", &arch))
        return EXIT_REFUSED;
    bool imagenet = arch.stem == DN_STEM_IMAGENET || arch.stem == DN_STEM_DEEP;
    bench_row row = {.name = arch.name,
                     .batch = chosen.batch,
                     .size = chosen.size ? chosen.size
                             : imagenet  ? 224
                                         : 32,
                     .threads = chosen.threads};
    dn_model *model = NULL;
    dn_session *session = NULL;
    bool sound = dn_model_init(&arch, DN_INIT_PYTORCH, 1, &model) == DN_OK &&
                 dn_session_create(model, chosen.threads, &session) == DN_OK;
    if (!sound)
        refuse();
    sound = sound && time_runs(session, &arch, &row);
    if (sound) {
        row.operations = dn_session_operations(session);
        row.bytes = dn_session_bytes(session);
        row.threads = dn_session_threads(session);
        row.peak = dn_measure_peak(row.threads);
        bench_print(&row, chosen.json, chosen.layers);
    }
    bench_free(&row);
    dn_session_free(session);
    dn_model_free(model);
    return sound ? EXIT_DONE : EXIT_REFUSED;
}

const command bench_command = {
    .name = "bench",
    .arguments = "[ARCH]",
    .summary = "time a network on this machine",
    .description =
        "Times the forward pass of a network with random weights. Arithmetic counts what the\n"
        "network's definition asks for, two operations a multiply-add; an algorithm that gets\n"
        "by with fewer can show more than the machine's peak.\n",
    .examples = "  densenet bench densenet121 --batch 8\n"
                "      the fastest and the median of ten runs\n"
                "  densenet bench densenet121 --threads 1 --layers\n"
                "      where the time goes\n",
    .options = options,
    .least = 0,
    .most = 1,
    .run = run,
};
