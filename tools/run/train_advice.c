/* SPDX-License-Identifier: MIT */
#include "run/train_run.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <string.h>
#include <strings.h>

/* Names under which CheXpert, NIH, MIMIC, PadChest and the folders of contests have findings. */
static bool is_finding(const char *name)
{
    static const char *const findings[] = {
        "atelectasis",  "cardiomegaly",   "consolidation",      "covid",
        "covid-19",     "edema",          "effusion",           "emphysema",
        "fibrosis",     "infiltration",   "lung lesion",        "lung opacity",
        "no finding",   "normal",         "pleural effusion",   "pleural_thickening",
        "pneumonia",    "pneumothorax",   "pleural thickening", "support devices",
        "tuberculosis", "viral pneumonia"};
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
        if (strcasecmp(name, findings[i]) == 0)
            return true;
    return false;
}

void train_advise(const train_run *run)
{
    int found = 0, count = dn_dataset_outputs(run->whole);
    bool meant = train_chosen.recipe && strcmp(train_chosen.recipe, "xray") == 0;
    for (int i = 0; i < count; i++)
        found += is_finding(dn_dataset_label(run->whole, i));
    if (found < 2 || meant || train_chosen.augment_chosen || train_chosen.resume)
        return;
    complain("warning: %s: its %s look like findings in X-rays, and pictures are mirrored and "
             "cropped as photographs are; --recipe xray does not mirror them, and crops less",
             dn_dataset_source(run->whole),
             dn_dataset_objective(run->whole) == DN_OBJECTIVE_LABELS ? "labels" : "classes");
}
