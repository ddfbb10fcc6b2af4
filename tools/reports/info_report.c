/* SPDX-License-Identifier: MIT */
#include "reports/info_report.h"

#include "base/status.h"
#include "reports/check_report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTED_TENSORS 40

/* Text from a file may contain terminal escapes; returns its length. */
static int print_words(const char *text)
{
    int length = 0;
    for (int control = 0; text[length]; length++, control -= control > 0) {
        control = control ? control : dn_control_length(text + length);
        putchar(control ? '?' : text[length]);
    }
    return length;
}

static void print_field(const char *name, const char *text)
{
    printf("  %-14s ", name);
    print_words(text);
    putchar('\n');
}

/* 7978856 as 7,978,856. */
static void format_count(size_t count, char text[32])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", count), n = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text[n++] = ',';
        text[n++] = digits[i];
    }
    text[n] = '\0';
}

/* Only what is not usual for the kind of stem. */
static void print_stem(const dn_arch *arch)
{
    char text[160];
    int n =
        snprintf(text, sizeof text, "%s, %d maps", dn_stem_name(arch->stem), arch->stem_channels);
    if (arch->stem_kernel)
        n += snprintf(text + n, sizeof text - (size_t)n, ", %dx%d", arch->stem_kernel,
                      arch->stem_kernel);
    if (arch->stem_stride)
        n += snprintf(text + n, sizeof text - (size_t)n, ", stride %d", arch->stem_stride);
    if (arch->stem_pool != DN_STEM_POOL_USUAL)
        snprintf(text + n, sizeof text - (size_t)n, ", %s",
                 arch->stem_pool == DN_STEM_POOL_MAX    ? "max-pool"
                 : arch->stem_pool == DN_STEM_POOL_BLUR ? "blurred max-pool"
                                                        : "no pool");
    print_field("stem", text);
}

static void print_architecture(const dn_arch *arch)
{
    char text[256];
    int n = 0;
    for (int b = 0; b < arch->block_count; b++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%d", b ? "," : "", arch->blocks[b]);
    print_field("blocks", text);
    n = snprintf(text, sizeof text, "%d; ", arch->growth);
    if (arch->bottleneck)
        snprintf(text + n, sizeof text - (size_t)n, "bottlenecks of %d maps",
                 arch->bottleneck * arch->growth);
    else
        snprintf(text + n, sizeof text - (size_t)n, "no bottlenecks");
    print_field("growth rate", text);
    print_stem(arch);
    snprintf(text, sizeof text, "keep %g of their maps%s", arch->compression,
             arch->linear_transitions ? ", no ReLU" : "");
    print_field("transitions", text);
    if (arch->linear_final)
        print_field("last norm", "no ReLU");
    if (arch->bn_epsilon != 1e-5) {
        snprintf(text, sizeof text, "%g", arch->bn_epsilon);
        print_field("BN epsilon", text);
    }
    int least = dn_arch_smallest_input(arch);
    snprintf(text, sizeof text, "%d channel%s, at least %dx%d", arch->channels,
             arch->channels == 1 ? "" : "s", least, least);
    print_field("input", text);
}

/* The first few names, as many as fit in a line. */
static void print_labels(const dn_model *model, int classes)
{
    char text[100] = "";
    size_t n = 0, room = 72;
    int i = 0;
    for (; i < classes; i++) {
        const char *label = dn_model_label(model, i);
        if (!label[0])
            label = "(untrained)";
        size_t length = strlen(label) + 2;
        if (n + length >= room)
            break;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i ? ", " : "", label);
    }
    if (i < classes)
        snprintf(text + n, sizeof text - n, i ? " and %d more" : "%d", classes - i);
    print_field("labels", text);
}

static void print_preprocess(const dn_model *model)
{
    dn_preprocess preprocess;
    char text[256];
    bool recorded = dn_model_preprocess(model, &preprocess);
    dn_preprocess_format(&preprocess, text, sizeof text);
    printf("  %-14s %s%s\n", "preprocessing", text, recorded ? "" : " (by the stem; not recorded)");
}

