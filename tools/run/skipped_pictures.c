/* SPDX-License-Identifier: MIT */
#include "run/skipped_pictures.h"

#include "run/collected.h"
#include "run/launched.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

struct skipped_pictures {
    bool *named; /* of each picture, by whichever rank */
    int64_t count;
    int32_t *met; /* by this rank, not shared yet */
    char **reasons;
    int met_count, capacity;
};

skipped_pictures *skipped_open(int pictures)
{
    skipped_pictures *skipped = calloc(1, sizeof *skipped);
    if (skipped)
        skipped->named = calloc((size_t)pictures, sizeof *skipped->named);
    if (skipped && skipped->named)
        return skipped;
    skipped_close(skipped);
    complain("out of memory for %d pictures", pictures);
    return NULL;
}

static void name(skipped_pictures *skipped, int index)
{
    complain("skipped: %s", skipped->reasons[index]);
}

static void forget_met(skipped_pictures *skipped)
{
    for (int i = 0; i < skipped->met_count; i++)
        free(skipped->reasons[i]);
    skipped->met_count = 0;
}

void skipped_close(skipped_pictures *skipped)
{
    if (!skipped)
        return;
    for (int i = 0; i < skipped->met_count; i++)
        name(skipped, i);
    forget_met(skipped);
    free(skipped->named);
    free(skipped->met);
    free(skipped->reasons);
    free(skipped);
}

static bool grow(skipped_pictures *skipped)
{
    int capacity = skipped->capacity ? 2 * skipped->capacity : 16;
    int32_t *met = realloc(skipped->met, (size_t)capacity * sizeof *met);
    skipped->met = met ? met : skipped->met;
    char **reasons = met ? realloc(skipped->reasons, (size_t)capacity * sizeof *reasons) : NULL;
    skipped->reasons = reasons ? reasons : skipped->reasons;
    skipped->capacity = reasons ? capacity : skipped->capacity;
    return reasons;
}

bool skipped_add(skipped_pictures *skipped, const dn_skip *skip)
{
    if (skipped->named[skip->sample])
        return true;
    char *reason = strdup(skip->reason);
    if (!reason || (skipped->met_count == skipped->capacity && !grow(skipped))) {
        free(reason);
        return complain("out of memory for pictures that cannot be read");
    }
    skipped->reasons[skipped->met_count] = reason;
    skipped->met[skipped->met_count++] = skip->sample;
    return true;
}

bool skipped_waiting(const skipped_pictures *skipped)
{
    return skipped->met_count > 0;
}

/* What a rank has met; this one names its own. */
static void take(skipped_pictures *skipped, const int32_t *met, uint64_t count, bool own)
{
    for (uint64_t i = 0; i < count; i++) {
        if (skipped->named[met[i]])
            continue;
        skipped->named[met[i]] = true;
        skipped->count++;
        if (own)
            name(skipped, (int)i);
    }
}

static bool take_all(skipped_pictures *skipped)
{
    collected all;
    const void *met = skipped->met ? (const void *)skipped->met : "";
    size_t bytes = (size_t)skipped->met_count * sizeof *skipped->met;
    bool sound = collect(launched_machines(), met, bytes, &all);
    for (int i = 0; sound && i < launched_count(); i++)
        take(skipped, (const int32_t *)(const void *)collected_of(&all, i),
             all.sizes[i] / sizeof *skipped->met, i == launched_rank());
    collected_free(&all);
    return sound;
}

bool skipped_share(skipped_pictures *skipped)
{
    bool sound = true;
    if (launched_machines())
        sound = take_all(skipped);
    else
        take(skipped, skipped->met, (uint64_t)skipped->met_count, true);
    if (sound)
        forget_met(skipped);
    return sound;
}

int64_t skipped_count(const skipped_pictures *skipped)
{
    return skipped->count;
}
