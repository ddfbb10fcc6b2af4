/* SPDX-License-Identifier: MIT */
/* Ranks that are to train together are compared before the first step. */
#include "run/launched.h"
#include "run/same_everywhere.h"
#include "run/train_record.h"
#include "run/train_settings.h"
#include "ui/report.h"

bool train_ranks_agree(const train_run *run)
{
    static const char *const data[] = {"data-fingerprint", "val-fingerprint"};
    json_t *object = train_settings_values(run->chosen, true), *resolved = train_record_resolved();
    for (size_t i = 0; i < 2; i++) /* before what follows from it */
        json_object_set(object, data[i], json_object_get(resolved, data[i]));
    json_object_update_new(object, resolved);
    return same_everywhere(object);
}

bool train_states_agree(const train_run *run)
{
    dn_model *model;
    char digest[65] = "";
    if (!launched_machines())
        return true;
    bool sound = ok_or_complain(dn_trainer_model(run->trainer, false, &model));
    if (sound) {
        model_digest(model, digest);
        dn_model_free(model);
    }
    return launched_agree(sound) &&
           same_everywhere(json_pack("{s:I, s:s}", "the step",
                                     (json_int_t)dn_trainer_steps(run->trainer),
                                     "the weights' SHA-256", digest));
}
