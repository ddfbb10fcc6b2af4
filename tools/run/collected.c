/* SPDX-License-Identifier: MIT */
#include "run/collected.h"

#include "ui/memory_headroom.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static bool collect_sizes(const dn_machines *machines, uint64_t size, collected *all)
{
    all->sizes = calloc((size_t)machines->count, sizeof *all->sizes);
    if (!all->sizes)
        return complain("out of memory for %d ranks", machines->count);
    if (!ok_or_complain(machines->gather(machines->context, &size, sizeof size, all->sizes)))
        return false;
    all->each = size;
    for (int i = 0; i < machines->count; i++)
        all->each = all->sizes[i] > all->each ? all->sizes[i] : all->each;
    return true;
}

bool collect(const dn_machines *machines, const void *own, uint64_t size, collected *all)
{
    *all = (collected){0};
    if (!collect_sizes(machines, size, all))
        return false;
    double bytes = (double)all->each * (1.0 + machines->count);
    if (!memory_suffices(bytes, "what %d processes tell one another", machines->count))
        return false;
    char *padded = calloc(1, all->each + 1);
    all->bytes = calloc((size_t)machines->count, all->each + 1);
    bool sound = (padded && all->bytes) || complain("out of memory for %d ranks", machines->count);
    if (sound) {
        memcpy(padded, own, size);
        sound = ok_or_complain(machines->gather(machines->context, padded, all->each, all->bytes));
    }
    free(padded);
    return sound;
}

const char *collected_of(const collected *all, int rank)
{
    return all->bytes + (size_t)rank * all->each;
}

void collected_free(collected *all)
{
    free(all->bytes);
    free(all->sizes);
    *all = (collected){0};
}
