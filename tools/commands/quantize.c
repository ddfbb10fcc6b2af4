/* SPDX-License-Identifier: MIT */
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "base/text.h"
#include "base/weights_name.h"
#include "commands/commands.h"
#include "drawing/drawing.h"
#include "files/labelled.h"
#include "files/output.h"
#include "files/pictures.h"
#include "files/same_file.h"
#include "reports/quantized_report.h"
#include "run/keep_layers.h"
#include "ui/report.h"

#include <string.h>

static struct {
    const char *data, *output, *to, *method, *keep, *report;
    double percentile, target_drop;
    int most;
    bool json;
} chosen = {.to = "int8", .method = "mse", .percentile = 99.99, .most = 300, .target_drop = -1};

static const option_row options[] = {
    {"data", 'd', OPTION_FILE, &chosen.data, "PICTURES",
     "pictures of the kind that the network is for: a picture, a folder of pictures, or what "
     "`densenet eval` takes; without it, what the norms recorded in training stands for them",
     0, 0},
    {"output", 'o', OPTION_FILE, &chosen.output, "FILE",
     "the file to write, .safetensors; in bytes also .onnx, in bf16 any that `densenet convert` "
     "writes",
     0, 0},
    {"to", 0, OPTION_TEXT, &chosen.to, "int8|bf16",
     "bf16 leaves the weights as they are: what it costs is measured and recorded, so that "
     "`--precision auto` may take it (int8)",
     0, 0},
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
     "draw the layers' signal to noise, the 60 worst at most: .png or .svg", 0, 0},
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

static bool to_bytes(void)
{
    return strcmp(chosen.to, "int8") == 0;
}

/* None would do nothing. */
static bool options_have_effect(void)
{
    bool ranges = option_given(&chosen.most) || option_given(&chosen.method) ||
                  option_given(&chosen.percentile);
    if (!to_bytes() && (ranges || chosen.keep || chosen.target_drop >= 0))
        return complain("quantize --to bf16: --most, --method, --percentile, --keep and "
                        "--target-drop are for int8");
    if (option_given(&chosen.percentile) && method_chosen() != DN_RANGE_PERCENTILE)
        return complain("quantize: --percentile is of --method percentile");
    if (!to_bytes() && !chosen.data)
        return complain("quantize --to bf16: what it costs is measured on pictures: --data is "
                        "expected");
    if (!chosen.data && (chosen.target_drop >= 0 || chosen.report || option_given(&chosen.most)))
        return complain("quantize: --most, --target-drop and --report are of pictures: --data is "
                        "expected");
    return true;
}

/* Checked before the work, which may take long. */
static bool outputs_are_writable(void)
{
    dn_weights_format format;
    if (!ok_or_complain(dn_weights_format_of(chosen.output, &format)))
        return false;
    if (to_bytes() && format != DN_WEIGHTS_SAFETENSORS && format != DN_WEIGHTS_ONNX)
        return complain("%s: a quantised network is written to .safetensors and .onnx only",
                        chosen.output);
    return output_is_writable(chosen.output) &&
           (!chosen.report || output_is_writable(chosen.report));
}

static bool options_agree(const char *weights)
{
    if (!chosen.output)
        return complain("quantize: -o FILE is expected");
    if (!options_have_effect())
        return false;
    if (chosen.report && !drawing_name_valid(chosen.report))
        return false;
    return weights_are_distinct(chosen.output, weights) &&
           output_is_distinct(chosen.output, chosen.data) &&
           weights_are_distinct(chosen.report, weights) &&
           output_is_distinct(chosen.report, chosen.data) &&
           output_is_distinct(chosen.report, chosen.output) && outputs_are_writable();
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

static bool choose_ranges(dn_quantiser *quantiser)
{
    progress("choosing the ranges of bytes");
    dn_status status = dn_quantiser_finish(quantiser);
    progress_end();
    return ok_or_complain(status);
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
    sound = sound && choose_ranges(quantiser);
    if (sound && chosen.data)
        sound = quantized_measure(report, exact, model) &&
                keep_worst_layers(quantiser, exact, model, chosen.target_drop, report);
    dn_quantiser_free(quantiser);
    return sound;
}

static bool is_in_floats(const dn_model *model, const char *weights)
{
    return strcmp(dn_model_origin(model)->dtype, "int8") != 0 ||
           complain("%s: is quantised already", weights_path(weights));
}

/* The model as it is, against itself. */
static bool measure_halves(const dn_model *model, quantized_report *report)
{
    return choose_pipeline(model, &report->data.preprocess) &&
           quantized_measure(report, model, model);
}

/* Floats of half the size keep it. */
static bool write_model(const dn_model *model)
{
    const char *dtype = dn_model_origin(model)->dtype;
    dn_save_options saving;
    dn_save_defaults(&saving, sizeof saving);
    if (!to_bytes() && (strcmp(dtype, "f16") == 0 || strcmp(dtype, "bf16") == 0))
        saving.dtype = dtype;
    return ok_or_complain(dn_model_save(model, chosen.output, &saving));
}

static bool write_all(dn_model *model, const quantized_report *report)
{
    return quantized_record(report, model) && write_model(model) &&
           (!chosen.report || quantized_draw(report, chosen.report)) &&
           (chosen.json ? quantized_print_json(report, chosen.output)
                        : quantized_print(report, chosen.output));
}

static int run(int count, char **arguments)
{
    (void)count;
    const char *weights = arguments[0];
    if (!options_agree(weights))
        return EXIT_REFUSED;
    weights_set_task(labelled_task_asked());
    quantized_report report = {.weights = weights,
                               .precision = chosen.to,
                               .method = chosen.method,
                               .percentile = chosen.percentile};
    dn_model *model = weights_open(weights), *exact = NULL;
    bool sound = model && is_in_floats(model, weights) &&
                 (!chosen.data || calibration_open(chosen.data, &report.data)) &&
                 (to_bytes() ? ok_or_complain(weights_read(weights_path(weights), &exact)) &&
                                   quantize(model, exact, &report)
                             : measure_halves(model, &report)) &&
                 write_all(model, &report);
    quantized_report_free(&report);
    dn_model_free(exact);
    dn_model_free(model);
    return sound ? EXIT_DONE : EXIT_REFUSED;
}

const command quantize_command = {
    .name = "quantize",
    .arguments = "WEIGHTS",
    .summary = "make a network compute in bytes, or measure what bf16 costs",
    .description =
        "Writes WEIGHTS with weights of 8 bits and the ranges of its maps, a quarter of the size,\n"
        "for `--precision int8`, whose answers are the same bits on every processor. Some hundred\n"
        "pictures of the kind that the network is for tell the ranges best. Prints what rounding\n"
        "costs: the logits' error and, of labelled data, the accuracy before and after on the\n"
        "part test or val, if there is one; and the layers with the worst signal to noise.\n"
        "With `--to bf16`, for which nothing is quantised, only that is measured and recorded.\n",
    .examples = "  densenet quantize net.pth --data photos -o net-int8.safetensors\n"
                "  densenet predict --weights net-int8.safetensors --precision int8 cat.jpg\n"
                "  densenet quantize net.pth --data flowers --target-drop 0.5 -o "
                "net-int8.safetensors\n"
                "      with as many layers in floats as that needs\n"
                "  densenet quantize net.pth --to bf16 --data photos -o net.safetensors\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
