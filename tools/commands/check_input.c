/* SPDX-License-Identifier: MIT */
#include "arguments/precision.h"
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "commands/commands.h"
#include "reports/input_report.h"
#include "ui/report.h"

static struct {
    int most;
    bool json;
} chosen = {.most = 100};

static const option_row options[] = {
    {"", 0, OPTION_TABLE, weights_options, NULL, NULL, 0, 0},
    {"most", 'n', OPTION_INT, &chosen.most, "N",
     "pictures to try, evenly chosen of all that are given (100)", 1, 100000},
    {"json", 0, OPTION_FLAG, &chosen.json, NULL, "print a JSON object", 0, 0},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, precision_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, list_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, picture_options, NULL, NULL, 0, 0},
    {0},
};

static int check(const dn_model *model, const picture_list *list)
{
    dn_preprocess recorded, used;
    bool records = dn_model_preprocess(model, &recorded);
    input_trials trials = {0};
    used = recorded;
    if (!picture_pipeline(&used))
        return EXIT_REFUSED;
    if (used.channels != dn_model_arch(model)->channels) {
        complain("the pipeline makes %d channel%s, the network takes %d", used.channels,
                 used.channels == 1 ? "" : "s", dn_model_arch(model)->channels);
        return EXIT_REFUSED;
    }
    bool sound = input_trials_run(model, list, (size_t)chosen.most, &used,
                                  records ? &recorded : NULL, &trials);
    if (sound && chosen.json)
        sound = input_report_print_json(weights_argument(), &trials);
    else if (sound)
        input_report_print(weights_argument(), &trials);
    int status = !sound ? EXIT_REFUSED : trials.rows[trials.used].ties ? EXIT_DONE : EXIT_PART;
    input_trials_free(&trials);
    return status;
}

static int run(int count, char **arguments)
{
    picture_list list;
    dn_model *model = weights_load();
    if (!model)
        return EXIT_REFUSED;
    int status = EXIT_REFUSED;
    if (picture_list_create(count, arguments, &list)) {
        if (list.count)
            status = check(model, &list);
        picture_list_free(&list);
    }
    dn_model_free(model);
    return status;
}

const command check_input_command = {
    .name = "check-input",
    .arguments = "PICTURE|FOLDER|- ...",
    .summary = "say whether pictures are scaled as a network expects",
    .description =
        "Runs the pictures, which should be of the kind that the network was trained on, through "
        "it\n"
        "under every known scaling: ImageNet's, the paper's for CIFAR, 0..1, -1..1, 0..255,\n"
        "X-rays', and the one in use, which is --preprocess, else the recorded one, else the\n"
        "stem's usual. Each is held against the means and variances that batch norms recorded in\n"
        "training. Sizes, crop and filter remain those of the pipeline in use. Scalings that\n"
        "these pictures cannot tell from the best are marked =. The exit status is 0 if the\n"
        "pipeline in use is among them, 1 if another fits clearly better, 2 if no answer can be\n"
        "given.\n",
    .examples = "  densenet check-input photos --weights net.pth\n"
                "  densenet check-input photos --weights net.pth --preprocess "
                "mean=0.5,std=0.5 || echo wrong\n"
                "      whether that scaling is right, for a script\n",
    .options = options,
    .least = 0,
    .most = -1,
    .run = run,
};
