/* SPDX-License-Identifier: MIT */
#include "drawing/curves.h"
#include "files/pictures.h"
#include "reports/evaluation_report.h"
#include "run/launched.h"
#include "run/run_log.h"
#include "run/step_parts.h"
#include "run/train_run.h"
#include "run/train_settings.h"
#include "run/train_signals.h"
#include "ui/report.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void format_duration(double seconds, char text[32])
{
    long total = seconds < 1e8 ? lround(seconds) : 99999999;
    snprintf(text, 32, "%ld:%02ld:%02ld", total / 3600, total / 60 % 60, total % 60);
}

/* One line, redrawn, on a terminal; elsewhere one every half minute. */
static void show_progress(const train_run *run, double rate, double per_step, bool last)
{
    static double spoken;
    int64_t steps = dn_trainer_steps(run->trainer), own = (steps - 1) % run->steps_per_epoch + 1;
    char left[32], line[256];
    format_duration(per_step * (double)(run->options.steps - steps), left);
    double pictures = (double)run->epoch_pictures;
    int length = snprintf(line, sizeof line, "epoch %lld/%lld  step %lld/%lld",
                          (long long)((steps - 1) / run->steps_per_epoch + 1),
                          (long long)run->epochs, (long long)own, (long long)run->steps_per_epoch);
    if (pictures > 0)
        length += snprintf(line + length, sizeof line - (size_t)length, "  loss %.4f",
                           run->epoch_loss / pictures);
    if (pictures > 0 && dn_dataset_objective(run->whole) == DN_OBJECTIVE_CLASSES)
        length += snprintf(line + length, sizeof line - (size_t)length, "  accuracy %.2f%%",
                           100 * run->epoch_correct / pictures);
    snprintf(line + length, sizeof line - (size_t)length, "  %.0f images/s  %s left", rate, left);
    if (isatty(STDERR_FILENO)) {
        progress("%s", line);
    } else if (last || seconds_now() - spoken > 30) {
        spoken = seconds_now();
        tell("%s\n", line);
    }
}

static bool step(train_run *run, step_parts *parts, double started)
{
    dn_step_result result;
    double begun = seconds_now();
    if (!step_parts_load(run, parts))
        return false;
    double loaded = seconds_now();
    dn_status status = dn_trainer_step(run->trainer, parts->parts, parts->count, &result);
    if (status != DN_OK)
        return status == DN_ERROR_NUMERIC ? train_report_shared(run) : train_report_failure(run);
    if (!ranks_log_step(run->ranks, dn_trainer_steps(run->trainer), loaded - begun,
                        seconds_now() - loaded, result.waited))
        return false;
    run->epoch_loss += result.loss * result.pictures;
    run->epoch_correct += result.correct;
    run->epoch_pictures += result.pictures;
    bool classes = dn_dataset_objective(run->whole) == DN_OBJECTIVE_CLASSES;
    int64_t steps = dn_trainer_steps(run->trainer);
    log_row row = {.epoch = (double)steps / (double)run->steps_per_epoch,
                   .step = steps,
                   .loss = result.pictures ? result.loss : NAN,
                   .accuracy =
                       classes && result.pictures ? (double)result.correct / result.pictures : NAN,
                   .rate = result.rate,
                   .val_loss = NAN,
                   .val_score = NAN,
                   .val_ranked = NAN,
                   .seconds = run->seconds + seconds_now() - started};
    return run_log_write(run->log, !classes, &row);
}

static void show_evaluation(int64_t done, int64_t total, void *context)
{
    (void)context;
    progress("validating: %lld of %lld", (long long)done, (long long)total);
}

static void show_skipped(const char *reason, void *context)
{
    int *reported = context; /* once per run: each validation uses the same pictures */
    if (!*reported && launched_first())
        complain("skipped: %s", reason);
}

