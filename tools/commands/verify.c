/* SPDX-License-Identifier: MIT */
#include "arguments/feature_names.h"
#include "arguments/precision.h"
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "commands/commands.h"
#include "reports/feature_writer.h"
#include "run/session_open.h"
#include "ui/report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *reference;
    double tolerance;
    bool json, all;
} chosen = {.tolerance = NAN};

static const option_row options[] = {
    {"", 0, OPTION_TABLE, weights_options, NULL, NULL, 0, 0},
    {"reference", 0, OPTION_FILE, &chosen.reference, "FILE",
     "a .npz: \"input\" and the outputs of the layers", 0, 0},
    {"tolerance", 0, OPTION_FLOAT, &chosen.tolerance, "X",
     "largest difference allowed, as a share of the largest value (2e-4; 0.02 of bfloat16)", 0, 1},
    {"all", 'a', OPTION_FLAG, &chosen.all, NULL, "list every layer compared", 0, 0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print a JSON object", 0, 0},
    {"", 0, OPTION_TABLE, precision_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {0},
};

typedef struct comparison {
    const dn_arch *arch;
    npz_file *dump;
    json_t *rows;       /* {name, layer, error} in the order of the computation */
    json_t *skipped;    /* {layer, reason}: arrays that could not be compared */
    char mismatch[512]; /* describes the first array of a different shape: what it is and should be
                         */
    bool failed;        /* has complained */
} comparison;

/* An array and the tensor that it should equal. */
typedef struct array_pair {
    const dn_arch *arch;
    const npy_array *dumped;
    const feature_match *match;
    const dn_feature *feature;
    int before; /* maps in front of the tensor's */
} array_pair;

static double dumped_at(const array_pair *pair, int image, int channel, size_t pixel)
{
    const dn_feature *feature = pair->feature;
    size_t area = (size_t)feature->height * (size_t)feature->width;
    if (pair->match->newest_first)
        channel = feature_newest_first(pair->arch, feature->channels, channel);
    size_t row = (size_t)image * (size_t)pair->dumped->shape[1] + (size_t)(pair->before + channel);
    double value = (double)pair->dumped->data[row * area + pixel];
    return pair->match->before_relu && value < 0 ? 0 : value;
}

/* Vectors may come without their 1 x 1 pixels, and a layer's new maps together
 * with those that it was given. */
static bool same_shape(const npy_array *dumped, const feature_match *match,
                       const dn_feature *feature)
{
    bool vector = feature->height == 1 && feature->width == 1 && dumped->rank == 2;
    if (dumped->rank != 4 && !vector)
        return false;
    bool channels = match->hands_on ? dumped->shape[1] >= feature->channels
                                    : dumped->shape[1] == feature->channels;
    return channels && dumped->shape[0] == feature->n &&
           (vector || (dumped->shape[2] == feature->height && dumped->shape[3] == feature->width));
}

/* Largest difference as a share of the largest dumped value; NaN differs. */
static double relative_error(const array_pair *pair)
{
    const dn_feature *feature = pair->feature;
    double difference = 0, largest = 0;
    for (int image = 0; image < feature->n; image++)
        for (int channel = 0; channel < feature->channels; channel++)
            for (int y = 0; y < feature->height; y++)
                for (int x = 0; x < feature->width; x++) {
                    size_t pixel = (size_t)y * (size_t)feature->width + (size_t)x;
                    double value = dumped_at(pair, image, channel, pixel);
                    double own = (double)feature_at(feature, image, channel, y, x);
                    difference =
                        fmax(difference, isfinite(own - value) ? fabs(own - value) : HUGE_VAL);
                    largest = fmax(largest, fabs(value));
                }
    return largest > 0 ? difference / largest : difference;
}

/* New maps come first or last among those passed on: wherever they fit. */
static double least_error(array_pair pair)
{
    int others = (int)pair.dumped->shape[1] - pair.feature->channels;
    pair.before = others;
    double error = relative_error(&pair);
    pair.before = 0;
    return others && error > chosen.tolerance ? fmin(error, relative_error(&pair)) : error;
}

static void skip(comparison *c, const char *layer, const char *reason)
{
    json_array_append_new(c->skipped, json_pack("{s:s, s:s}", "layer", layer, "reason", reason));
}

static void note_mismatch(comparison *c, const char *layer, const npy_array *dumped,
                          const dn_feature *feature)
{
    if (c->mismatch[0])
        return;
    size_t at = (size_t)snprintf(c->mismatch, 256, "%s: is ", layer);
    if (at > 255)
        at = 255;
    for (int i = 0; i < dumped->rank; i++)
        at += (size_t)snprintf(c->mismatch + at, sizeof c->mismatch - at, "%s%lld", i ? "x" : "",
                               (long long)dumped->shape[i]);
    snprintf(c->mismatch + at, sizeof c->mismatch - at, "%s, the network gives %dx%dx%dx%d",
             dumped->rank ? "" : "a number", feature->n, feature->channels, feature->height,
             feature->width);
}

/* Says why not if the shape is different. */
static void skip_shape(comparison *c, const char *layer, const npy_array *dumped,
                       const dn_feature *feature)
{
    char reason[256] = "";
    size_t at = 0;
    for (int i = 0; i < dumped->rank; i++)
        at += (size_t)snprintf(reason + at, sizeof reason - at, "%s%lld", i ? " x " : "",
                               (long long)dumped->shape[i]);
    snprintf(reason + at, sizeof reason - at, "%sit is %d x %d x %d x %d here", at ? "; " : "",
             feature->n, feature->channels, feature->height, feature->width);
    skip(c, layer, reason);
}

static void compare_array(comparison *c, int index, const feature_match *match,
                          const dn_feature *feature)
{
    npy_array dumped;
    const char *layer = npz_name(c->dump, index);
    if (!npz_read(c->dump, index, &dumped)) {
        c->failed = true;
        return;
    }
    if (same_shape(&dumped, match, feature)) {
        double error = least_error((array_pair){c->arch, &dumped, match, feature, 0});
        json_array_append_new(c->rows, json_pack("{s:s, s:s, s:f}", "name", feature->name, "layer",
                                                 layer, "error", error < 1e300 ? error : 1e300));
    } else {
        skip_shape(c, layer, &dumped, feature);
        note_mismatch(c, layer, &dumped, feature);
    }
    npy_free(&dumped);
}

/* "classifier.2", where "classifier" is the head. */
static bool is_part_of_head(const comparison *c, const char *name)
{
    feature_match match;
    char whole[256];
    size_t length = strcspn(name, ".");
    if (name[length] == '\0' || length >= sizeof whole)
        return false;
    memcpy(whole, name, length);
    whole[length] = '\0';
    return feature_match_name(c->arch, whole, &match) && strcmp(match.name, "logits") == 0;
}

/* Arrays whose names are not layers here. */
static void skip_unknown(comparison *c)
{
    const char *name;
    feature_match match;
    for (int i = 0; (name = npz_name(c->dump, i)); i++)
        if (strcmp(name, "input") != 0 && !feature_match_name(c->arch, name, &match))
            skip(c, name,
                 is_part_of_head(c, name) ? "a part of the head, which is compared as a whole"
                                          : "no tensor here has this name");
}

/* A dn_observer: compares every array of the dump that means this tensor. */
static void compare_feature(const dn_feature *feature, void *context)
{
    comparison *c = context;
    const char *name;
    for (int i = 0; !c->failed && (name = npz_name(c->dump, i)); i++) {
        feature_match match;
        if (feature_match_name(c->arch, name, &match) && strcmp(match.name, feature->name) == 0)
            compare_array(c, i, &match, feature);
    }
}

static bool read_input(npz_file *dump, npy_array *input)
{
    const char *name;
    for (int i = 0; (name = npz_name(dump, i)); i++)
        if (strcmp(name, "input") == 0)
            return npz_read(dump, i, input);
    return complain("%s: holds no array \"input\"", chosen.reference);
}

static bool run_compared(comparison *c, const dn_model *model, const npy_array *input)
{
    const int64_t *shape = input->shape;
    if (input->rank != 4 || shape[1] != c->arch->channels || shape[0] < 1 || shape[0] > 65536 ||
        shape[2] > INT32_MAX || shape[3] > INT32_MAX)
        return complain("%s: input is not N x %d x H x W", chosen.reference, c->arch->channels);
    float *logits = malloc((size_t)shape[0] * (size_t)c->arch->classes * sizeof *logits);
    if (!logits)
        return complain("verify: out of memory");
    dn_session *session = NULL;
    bool sound = session_open(model, threads_asked(), &session);
    if (sound) {
        dn_session_observe(session, compare_feature, c);
        sound = ok_or_complain(dn_session_run(session, input->data, (int)shape[0], (int)shape[2],
                                              (int)shape[3], logits));
    }
    dn_session_free(session);
    free(logits);
    return sound && !c->failed;
}

/* All, or as many as fit in a line. */
static void print_skipped(const comparison *c)
{
    size_t count = json_array_size(c->skipped), i = 0;
    if (count == 0)
        return;
    printf("%zu skipped:", count);
    for (int width = 0; i < count && (chosen.all || width < 60); i++) {
        const json_t *row = json_array_get(c->skipped, i);
        width += printf("%s%s",
                        chosen.all ? "\n  "
                        : i        ? ", "
                                   : " ",
                        json_string_value(json_object_get(row, "layer")));
        if (chosen.all)
            printf(": %s", json_string_value(json_object_get(row, "reason")));
    }
    printf(i < count ? " and %zu more\n" : "\n", count - i);
}

/* Prints the verdict; true if every layer is within the tolerance. */
static bool report(const comparison *c)
{
    const json_t *departed = NULL, *row;
    double largest = 0;
    size_t i;
    json_array_foreach(c->rows, i, row)
    {
        double error = json_real_value(json_object_get(row, "error"));
        largest = fmax(largest, error);
        if (!departed && error > chosen.tolerance)
            departed = row;
        if (chosen.all && !chosen.json)
            printf("%-28s %-44s %.3e%s\n", json_string_value(json_object_get(row, "name")),
                   json_string_value(json_object_get(row, "layer")), error,
                   error > chosen.tolerance ? "  departs" : "");
    }
    if (chosen.json) {
        json_t *object =
            json_pack("{s:b, s:f, s:f, s:O?, s:O, s:O}", "within", !departed, "tolerance",
                      chosen.tolerance, "largest_error", largest, "first_departure", departed,
                      "layers", c->rows, "skipped", c->skipped);
        json_dumpf(object, stdout, JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(object);
    } else if (departed) {
        printf("%s (%s) is the first layer that differs: error %.3e, %.1e is allowed\n",
               json_string_value(json_object_get(departed, "name")),
               json_string_value(json_object_get(departed, "layer")),
               json_real_value(json_object_get(departed, "error")), chosen.tolerance);
    } else {
        size_t count = json_array_size(c->rows);
        printf("%zu tensor%s compared, largest error %.3e: %s within %.1e\n", count,
               count == 1 ? "" : "s", largest, count == 1 ? "it is" : "all", chosen.tolerance);
    }
    if (!chosen.json)
        print_skipped(c);
    return !departed;
}

static int verify(const dn_model *model, npz_file *dump)
{
    comparison c = {
        .arch = dn_model_arch(model), .dump = dump, .rows = json_array(), .skipped = json_array()};
    npy_array input;
    int status = EXIT_REFUSED;
    if (c.rows && c.skipped && read_input(dump, &input)) {
        if (run_compared(&c, model, &input)) {
            skip_unknown(&c);
            if (json_array_size(c.rows))
                status = report(&c) ? EXIT_DONE : EXIT_PART;
            else if (c.mismatch[0])
                complain("%s: no array can be compared: %s", chosen.reference, c.mismatch);
            else
                complain("%s: no array has the name of a layer of this network", chosen.reference);
        }
        npy_free(&input);
    }
    json_decref(c.rows);
    json_decref(c.skipped);
    return status;
}

static int run(int count, char **arguments)
{
    (void)count, (void)arguments;
    if (!chosen.reference) {
        complain("verify: --reference FILE is missing");
        return EXIT_REFUSED;
    }
    if (isnan(chosen.tolerance))
        chosen.tolerance = precision_is_exact() ? 2e-4 : 0.02;
    dn_model *model = weights_load();
    npz_file *dump =
        model && weights_have_head(model, weights_argument()) ? npz_open(chosen.reference) : NULL;
    int status = dump ? verify(model, dump) : EXIT_REFUSED;
    if (dump)
        npz_close(dump);
    dn_model_free(model);
    return status;
}

const command verify_command = {
    .name = "verify",
    .arguments = "",
    .summary = "compare every layer with a dumped reference",
    .description =
        "The reference is a NumPy .npz with an array \"input\" (N x C x H x W) and the outputs of\n"
        "layers under their names in PyTorch (features.denseblock1.denselayer1, dense_blocks.0.2)\n"
        "or here (block1.layer1); scripts/dump_reference.py writes one from any PyTorch DenseNet.\n"
        "Names the first layer that differs, in the order of the computation; the exit status is\n"
        "then 1. A layer that also returns its input is compared by its own maps; arrays that\n"
        "have no counterpart here are skipped and named. A head of several parts is compared as\n"
        "a whole, by its logits.\n",
    .examples = "  densenet verify --weights net.pth --reference dump.npz\n"
                "  densenet verify --weights net.pth --reference dump.npz --all --tolerance 1e-5\n",
    .options = options,
    .least = 0,
    .most = 0,
    .run = run,
};
