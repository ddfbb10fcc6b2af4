/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"
#include "run/launched.h"
#include "run/train_run.h"
#include "run/train_settings.h"
#include "run/train_signals.h"
#include "ui/report.h"

static bool settings_are_sound(void)
{
    return train_settings_are_text(&train_command) && train_settings_complete(&train_command) &&
           (train_chosen.data ||
            complain("train: what to train on? A folder of class folders, CIFAR files, a tar or a "
                     "CSV is expected"));
}

static bool is_stopping(void *context)
{
    (void)context;
    return train_interrupted();
}

static int run(int count, char **arguments)
{
    train_run run;
    if (count)
        train_chosen.data = arguments[0];
    if (!launched_join(train_chosen.compress_gradients, is_stopping) ||
        !launched_agree(settings_are_sound()))
        return EXIT_REFUSED;
    train_signals_watch();
    int status = train_run_open(&train_command, &run) ? train_run_loop(&run)
                 : run.stopped                        ? EXIT_STOPPED
                                                      : EXIT_REFUSED;
    train_run_close(&run);
    return status;
}

const command train_command = {
    .name = "train",
    .arguments = "[DATA]",
    .summary = "train a network, from a folder of pictures to weights",
    .description =
        "DATA is a folder with one folder of pictures per class, CIFAR-10 or CIFAR-100 in binary,\n"
        "a tar of class folders or of WebDataset samples, or a CSV of labels or classes; if it\n"
        "comes in parts train and val, val validates. RUN receives best.safetensors and\n"
        "last.safetensors, which every other command takes, log.csv, curves.png, settings.json,\n"
        "and resume.safetensors, from which --resume continues with the same bits. Ctrl-C ends\n"
        "the step and saves, as do SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU; the exit status\n"
        "is then 3. A run that is killed can be resumed from the last checkpoint. With --resume "
        "auto and --output\n"
        "RUN the same command starts the run, goes on with it, or finds it finished.\n",
    .examples = "  densenet train pictures --recipe finetune --init densenet121.pth\n"
                "    fine-tune for the classes of pictures/CLASS/*.jpg\n"
                "  densenet train cifar-10-batches-bin --recipe paper-cifar -o runs/cifar\n"
                "    the paper's recipe, DenseNet-BC (100, 12), 300 epochs\n"
                "  densenet train chests --init densenet121.pth --recipe xray --pos-weight auto\n"
                "    X-rays with labels of which most are rare\n"
                "  densenet train pictures --class-weights balanced --patience 5\n"
                "    rare classes weigh more; ends when 5 validations were no better\n"
                "  densenet train --resume runs/cifar\n"
                "    continue where it was interrupted\n"
                "  densenet train pictures -o runs/night --resume auto\n"
                "    what a job queue repeats as long as the exit status is 3\n",
    .options = train_options,
    .least = 0,
    .most = 1,
    .run = run,
    .joins = true,
};