static bool validate(train_run *run, log_row *row)
{
    static int reported;
    dn_model *model;
    dn_evaluation *evaluation = NULL;
    dn_evaluate_options options = train_validation(run);
    options.progress = show_evaluation;
    options.skipped = show_skipped;
    options.context = &reported;
    if (!ok_or_complain(dn_trainer_model(run->trainer, true, &model)))
        return false;
    bool sound = dn_evaluate(model, run->val, &options, &evaluation) == DN_OK;
    dn_model_free(model);
    progress_end();
    if (!sound)
        return train_report_failure(run);
    if (!reported && launched_first())
        run->skipped_val += evaluation->skipped;
    reported = 1;
    run->turned += launched_first() ? evaluation->turned : 0;
    run->faint += launched_first() ? evaluation->faint : 0;
    row->val_loss = evaluation->loss;
    row->val_score = isnan(evaluation->top1) ? evaluation->auroc : evaluation->top1;
    row->val_ranked = evaluation->ranked;
    dn_evaluation_free(evaluation);
    return true;
}

static bool draw_curves(const train_run *run)
{
    char *path, *folder = (char *)run->folder;
    if (!launched_first())
        return true;
    if (asprintf(&path, "%s/curves.png", run->folder) < 0)
        return complain("out of memory for the curves");
    bool sound = curves_write(&folder, 1, false, path);
    free(path);
    return sound;
}

static void count_time(train_run *run, double *started)
{
    double now = seconds_now();
    run->seconds += now - *started;
    *started = now;
}

bool train_epoch_open(const train_run *run)
{
    int64_t steps = dn_trainer_steps(run->trainer);
    return steps > 0 && steps % run->steps_per_epoch == 0 && run->epoch_pictures > 0;
}

const char *train_score_name(const train_run *run)
{
    bool classes = dn_dataset_objective(run->whole) == DN_OBJECTIVE_CLASSES;
    return classes ? "accuracy" : "mean AUROC";
}

/* Labels have no AUROC if each has only one answer: then the loss decides. */
static double score_of(const log_row *row)
{
    return isnan(row->val_score) ? -1 : row->val_score;
}

/* Without validation, the last weights are the best. */
static bool is_best(const train_run *run, const log_row *row)
{
    if (!run->val)
        return true;
    double score = score_of(row);
    return isfinite(row->val_loss) && (score > run->best_score || (score == run->best_score &&
                                                                   row->val_loss < run->best_loss));
}

/* Why this is the best validation so far. */
static const char *best_by(const train_run *run, const log_row *row, bool classes)
{
    if (isnan(row->val_score))
        return " (lowest loss so far)";
    if (row->val_score == run->best_score)
        return classes ? " (lowest loss at the best accuracy so far)"
                       : " (lowest loss at the best mean AUROC so far)";
    return classes ? " (best accuracy so far)" : " (best mean AUROC so far)";
}

static void print_validation(const log_row *row, const train_run *run, bool classes,
                             const char *best)
{
    if (isfinite(row->val_loss))
        tell("; validation: loss %.4f", row->val_loss);
    else
        tell("; validation: loss not a number, which is never the best");
    if (!isnan(row->val_score) && classes)
        tell(", accuracy %.2f%%", 100 * row->val_score);
    if (!isnan(row->val_score) && !classes) {
        char labels[64];
        evaluation_ranked((int)row->val_ranked, dn_dataset_outputs(run->whole), labels,
                          sizeof labels);
        tell(", mean AUROC %.4f %s", row->val_score, labels);
    }
    tell("%s", best);
}

/* Validation, models, log and curves between two checkpoints: a run that is
 * interrupted here, or whose validation fails, repeats them when it is resumed. */
