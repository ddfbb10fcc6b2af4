/* SPDX-License-Identifier: MIT */
#include "arguments/precision.h"
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "commands/commands.h"
#include "files/labelled.h"
#include "files/output.h"
#include "files/pictures.h"
#include "files/same_file.h"
#include "files/shard_cache.h"
#include "reports/compared_precisions.h"
#include "reports/evaluation_report.h"
#include "run/data_fingerprint.h"
#include "run/launched.h"
#include "run/match_outputs.h"
#include "run/parts.h"
#include "run/same_everywhere.h"
#include "run/session_open.h"
#include "run/shards_fetch.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *confusion, *per_class, *compare;
    int batch;
    bool json;
} chosen;

static const option_row options[] = {
    {"", 0, OPTION_TABLE, weights_options, NULL, NULL, 0, 0},
    {"confusion", 0, OPTION_FILE, &chosen.confusion, "FILE",
     "write the confusion matrix: .png, .svg or .csv", 0, 0},
    {"per-class", 0, OPTION_FILE, &chosen.per_class, "FILE", "write each class's figures as CSV", 0,
     0},
    {"compare", 0, OPTION_TEXT, &chosen.compare, "P,P,...",
     "precisions to measure side by side, each against the first: f32,bf16,int8", 0, 0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print a JSON object", 0, 0},
    {"batch", 'b', OPTION_INT, &chosen.batch, "N", "pictures per run (16)", 1, 4096},
    {"", 0, OPTION_TABLE, shard_cache_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, table_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, precision_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, picture_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, shard_options, NULL, NULL, 0, 0},
    {0},
};

static void show_progress(int64_t done, int64_t total, void *context)
{
    (void)context;
    progress("%lld of %lld pictures", (long long)done, (long long)total);
}

static void show_skipped(const char *reason, void *context)
{
    (void)context;
    complain("skipped: %s", reason);
}

static dn_evaluation *evaluate_at(const dn_model *model, const dn_dataset *data,
                                  const char *precision, compared_row *compared)
{
    dn_evaluation *evaluation;
    dn_evaluate_options asked = {.struct_size = sizeof asked,
                                 .batch = chosen.batch,
                                 .threads = threads_asked(),
                                 .precision = precision,
                                 .progress = show_progress,
                                 .skipped = !compared || compared->is_first ? show_skipped : NULL,
                                 .answered = compared ? compared_add : NULL,
                                 .context = compared,
                                 .machines = launched_machines()};
    dn_model_preprocess(model, &asked.preprocess);
    if (!picture_pipeline(&asked.preprocess))
        return NULL;
    report_warnings();
    dn_status status = dn_evaluate(model, data, &asked, &evaluation);
    progress_end();
    if (status == DN_OK)
        return evaluation;
    refuse();
    return NULL;
}

static dn_evaluation *evaluate(const dn_model *model, const dn_dataset *data)
{
    dn_evaluation *evaluation = evaluate_at(model, data, precision_chosen(), NULL);
    if (evaluation)
        picture_notices(evaluation->turned, evaluation->faint);
    return evaluation;
}

/* Whether not all pictures were read and answered; says what is not a number, at which of several
 * precisions. */
static bool is_part(const dn_evaluation *evaluation, const dn_dataset *data, const char *precision)
{
    if (evaluation->not_numbers)
        complain("eval: %lld of %lld answers%s%s are not numbers; they count as wrong",
                 (long long)evaluation->not_numbers, (long long)evaluation->samples,
                 precision ? " at " : "", precision ? precision : "");
    return evaluation->skipped || evaluation->not_numbers || dn_dataset_left_out(data);
}

static int report(const dn_model *model, const dn_dataset *data, const dn_evaluation *evaluation)
{
    if (!launched_first())
        return EXIT_DONE;
    if (chosen.json)
        evaluation_print_json(evaluation, model, data);
    else
        evaluation_print(evaluation, model, data);
    flush_answers(); /* whether or not the files can be written */
    bool sound =
        (!chosen.confusion ||
         evaluation_write_confusion(evaluation, model, data, chosen.confusion)) &&
        (!chosen.per_class || evaluation_write_outputs(evaluation, model, data, chosen.per_class));
    if (!sound)
        return EXIT_REFUSED;
    return is_part(evaluation, data, NULL) ? EXIT_PART : EXIT_DONE;
}

static bool outputs_are_distinct(const char *data)
{
    const char *const outputs[] = {chosen.confusion, chosen.per_class};
    bool sound = true;
    for (int i = 0; i < 2 && sound; i++)
        sound = weights_are_distinct(outputs[i], weights_argument()) &&
                output_is_distinct(outputs[i], data);
    return sound && output_is_distinct(chosen.per_class, chosen.confusion);
}

/* Checked before the work, which may take long. */
static bool outputs_are_writable(const char *path, const dn_dataset *data)
{
    return labelled_is_distinct(chosen.confusion, path, data) &&
           labelled_is_distinct(chosen.per_class, path, data) &&
           (!chosen.confusion || evaluation_confusion_writable(data, chosen.confusion)) &&
           (!chosen.per_class || output_is_writable(chosen.per_class));
}

static bool open_data(const char *path, const dn_model *model, dn_dataset **data)
{
    bool labels = dn_model_objective(model) == DN_OBJECTIVE_LABELS; /* classes may be a guess */
    const labelled_request request = {.portion = DN_PORTION_TEST, .task = labels ? "labels" : NULL};
    return labelled_open(path, &request, data) && outputs_are_writable(path, *data);
}

/* Which part of DATA the figures are of. */
static void say_part(const char *path, const dn_dataset *data)
{
    const char *source = dn_dataset_source(data);
    const char *part = dn_dataset_part(data, DN_PORTION_TEST);
    if (part)
        tell("%s is evaluated, the part %s of %s\n", source, part, path);
    else if (strcmp(source, path) != 0)
        tell("%s is evaluated, all of it: %s has no test or val part\n", source, path);
}

/* Each precision's row; false after a complaint. */
static bool fill_rows(const dn_model *model, const dn_dataset *data, compared_rows *rows)
{
    for (int i = 0; i < rows->count; i++) {
        compared_row *row = &rows->row[i];
        row->evaluation = evaluate_at(model, data, row->precision, row);
        if (!row->evaluation)
            return false;
        if (row->failed)
            return complain("eval: out of memory");
        if (row->count != rows->row[0].count)
            return complain("%s: changed while it was read: not as many pictures are answered at "
                            "%s as at %s",
                            dn_dataset_source(data), row->precision, rows->row[0].precision);
    }
    return true;
}

/* Whether the network computes in each precision, as it always does in "auto", which would warn
 * twice. Checked before the work, which may take long. */
static bool rows_can_be(const dn_model *model, const compared_rows *rows)
{
    bool sound = true;
    for (int i = 0; i < rows->count && sound; i++) {
        dn_session *session = NULL;
        const char *precision = rows->row[i].precision;
        sound = strcmp(precision, "auto") == 0 || session_open_as(model, 1, precision, &session);
        dn_session_free(session);
    }
    return sound;
}

static int compare(const dn_model *model, const dn_dataset *data)
{
    compared_rows rows;
    bool sound = compared_open(chosen.compare, &rows) && rows_can_be(model, &rows) &&
                 fill_rows(model, data, &rows);
    if (sound && launched_first())
        compared_print(&rows, chosen.json);
    bool part = false;
    for (int i = 0; sound && i < rows.count; i++)
        part |= is_part(rows.row[i].evaluation, data, rows.row[i].precision);
    compared_close(&rows);
    return !sound ? EXIT_REFUSED : part ? EXIT_PART : EXIT_DONE;
}

static bool compares_alone(void)
{
    if (chosen.compare && (chosen.confusion || chosen.per_class || !precision_is_exact()))
        return complain("eval: --compare prints a table; --precision, --confusion and --per-class "
                        "are of one precision");
    return true;
}

static int measure(const dn_model *model, dn_dataset *data)
{
    if (!outputs_match(weights_argument(), model, data))
        return EXIT_REFUSED;
    if (chosen.compare)
        return compare(model, data);
    dn_evaluation *evaluation = evaluate(model, data);
    int status = evaluation ? report(model, data, evaluation) : EXIT_REFUSED;
    dn_evaluation_free(evaluation);
    return status;
}

static bool ranks_agree(const dn_model *model, const dn_dataset *data)
{
    char weights[65], pictures[65];
    if (!launched_machines())
        return true;
    model_digest(model, weights);
    data_fingerprint(data, pictures);
    return same_everywhere(json_pack("{s:s, s:s, s:O}", "the weights' SHA-256", weights,
                                     "the data's fingerprint", pictures, "the command line",
                                     launched_words()));
}

static int run(int count, char **arguments)
{
    (void)count;
    if (!launched_join(NULL, NULL))
        return EXIT_REFUSED;
    weights_set_task(labelled_task_asked());
    dn_model *model = compares_alone() ? weights_load() : NULL;
    dn_dataset *data = NULL;
    int status = EXIT_REFUSED;
    bool begun =
        model && weights_have_head(model, weights_argument()) && outputs_are_distinct(arguments[0]);
    if (launched_agree(begun) && shards_fetch((const char *const[]){arguments[0]}, 1, NULL) &&
        launched_agree(open_data(arguments[0], model, &data)) && ranks_agree(model, data)) {
        say_part(arguments[0], data);
        status = measure(model, data);
        launched_agree(status != EXIT_REFUSED);
    }
    dn_dataset_free(data);
    dn_model_free(model);
    return status;
}

const command eval_command = {
    .name = "eval",
    .arguments = "DATA",
    .summary = "measure a network on labelled pictures",
    .description =
        "DATA is what `densenet train` takes; if it has a part test, or else val, that part is\n"
        "used, and named. Prints top-1 and top-5 accuracy and the loss, or for pictures with\n"
        "several labels the AUROC of each. Classes are matched by name if the weights record\n"
        "names, by order otherwise. The one output of a network that answers yes or no is the\n"
        "second of two classes, or the one of its recorded name.\n",
    .examples = "  densenet eval cifar-10-batches-bin --weights runs/cifar/best.safetensors\n"
                "  densenet eval pictures --weights net.pth --confusion matrix.png --json\n"
                "  densenet eval pictures --weights net.pth --compare f32,bf16\n"
                "    what a precision costs in accuracy\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
    .joins = true,
};
