/* SPDX-License-Identifier: MIT */
#include "arguments/feature_names.h"
#include "arguments/precision.h"
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "commands/commands.h"
#include "files/same_file.h"
#include "reports/feature_writer.h"
#include "reports/predictions.h"
#include "run/session_open.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static struct {
    const char *input, *output, *feature;
    int batch;
} chosen = {.batch = 16};

static const option_row options[] = {
    {"", 0, OPTION_TABLE, weights_options, NULL, NULL, 0, 0},
    {"input", 'i', OPTION_FILE, &chosen.input, "FILE", "a .npy of N x C x H x W numbers", 0, 0},
    {"output", 'o', OPTION_FILE, &chosen.output, "FILE", "the .npy of logits to write", 0, 0},
    {"features", 0, OPTION_TEXT, &chosen.feature, "NAME",
     "write this inner tensor instead: block1.layer3, final, pool, ...", 0, 0},
    {"batch", 'b', OPTION_INT, &chosen.batch, "N", "pictures per run (16)", 1, 65536},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, precision_option, NULL, NULL, 0, 0},
    {0},
};

static bool check_input(const npy_array *input, const dn_arch *arch)
{
    if (input->rank != 4)
        return complain("%s: has %d dimension%s, N x C x H x W is expected", chosen.input,
                        input->rank, input->rank == 1 ? "" : "s");
    if (input->shape[1] != arch->channels)
        return complain("%s: has %lld channel%s, the network takes %d", chosen.input,
                        (long long)input->shape[1], input->shape[1] == 1 ? "" : "s",
                        arch->channels);
    for (int i = 0; i < 4; i++)
        if (input->shape[i] < 1 || input->shape[i] > INT32_MAX)
            return complain("%s: dimension %d is %lld", chosen.input, i,
                            (long long)input->shape[i]);
    return true;
}

/* Runs the whole input batch by batch, and writes logits or the feature as they come. */
static bool run_batches(dn_session *session, const npy_array *input, int classes,
                        feature_writer *writer, bool *finite)
{
    int64_t n = input->shape[0];
    size_t picture = input->count / (size_t)n;
    int64_t most = n < chosen.batch ? n : chosen.batch;
    float *logits = malloc((size_t)most * (size_t)(classes ? classes : 1) * sizeof *logits);
    bool sound = logits || complain("forward: out of memory");
    for (int64_t done = 0; sound && done < n; done += chosen.batch) {
        int count = (int)(n - done < chosen.batch ? n - done : chosen.batch);
        progress("%lld of %lld", (long long)done, (long long)n);
        if (dn_session_run(session, input->data + (size_t)done * picture, count,
                           (int)input->shape[2], (int)input->shape[3], logits) != DN_OK) {
            refuse();
            sound = false;
            break;
        }
        *finite = *finite && all_finite(logits, (size_t)count * (size_t)classes);
        if (!writer->name) {
            size_t bytes = (size_t)count * (size_t)classes * sizeof *logits;
            sound = output_write(writer->file, logits, bytes);
        } else {
            sound = !writer->failed;
        }
    }
    progress_end();
    free(logits);
    return sound;
}

static bool write_result(dn_session *session, const npy_array *input, const dn_arch *arch,
                         const char *feature, bool *finite)
{
    output_file file;
    feature_writer writer = {.name = feature, .file = &file};
    if (!npy_begin(chosen.output, &file))
        return false;
    if (feature)
        dn_session_observe(session, feature_writer_observe, &writer);
    if (!run_batches(session, input, arch->classes, &writer, finite)) {
        output_abandon(&file);
        return false;
    }
    int64_t logits_shape[2] = {input->shape[0], arch->classes};
    bool vector = writer.shape[2] == 1 && writer.shape[3] == 1;
    return feature ? npy_end(&file, vector ? 2 : 4, writer.shape) : npy_end(&file, 2, logits_shape);
}

/* The output is written all the same, but this is reported. */
static int exit_status(const npy_array *input, bool finite)
{
    if (!all_finite(input->data, input->count))
        complain("%s: holds values that are infinite or not numbers", chosen.input);
    else if (!finite)
        complain("%s: the network's answer is not a number", chosen.input);
    else
        return EXIT_DONE;
    return EXIT_PART;
}

static int forward(const dn_model *model, const npy_array *input)
{
    const dn_arch *arch = dn_model_arch(model);
    feature_match match = {0};
    if (!check_input(input, arch))
        return EXIT_REFUSED;
    if (chosen.feature && !feature_match_name(arch, chosen.feature, &match)) {
        complain("--features: the network shows no \"%s\"; examples of names are stem, "
                 "block1.layer1, block1, transition1, final, pool and logits",
                 chosen.feature);
        return EXIT_REFUSED;
    }
    if ((!chosen.feature || strcmp(match.name, "logits") == 0) &&
        !weights_have_head(model, weights_argument()))
        return EXIT_REFUSED;
    dn_session *session;
    if (!session_open(model, threads_asked(), &session))
        return EXIT_REFUSED;
    bool finite = true;
    bool sound = write_result(session, input, arch, chosen.feature ? match.name : NULL, &finite);
    dn_session_free(session);
    return sound ? exit_status(input, finite) : EXIT_REFUSED;
}

static int run(int count, char **arguments)
{
    (void)count, (void)arguments;
    if (!chosen.input || !chosen.output) {
        complain("forward: --%s FILE is missing", chosen.input ? "output" : "input");
        return EXIT_REFUSED;
    }
    if (!npy_name_valid(chosen.output) || !output_is_distinct(chosen.output, chosen.input) ||
        !weights_are_distinct(chosen.output, weights_argument()))
        return EXIT_REFUSED;
    dn_model *model = weights_load();
    if (!model)
        return EXIT_REFUSED;
    npy_array input;
    int status = EXIT_REFUSED;
    if (npy_read(chosen.input, &input)) {
        status = forward(model, &input);
        npy_free(&input);
    }
    dn_model_free(model);
    return status;
}

const command forward_command = {
    .name = "forward",
    .arguments = "",
    .summary = "run a network on a NumPy array",
    .description =
        "Reads N x C x H x W numbers (any batch, any height and width the network can take) and\n"
        "writes N x classes logits, or an inner tensor, as float32. The bits do not depend on\n"
        "the number of threads, nor on --batch, which only bounds memory. Input or answers that\n"
        "are infinite or not numbers are reported; the exit status is then 1. A network without\n"
        "a head has inner tensors only.\n",
    .examples =
        "  densenet forward --weights densenet121.pth --input x.npy --output y.npy\n"
        "    logits\n"
        "  densenet forward --weights net.safetensors -i x.npy -o pool.npy --features pool\n"
        "    what the classifier sees: N x channels\n",
    .options = options,
    .least = 0,
    .most = 0,
    .run = run,
};