static bool end_epoch(train_run *run, double *started)
{
    int64_t epoch = dn_trainer_steps(run->trainer) / run->steps_per_epoch;
    bool classes = dn_dataset_objective(run->whole) == DN_OBJECTIVE_CLASSES;
    double pictures = (double)run->epoch_pictures;
    log_row row = {.epoch_end = true,
                   .epoch = (double)epoch,
                   .step = dn_trainer_steps(run->trainer),
                   .loss = run->epoch_loss / pictures,
                   .accuracy = classes ? run->epoch_correct / pictures : NAN,
                   .rate = NAN,
                   .val_loss = NAN,
                   .val_score = NAN,
                   .val_ranked = NAN};
    bool due = epoch % train_chosen.eval_every == 0 || epoch == run->epochs;
    count_time(run, started);
    if (!train_checkpoint_save(run) || (run->val && due && !validate(run, &row)))
        return false;
    bool best = is_best(run, &row);
    const char *reason = best ? best_by(run, &row, classes) : "";
    if (best && run->val) {
        run->best_score = score_of(&row);
        run->best_loss = row.val_loss;
        run->best_epoch = epoch;
    }
    run->waited = best ? 0 : run->waited + due;
    count_time(run, started);
    row.seconds = run->seconds;
    run->epoch_loss = run->epoch_correct = 0;
    run->epoch_pictures = 0;
    progress_end();
    tell("epoch %lld/%lld: loss %.4f", (long long)epoch, (long long)run->epochs, row.loss);
    if (classes)
        tell(", accuracy %.2f%%", 100 * row.accuracy);
    if (run->val && due)
        print_validation(&row, run, classes, reason);
    tell("\n");
    ranks_log_say(run->ranks);
    return train_models_save(run, best) && run_log_write(run->log, !classes, &row) &&
           draw_curves(run) && train_checkpoint_save(run);
}

/* Once, when each picture has been seen once. */
static void say_notices(train_run *run)
{
    if (!run->noticed)
        picture_notices(run->turned, run->faint);
    run->noticed = true;
}

bool train_out_of_patience(const train_run *run)
{
    return train_chosen.patience && run->waited >= train_chosen.patience;
}

bool train_finished(const train_run *run)
{
    bool done = dn_trainer_steps(run->trainer) >= run->options.steps;
    return (done || train_out_of_patience(run)) && !train_epoch_open(run);
}

static void say_patience(const train_run *run)
{
    long long epoch = dn_trainer_steps(run->trainer) / run->steps_per_epoch;
    if (!train_out_of_patience(run) || epoch >= run->epochs)
        return;
    tell("%s: ended early after epoch %lld: %lld validation%s without a better %s", run->folder,
         epoch, (long long)run->waited, run->waited == 1 ? "" : "s", train_score_name(run));
    if (run->best_epoch)
        tell(" than epoch %lld's", (long long)run->best_epoch);
    tell("; --resume %s with a larger --patience, or 0, continues\n", run->folder);
}

static int stop_early(train_run *run, double started)
{
    count_time(run, &started);
    if (!train_models_save(run, false) || !train_checkpoint_save(run))
        return EXIT_REFUSED;
    progress_end();
    say_notices(run);
    tell("stopped after step %lld; continue with: densenet train --resume %s\n",
         (long long)dn_trainer_steps(run->trainer), run->folder);
    return launched_any(train_interrupted()) ? EXIT_STOPPED : EXIT_DONE;
}