/* The lowest and the highest; --json has each. */
static void print_precise(const dn_model *model, int classes)
{
    const float *thresholds = dn_model_ppv80(model);
    double low = 1, high = 0;
    for (int i = 0; thresholds && i < classes; i++) {
        low = thresholds[i] < low ? (double)thresholds[i] : low;
        high = thresholds[i] > high ? (double)thresholds[i] : high;
    }
    if (high >= low)
        printf("  %-14s of the sigmoid, %.2f to %.2f: four of five positives right\n", "ppv80", low,
               high);
}

/* A head that is one linear goes without saying. */
static void print_head(const dn_arch *arch)
{
    const dn_head usual = {0};
    char text[DN_HEAD_TEXT_SIZE];
    dn_arch_head_text(arch, text, sizeof text);
    if (memcmp(&arch->head, &usual, sizeof usual) != 0)
        print_field("head", text);
}

static const char *meaning_of_outputs(const dn_model *model)
{
    if (dn_model_arch(model)->classes == 1)
        return "answer, yes or no";
    return dn_model_objective(model) == DN_OBJECTIVE_LABELS ? "labels, any of them"
                                                            : "classes, exactly one is right";
}

static void print_outputs(const dn_model *model)
{
    int classes = dn_model_arch(model)->classes;
    if (classes == 0) {
        print_field("outputs", "none: the network has no head, only features");
        return;
    }
    print_head(dn_model_arch(model));
    printf("  %-14s %d %s%s\n", "outputs", classes, meaning_of_outputs(model),
           dn_model_thresholds(model) ? ", with operating points" : "");
    print_precise(model, classes);
    double temperature = dn_model_temperature(model);
    if (temperature != 1)
        printf("  %-14s %g, by which logits are divided\n", "temperature", temperature);
    if (dn_model_label(model, 0))
        print_labels(model, classes);
    else
        print_field("labels", "not recorded");
}

static const char *text_of(const json_t *program, const char *key)
{
    const char *text = json_string_value(json_object_get(program, key));
    return text ? text : "unknown";
}

/* The programs, one line each; --json has the settings too. */
static void print_training(const dn_model *model)
{
    const char *text = dn_model_training(model);
    json_t *training = text ? json_loads(text, 0, NULL) : NULL, *program;
    size_t i;
    json_array_foreach(json_object_get(training, "programs"), i, program)
    {
        char *line = NULL;
        if (asprintf(&line, "by densenet %s, commit %s, %s kernels", text_of(program, "version"),
                     text_of(program, "commit"), text_of(program, "kernels")) >= 0)
            print_field(i ? "" : "trained", line);
        free(line);
    }
    json_decref(training);
}

static void print_figure(const json_t *record, const char *name, const char *what,
                         const char *precision, bool percent)
{
    const json_t *figure = json_object_get(record, name);
    double unit = percent ? 100 : 1;
    if (figure)
        printf(percent ? "; %s %.2f%% in float32, %.2f%% in %s"
                       : "; %s %.4f in float32, %.4f in %s",
               what, unit * json_number_value(json_object_get(figure, "f32")),
               unit * json_number_value(json_object_get(figure, precision)), precision);
}

static void print_cost(const json_t *record, const char *precision)
{
    if (json_object_get(record, "logits_error"))
        printf("; logits' error %.1e", json_number_value(json_object_get(record, "logits_error")));
    print_figure(record, "top1", "accuracy", precision, true);
    print_figure(record, "auroc", "mean AUROC", precision, false);
}

/* How it was quantised. */
static void print_bytes(const json_t *record)
{
    const char *method, *name;
    const json_t *kept;
    size_t i;
    method = json_string_value(json_object_get(record, "method"));
    long long pictures = json_integer_value(json_object_get(record, "pictures"));
    printf("  %-14s by %s, ", "quantised", method ? method : "another program");
    if (pictures)
        printf("of %lld picture%s", pictures, pictures == 1 ? "" : "s");
    else
        printf("without pictures");
    print_cost(record, "int8");
    json_array_foreach(json_object_get(record, "kept"), i, kept)
    {
        name = json_string_value(kept);
        printf("%s%s", i ? ", " : "; in floats ", name ? name : "?");
    }
    putchar('\n');
}

