/* SPDX-License-Identifier: MIT */
#include "arguments/class_name.h"
#include "arguments/precision.h"
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "base/picture_formats.h"
#include "commands/commands.h"
#include "drawing/heat_folder.h"
#include "files/labels.h"
#include "files/picture_list.h"
#include "files/pictures.h"
#include "reports/predictions.h"
#include "run/launched.h"
#include "run/parts.h"
#include "run/predictor.h"
#include "run/same_everywhere.h"
#include "run/session_open.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *labels, *heat, *class, *task;
    int top, batch;
    bool json, csv, checks;
} chosen = {.top = 5, .batch = 8};

static const option_row options[] = {
    {"", 0, OPTION_TABLE, weights_options, NULL, NULL, 0, 0},
    {"top", 'k', OPTION_INT, &chosen.top, "N",
     "most probable outputs to name (5; of several labels, all in the network's order)", 1,
     1000000},
    {"labels", 0, OPTION_FILE, &chosen.labels, "FILE", "names of the outputs, one per line", 0, 0},
    {"cam", 0, OPTION_FILE, &chosen.heat, "DIR",
     "write class-activation maps over the pictures, and sheets of all", 0, 0},
    {"class", 0, OPTION_TEXT, &chosen.class, "NAME",
     "name or number of the class that the maps are of (the most probable)", 0, 0},
    {"task", 0, OPTION_TEXT, &chosen.task, "classes|labels",
     "what the outputs mean, whatever the file says: one of the classes, or any of the labels", 0,
     0},
    {"check", 0, OPTION_FLAG, &chosen.checks, NULL,
     "warn of pictures unlike all that the network was trained on", 0, 0},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print one JSON object per picture, one per line",
     0, 0},
    {"csv", 0, OPTION_FLAG, &chosen.csv, NULL, "print CSV", 0, 0},
    {"batch", 'b', OPTION_INT, &chosen.batch, "N", "pictures per run (8)", 1, PREDICTOR_MOST},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, precision_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, list_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, picture_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, shard_options, NULL, NULL, 0, 0},
    {0},
};

/* All labels of a picture are shown, unless --top asks for fewer. */
static int most_named(const dn_model *model)
{
    bool all = dn_model_objective(model) == DN_OBJECTIVE_LABELS && !option_given(&chosen.top);
    return all ? 0 : chosen.top;
}

static void say_all_named(int outputs)
{
    if (option_given(&chosen.top) && chosen.top > outputs)
        complain("predict: --top %d: the network has %d output%s, so all are named", chosen.top,
                 outputs, outputs == 1 ? "" : "s");
}

static bool open_heat(predictor *p, const dn_model *model, const picture_list *list)
{
    const char *weights = weights_argument() ? weights_path(weights_argument()) : NULL;
    const char *const all[] = {weights, chosen.labels, list_file()};
    const char *inputs[4] = {NULL};
    for (int i = 0, count = 0; i < 3; i++)
        if (all[i])
            inputs[count++] = all[i];
    p->heat = heat_folder_open(chosen.heat, model, list, inputs);
    return p->heat != NULL;
}

static bool open_predictor(predictor *p, dn_model *model, const picture_list *list)
{
    size_t classes = (size_t)dn_model_arch(model)->classes;
    p->model = model;
    p->batch = chosen.batch;
    p->most = most_named(model);
    p->format = chosen.json ? PREDICTION_JSON : chosen.csv ? PREDICTION_CSV : PREDICTION_TEXT;
    dn_model_preprocess(model, &p->preprocess);
    if ((chosen.labels && !labels_read(chosen.labels, model)) || !picture_pipeline(&p->preprocess))
        return false;
    p->class = chosen.class ? class_named(model, chosen.class) : -1;
    if (chosen.class && p->class < 0)
        return false;
    if (chosen.class && dn_output_is_untrained(model, p->class))
        return complain("predict: --class %s: this output was not trained, and has no heat map",
                        chosen.class);
    if (p->preprocess.channels != dn_model_arch(model)->channels)
        return complain("the pipeline makes %d channel%s, the network takes %d",
                        p->preprocess.channels, p->preprocess.channels == 1 ? "" : "s",
                        dn_model_arch(model)->channels);
    if (!session_open(model, threads_asked(), &p->session))
        return false;
    say_all_named((int)classes);
    if (chosen.checks && !ok_or_complain(dn_input_check_create(model, &p->check)))
        return false;
    if (p->check)
        dn_session_observe(p->session, dn_input_check_observe, p->check);
    if (chosen.heat && !open_heat(p, model, list))
        return false;
    p->logits = malloc((size_t)chosen.batch * classes * sizeof *p->logits);
    p->ranked = malloc(classes * sizeof *p->ranked);
    p->tensors = calloc((size_t)chosen.batch, sizeof *p->tensors);
    return (p->logits && p->ranked && p->tensors) || complain("predict: out of memory");
}

static void close_predictor(predictor *p)
{
    heat_folder_free(p->heat);
    dn_session_free(p->session);
    dn_input_check_free(p->check);
    free(p->input);
    free(p->logits);
    free(p->ranked);
    free(p->tensors);
}

static bool finish_heat(predictor *p)
{
    const char *const *pages;
    int count = heat_folder_finish(p->heat, &pages);
    if (p->format != PREDICTION_TEXT || count < 1)
        return count >= 0;
    if (count > 1)
        printf("%d ", count);
    fputs(count > 1 ? "contact sheets: " : "contact sheet: ", stdout);
    print_escaped(stdout, pages[0]);
    fputs(count > 1 ? " to " : "", stdout);
    print_escaped(stdout, count > 1 ? pages[count - 1] : "");
    putchar('\n');
    return true;
}

