/* SPDX-License-Identifier: MIT */
#include "run/train_run.h"
#include "ui/memory_headroom.h"
#include "ui/report.h"

/* In float32 whatever trains: the same weights have the same figures in every run, and by `densenet
 * eval`. */
dn_evaluate_options train_validation(const train_run *run)
{
    return (dn_evaluate_options){
        .struct_size = sizeof(dn_evaluate_options),
        .threads = run->options.threads,
        .size = run->height,
        .preprocess = run->preprocess,
        .width = run->width,
        .machines = run->options.machines,
    };
}

static bool memory_is_enough(const train_run *run)
{
    return memory_suffices(
        (double)run->bytes, "train: %d picture%s, %d wide and %d high, in a pass",
        run->options.batch, run->options.batch == 1 ? "" : "s", run->width, run->height);
}

bool train_memory_plan(train_run *run, const dn_model *start)
{
    const dn_evaluate_options validation = train_validation(run);
    size_t trainer, evaluation;
    if (!ok_or_complain(dn_trainer_plan(dn_model_arch(start), &run->options, &trainer)))
        return false;
    run->bytes += trainer + dn_loader_bytes(run->loader);
    if (!memory_is_enough(run))
        return false;
    if (!run->val)
        return true;
    if (!ok_or_complain(dn_evaluate_plan(start, run->val, &validation, &evaluation)))
        return false;
    run->bytes += evaluation + dn_arch_parameters(&run->arch) * sizeof(float);
    return memory_is_enough(run);
}