/* What is recorded of precisions, and what they cost then. */
static void print_precisions(const dn_model *model)
{
    const char *text = dn_model_quantisation(model);
    json_t *record = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *halves = json_object_get(record, "bf16");
    if (strcmp(dn_model_origin(model)->dtype, "int8") == 0)
        print_bytes(record);
    if (halves) {
        printf("  %-14s measured", "bf16");
        print_cost(halves, "bf16");
        putchar('\n');
    }
    json_decref(record);
}

void info_print(const char *path, const dn_model *model)
{
    const dn_origin *origin = dn_model_origin(model);
    const dn_arch *arch = dn_model_arch(model);
    char text[160];
    printf("%s: %s\n", path, arch->name);
    print_architecture(arch);
    print_outputs(model);
    print_preprocess(model);
    format_count(dn_arch_parameters(arch), text);
    print_field("parameters", text);
    snprintf(text, sizeof text, "%s, %s%s%s%s", origin->format, origin->dtype,
             origin->state[0] ? ", from \"" : "", origin->state, origin->state[0] ? "\"" : "");
    print_field("file", text);
    if (origin->config[0])
        print_field("configuration", origin->config);
    if (origin->derived[0])
        print_field("computed", origin->derived);
    print_field("names", origin->dialect);
    snprintf(text, sizeof text, "%s, by %s", origin->concat, origin->concat_from);
    print_field("new maps", text);
    if (origin->function[0]) {
        snprintf(text, sizeof text, "by %s", origin->function);
        print_field("function", text);
    }
    print_training(model);
    print_precisions(model);
    if (dn_model_warning(model))
        print_field("warning", dn_model_warning(model));
    if (dn_model_warning(model) && check_contradicts(model))
        print_field("norm by norm", "densenet info --check");
}

static void print_tensor(const dn_tensor_info *info)
{
    printf("  ");
    int width = print_words(info->name);
    printf("%*s %-5s ", width < 48 ? 48 - width : 0, "", info->dtype);
    for (int d = 0; d < info->rank; d++)
        printf("%s%lld", d ? "x" : "", (long long)info->shape[d]);
    printf("%s\n", info->rank ? "" : "-");
}

/* Whether the reason quotes the tensor's name, or a module that it lies in. */
static bool is_quoted(const char *reason, const char *name)
{
    for (const char *at = reason; (at = strchr(at, '"')); at++) {
        size_t length = strcspn(at + 1, "\"");
        if (length && strncmp(name, at + 1, length) == 0 &&
            (name[length] == '.' || name[length] == '\0'))
            return true;
    }
    return false;
}

/* Of those that the reason is about, or of the others; returns how many, at most `most`. */
static size_t print_some(const dn_tensor_file *file, const char *reason, bool quoted, size_t most)
{
    size_t shown = 0;
    for (size_t i = 0; i < dn_tensor_file_count(file) && shown < most; i++) {
        dn_tensor_info info = dn_tensor_file_item(file, i);
        if (is_quoted(reason, info.name) != quoted)
            continue;
        print_tensor(&info);
        shown++;
    }
    return shown;
}

void info_print_tensors(const char *path, const dn_tensor_file *file, const char *reason)
{
    size_t count = dn_tensor_file_count(file);
    printf("%s: %s, %zu tensor%s\n", path, dn_tensor_file_format(file), count,
           count == 1 ? "" : "s");
    size_t shown = print_some(file, reason, true, LISTED_TENSORS);
    print_some(file, reason, false, LISTED_TENSORS - shown);
    if (count > LISTED_TENSORS)
        printf("  and %zu more; --json lists all\n", count - LISTED_TENSORS);
}