static int run_steps(train_run *run, step_parts *parts)
{
    double started = seconds_now(), per_step = 0;
    if (train_epoch_open(run) && !end_epoch(run, &started))
        return EXIT_REFUSED;
    double saved = started, last = started;
    int64_t first = dn_trainer_steps(run->trainer), steps;
    while ((steps = dn_trainer_steps(run->trainer)) < run->options.steps && !train_finished(run)) {
        bool enough = train_chosen.max_steps && steps - first >= train_chosen.max_steps;
        bool asked[] = {train_interrupted(), skipped_waiting(run->skipped)};
        launched_any_of(asked, 2); /* one sum: among many ranks each costs */
        if (asked[1] && !skipped_share(run->skipped))
            return EXIT_REFUSED;
        if (asked[0] || enough)
            return stop_early(run, started);
        if (!step(run, parts, started))
            return EXIT_REFUSED;
        double now = seconds_now(), took = now - last;
        per_step = per_step > 0 ? 0.95 * per_step + 0.05 * took : took;
        bool ends = (steps + 1) % run->steps_per_epoch == 0;
        show_progress(run, train_chosen.batch_size * train_chosen.accumulate / per_step, per_step,
                      ends);
        if (ends && !(skipped_share(run->skipped) && end_epoch(run, &started)))
            return EXIT_REFUSED;
        if (ends)
            say_notices(run);
        if (ends)
            saved = seconds_now();
        if (now - saved > 60 * train_chosen.save_minutes) {
            count_time(run, &started);
            if (!train_checkpoint_save(run))
                return EXIT_REFUSED;
            saved = seconds_now();
        }
        last = seconds_now();
    }
    say_patience(run);
    return EXIT_DONE;
}

/* The weights to use, on standard output: the best ones if there are any yet. */
static void print_weights(const train_run *run)
{
    static const char *const names[] = {"best", "last"};
    for (int i = run->val ? 0 : 1; i < 2 && launched_first(); i++) {
        char *path;
        if (asprintf(&path, "%s/%s.safetensors", run->folder, names[i]) < 0)
            return;
        bool there = access(path, F_OK) == 0;
        if (there)
            printf("%s\n", path);
        free(path);
        if (there)
            return;
    }
}

/* Options are for steps to come. */
static int refuse_changed(const train_run *run, long long epoch, const char *option)
{
    if (epoch < run->epochs)
        complain("train: %s ended early after epoch %lld, so --%s would change nothing",
                 run->folder, epoch, option);
    else
        complain("train: %s finished after epoch %lld, so --%s would change nothing; --epochs %lld "
                 "continues",
                 run->folder, epoch, option, 2 * epoch);
    return EXIT_REFUSED;
}

static int say_finished(const train_run *run)
{
    long long epoch = dn_trainer_steps(run->trainer) / run->steps_per_epoch;
    if (train_settings_changed())
        return refuse_changed(run, epoch, train_settings_changed());
    if (epoch < run->epochs)
        say_patience(run);
    else
        tell("%s: already finished after epoch %lld; --epochs %lld continues\n", run->folder, epoch,
             2 * epoch);
    print_weights(run);
    return EXIT_DONE;
}

static int say_all_finished(const train_run *run)
{
    complaints_hold();
    int status = say_finished(run);
    launched_agree(status == EXIT_DONE);
    return status;
}

int train_run_loop(train_run *run)
{
    step_parts parts = {0};
    if (train_finished(run))
        return say_all_finished(run);
    launched_work();
    run->skipped = skipped_open(dn_dataset_count(run->train));
    int status = run->skipped && step_parts_open(&parts, train_chosen.accumulate)
                     ? run_steps(run, &parts)
                     : EXIT_REFUSED;
    int64_t skipped = run->skipped ? run->skipped_val + skipped_count(run->skipped) : 0;
    skipped_close(run->skipped);
    step_parts_close(&parts, train_chosen.accumulate);
    if (status != EXIT_DONE)
        return status;
    if (skipped && launched_first())
        complain("%lld picture%s could not be read and %s skipped", (long long)skipped,
                 skipped == 1 ? "" : "s", skipped == 1 ? "was" : "were");
    bool unusable = run->val && train_finished(run) && run->best_loss == DBL_MAX;
    if (unusable && launched_first())
        complain("%s: no validation gave a number, so there is no best.safetensors", run->folder);
    print_weights(run);
    bool part = skipped || unusable || dn_dataset_left_out(run->whole) ||
                (run->val && dn_dataset_left_out(run->val));
    return part ? EXIT_PART : EXIT_DONE;
}