static bool ranks_agree(const dn_model *model, const picture_list *list)
{
    char weights[65], names[65];
    if (!launched_machines())
        return true;
    model_digest(model, weights);
    texts_digest(list->paths, list->count, names);
    return same_everywhere(json_pack("{s:s, s:s, s:O}", "the weights' SHA-256", weights,
                                     "the pictures' names' SHA-256", names, "the command line",
                                     launched_words()));
}

/* The exit status of the process that speaks for all. */
static int answer(predictor *p, const picture_list *list)
{
    if (launched_first())
        predictions_begin(p->format, p->check != NULL);
    bool sound = predictor_run(p, list);
    if (!launched_agree(sound))
        return EXIT_REFUSED;
    if (!launched_first())
        return EXIT_DONE;
    const predictor_counts *counts = &p->counts;
    bool whole = counts->unread == 0 && counts->unanswered == 0 && list->failures == 0,
         none = (size_t)counts->unread + (size_t)counts->unanswered == list->count;
    if (p->heat && !finish_heat(p))
        whole = false; /* the answers are there */
    return none ? EXIT_REFUSED : whole ? EXIT_DONE : EXIT_PART;
}

static int predict(dn_model *model, const picture_list *list)
{
    predictor p = {0};
    bool opened = model && (!weights_argument() || weights_have_head(model, weights_argument())) &&
                  open_predictor(&p, model, list);
    int status =
        launched_agree(opened) && ranks_agree(model, list) ? answer(&p, list) : EXIT_REFUSED;
    close_predictor(&p);
    return status;
}

/* Without --weights, the built-in network; prints its classes, if there is a picture to name. */
static dn_model *choose_model(const picture_list *list)
{
    weights_set_task(chosen.task);
    if (weights_argument())
        return weights_load();
    dn_model *model = weights_open("builtin");
    if (!model || !picture_list_has_any(list))
        return model;
    int classes = dn_model_arch(model)->classes;
    tell("densenet: no --weights given: using the built-in network, which knows");
    for (int i = 0; i < classes; i++)
        tell("%s %s", i == 0 ? "" : i + 1 < classes ? "," : " and", dn_model_label(model, i));
    tell("\n");
    return model;
}

static bool input_reaches_all(int count, char **arguments)
{
    bool input = list_file() && strcmp(list_file(), "-") == 0;
    for (int i = 0; i < count; i++)
        input = input || strcmp(arguments[i], "-") == 0;
    return !input || !launched_machines() ||
           complain("predict: -: standard input is one process's; several need files, or a list "
                    "of them that all can read");
}

static int run(int count, char **arguments)
{
    if (chosen.json && chosen.csv) {
        complain("predict: --json and --csv are two formats; one is expected");
        return EXIT_REFUSED;
    }
    if (chosen.class && !chosen.heat) {
        complain("predict: --class is what the maps of --cam DIR are of; that is missing");
        return EXIT_REFUSED;
    }
    picture_list list = {0};
    if (!launched_join(NULL, NULL))
        return EXIT_REFUSED;
    bool listed = input_reaches_all(count, arguments) &&
                  picture_list_create(count, arguments, &list) && list.count;
    dn_model *model = listed ? choose_model(&list) : NULL;
    int status = predict(model, &list);
    picture_list_free(&list);
    dn_model_free(model);
    return status;
}

const command predict_command = {
    .name = "predict",
    .arguments = "PICTURE|FOLDER|- ...",
    .summary = "say what is in pictures, and where",
    .description =
        "Reads " DN_FORMATS_READ ", prepares\n"
        "them as the network was trained and names the most probable classes; of a multi-label\n"
        "network, the probability of every label; of a network with one output, that of the "
        "output's\n"
        "label, or of \"yes\" if it has none. The pipeline\n"
        "is --preprocess, else the one recorded in the weights, else by the stem: torchvision's\n"
        "evaluation pipeline for ImageNet's, cifar10 for CIFAR's. Without --weights the built-in\n"
        "network is used. A folder stands for the pictures in it, and with --recursive\n"
        "for those in the folders below it; a DICOM file of several frames for them all, FILE#7\n"
        "for one.\n"
        "--cam draws where the evidence for the most probable class, or for that of --class, "
        "lies:\n"
        "for this family the map is exact. Of a head that is more than a linear of means it is\n"
        "gradient-weighted, and called so. Below each map its key says the answer, how much "
        "evidence\n"
        "red is, and that what is dark was outside the crop. Contact sheets of up to 30 maps have "
        "one\n"
        "scale each.\n"
        "--check compares the last block's maps with what its batch norms recorded and warns of\n"
        "pictures that are far from it: noise, a single colour, another scaling. It knows nothing\n"
        "of what pictures show, and most of what is merely unusual passes.\n"
        "A picture that cannot be read, or for which the network gives no numbers, is reported\n"
        "and the others are still answered; with --csv and --json it has a row or object with the\n"
        "error. The exit status is then 1, or 2 if no picture got an answer.\n",
    .examples = "  densenet predict photo.jpg --weights densenet121\n"
                "    with torchvision's weights, after `densenet pull densenet121`\n"
                "  densenet predict photos --weights net.safetensors --top 1 --csv > out.csv\n"
                "    a folder of pictures, one line each\n"
                "  find photos -print0 | densenet predict --files-from - -w net.pth\n"
                "    the pictures that another program chooses\n"
                "  densenet predict scan.png --weights xrv.pt --cam maps\n"
                "    a chest X-ray, heat maps in maps/\n"
                "  densenet predict study.dcm#7 --window 40,400 -w net.safetensors\n"
                "    the seventh frame of a DICOM file, soft tissue of a CT\n",
    .options = options,
    .least = 0,
    .most = -1,
    .run = run,
    .joins = true,
};
