/* SPDX-License-Identifier: MIT */
#include "networks/repository_entries.h"

#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

repository_slot *repository_slot_find(repository *r, const char *name)
{
    for (int i = 0; i < r->count; i++)
        if (strcmp(r->slots[i]->name, name) == 0)
            return r->slots[i];
    return NULL;
}

dn_status repository_slot_add(repository *r, const char *name, const char *source,
                              repository_slot **made)
{
    if (r->count == REPOSITORY_MOST)
        return dn_fail(DN_ERROR_LIMIT, "%s: there are %d networks already", source, r->count);
    repository_slot *e = calloc(1, sizeof *e);
    if (!e || !(e->source = strdup(source))) {
        free(e);
        return dn_fail_memory(sizeof *e);
    }
    snprintf(e->name, sizeof e->name, "%s", name);
    counters_begin(&e->counters);
    pthread_mutex_lock(&r->lock);
    r->slots[r->count++] = e;
    pthread_mutex_unlock(&r->lock);
    *made = e;
    return DN_OK;
}

void repository_slot_replace(repository *r, repository_slot *e, network *loaded)
{
    pthread_mutex_lock(&r->lock);
    network *old = e->loaded;
    e->loaded = loaded;
    e->fault[0] = '\0';
    pthread_mutex_unlock(&r->lock);
    network_release(old);
}

dn_status repository_slot_load(repository *r, repository_slot *e)
{
    network *loaded = NULL;
    dn_status status = network_open(e->name, e->source, r->precision, &loaded);
    if (status == DN_OK) {
        loaded->counters = &e->counters;
        repository_slot_replace(r, e, loaded);
        return DN_OK;
    }
    pthread_mutex_lock(&r->lock);
    snprintf(e->fault, sizeof e->fault, "%s", dn_last_error());
    pthread_mutex_unlock(&r->lock);
    return status;
}
