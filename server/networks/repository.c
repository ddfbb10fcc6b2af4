/* SPDX-License-Identifier: MIT */
#include "networks/repository_entries.h"

#include "base/status.h"

#include <stdlib.h>
#include <string.h>

dn_status repository_create(const char *folder, const char *precision, repository **made)
{
    repository *r = calloc(1, sizeof *r);
    if (!r)
        return dn_fail_memory(sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    pthread_mutex_init(&r->loading, NULL);
    r->folder = folder;
    r->precision = precision;
    *made = r;
    return DN_OK;
}

network *repository_find(repository *r, const char *name)
{
    network *found = NULL;
    pthread_mutex_lock(&r->lock);
    if (name) {
        repository_slot *e = repository_slot_find(r, name);
        found = network_hold(e ? e->loaded : NULL);
    }
    for (int i = 0; !name && !found && i < r->count; i++)
        found = network_hold(r->slots[i]->loaded);
    pthread_mutex_unlock(&r->lock);
    return found;
}

int repository_list(repository *r, repository_entry *entries, int most)
{
    pthread_mutex_lock(&r->lock);
    int count = r->count < most ? r->count : most;
    for (int i = 0; i < count; i++) {
        repository_slot *e = r->slots[i];
        entries[i] = (repository_entry){.loaded = e->loaded != NULL, .counters = &e->counters};
        if (e->loaded)
            entries[i].bytes = session_pool_bytes(e->loaded->sessions);
        memcpy(entries[i].name, e->name, sizeof e->name);
        memcpy(entries[i].fault, e->fault, sizeof e->fault);
    }
    pthread_mutex_unlock(&r->lock);
    return count;
}

void repository_free(repository *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->count; i++) {
        network_release(r->slots[i]->loaded);
        counters_end(&r->slots[i]->counters);
        free(r->slots[i]->source);
        free(r->slots[i]);
    }
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->loading);
    free(r);
}
