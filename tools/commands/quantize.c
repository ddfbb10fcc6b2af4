/* SPDX-License-Identifier: MIT */
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "base/text.h"
#include "commands/commands.h"
#include "drawing/drawing.h"
#include "files/labelled.h"
#include "files/pictures.h"
#include "files/same_file.h"
#include "reports/quantized_report.h"
#include "run/keep_layers.h"
#include "ui/report.h"

#include <string.h>

static struct {
    const char *data, *output, *method, *keep, *report;
    double percentile, target_drop;
    int most;
    bool json;
} chosen = {.method = "mse", .percentile = 99.99, .most = 300, .target_drop = -1};

static const option_row options[] = {
    {"data", 'd', OPTION_FILE, &chosen.data, "PICTURES",
     "pictures of the kind that the network is for: a picture, a folder of pictures, or what "
     "`densenet eval` takes; without it, what the norms recorded in training stands for them",
     0, 0},
    {"output", 'o', OPTION_FILE, &chosen.output, "FILE", "the file to write, .safetensors", 0, 0},
    {"most", 'n', OPTION_INT, &chosen.most, "N", "pictures to observe (300)", 1, 1000000},
    {"method", 0, OPTION_TEXT, &chosen.method, "mse|percentile|minmax",
     "how the ranges of numbers are chosen that bytes stand for: with the least error, to hold "
     "--percentile of them, or all (mse)",
     0, 0},
    {"percentile", 0, OPTION_FLOAT, &chosen.percentile, "P", "of --method percentile (99.99)", 50,
     100},
    {"keep", 0, OPTION_TEXT, &chosen.keep, "LAYER,...",
     "layers whose weights stay floats: stem, block1.layer1, transition1 ...", 0, 0},
    {"target-drop", 0, OPTION_FLOAT, &chosen.target_drop, "POINTS",
     "keep layers, those with the worst signal to noise first, until accuracy (or mean AUROC) on "
     "labelled data drops by no more than so many points",
     0, 100},
    {"report", 0, OPTION_FILE, &chosen.report, "FILE",
     "draw each layer's signal to noise: .png or .svg", 0, 0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print a JSON object", 0, 0},
    {"", 0, OPTION_TABLE, reading_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, table_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, picture_options, NULL, NULL, 0, 0},
    {0},
};

static dn_range_method method_chosen(void)
{
    return strcmp(chosen.method, "minmax") == 0       ? DN_RANGE_MINMAX
           : strcmp(chosen.method, "percentile") == 0 ? DN_RANGE_PERCENTILE
                                                      : DN_RANGE_MSE;
}

static bool options_agree(const char *weights)
{
    if (!chosen.output)
        return complain("quantize: -o FILE is expected");
    if (!chosen.data && (chosen.target_drop >= 0 || chosen.report))
        return complain("quantize: --target-drop and --report are measured on pictures: --data is "
                        "expected");
    if (chosen.report && !drawing_name_valid(chosen.report))
        return false;
    return weights_are_distinct(chosen.output, weights) && weights_name_valid(chosen.output) &&
           output_is_distinct(chosen.output, chosen.data) &&
           weights_are_distinct(chosen.report, weights) &&
           output_is_distinct(chosen.report, chosen.data) &&
           output_is_distinct(chosen.report, chosen.output);
}

static bool observe(const float *input, int n, int height, int width, void *quantiser)
{
    return ok_or_complain(dn_quantiser_observe(quantiser, input, n, height, width));
}

static bool choose_pipeline(const dn_model *model, dn_preprocess *preprocess)
{
    dn_model_preprocess(model, preprocess);
    if (!picture_pipeline(preprocess))
        return false;
    int channels = dn_model_arch(model)->channels;
    return preprocess->channels == channels ||
           complain("the pipeline makes %d channel%s, the network takes %d", preprocess->channels,
                    dn_plural(preprocess->channels), channels);
}

/* The model, and another that stays exact. */
static bool quantize(dn_model *model, const dn_model *exact, quantized_report *report)
{
    dn_quantise_options how;
    dn_quantise_defaults(&how, sizeof how);
    how.method = method_chosen();
    how.percentile = chosen.percentile;
    how.threads = threads_asked();
    dn_quantiser *quantiser = NULL;
    bool sound = choose_pipeline(model, &report->data.preprocess) &&
                 ok_or_complain(dn_quantiser_create(model, &how, &quantiser)) &&
                 keep_named_layers(quantiser, chosen.keep, report);
    if (sound && !chosen.data)
        dn_model_set_preprocess(model, &report->data.preprocess);
    if (sound && chosen.data) {
        report->observed =
            calibration_each(&report->data, chosen.most, "observed", observe, quantiser);
        sound = report->observed > 0;
    }
    progress("choosing the ranges of bytes");
    sound = sound && ok_or_complain(dn_quantiser_finish(quantiser));
    progress_end();
    if (sound && chosen.data)
        sound = quantized_measure(report, exact, model) &&
                keep_worst_layers(quantiser, exact, model, chosen.target_drop, report);
    dn_quantiser_free(quantiser);
    return sound;
}

static bool write_all(dn_model *model, const quantized_report *report, const char *weights)
{
    return quantized_record(report, model) &&
           ok_or_complain(dn_model_save(model, chosen.output, NULL)) &&
           (!chosen.report || quantized_draw(report, weights, chosen.report)) &&
           (chosen.json ? quantized_print_json(report, weights, chosen.output)
                        : quantized_print(report, weights, chosen.output));
}

static int run(int count, char **arguments)
{
    (void)count;
    const char *weights = arguments[0];
    if (!options_agree(weights))
        return EXIT_REFUSED;
    weights_set_task(labelled_task_asked());
    quantized_report report = {.method = chosen.method, .percentile = chosen.percentile};
    dn_model *model = weights_open(weights), *exact = NULL;
    bool sound = model && ok_or_complain(weights_read(weights_path(weights), &exact)) &&
                 (!chosen.data || calibration_open(chosen.data, &report.data)) &&
                 quantize(model, exact, &report) && write_all(model, &report, weights);
    quantized_report_free(&report);
    dn_model_free(exact);
    dn_model_free(model);
    return sound ? EXIT_DONE : EXIT_REFUSED;
}

const command quantize_command = {
    .name = "quantize",
    .arguments = "WEIGHTS",
    .summary = "make a network compute in bytes",
    .description =
        "Writes WEIGHTS with weights of 8 bits and the ranges of its maps, a quarter of the size,\n"
        "for `--precision int8`, whose answers are the same bits on every processor. Some hundred\n"
        "pictures of the kind that the network is for tell the ranges best. Prints what rounding\n"
        "costs: the logits' error and, of labelled data, the accuracy before and after on the\n"
        "part test or val, if there is one; and the layers with the worst signal to noise.\n",
    .examples = "  densenet quantize net.pth --data photos -o net-int8.safetensors\n"
                "  densenet predict --weights net-int8.safetensors --precision int8 cat.jpg\n"
                "  densenet quantize net.pth --data flowers --target-drop 0.5 -o "
                "net-int8.safetensors\n"
                "      with as many layers in floats as that needs\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
