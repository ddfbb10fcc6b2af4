/* SPDX-License-Identifier: MIT */
/* The ways into a repository: the command line, its folder, requests and signals. */
#include "base/status.h"
#include "networks/network_folder.h"
#include "networks/repository_entries.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static dn_status add(repository *r, const char *name, const char *source)
{
    repository_slot *e = NULL;
    pthread_mutex_lock(&r->loading);
    dn_status status = repository_slot_find(r, name)
                           ? dn_fail(DN_ERROR_ARGUMENT,
                                     "two networks are called %s; NAME=FILE "
                                     "gives one another name",
                                     name)
                           : repository_slot_add(r, name, source, &e);
    if (status == DN_OK)
        status = repository_slot_load(r, e);
    pthread_mutex_unlock(&r->loading);
    return status;
}

dn_status repository_add(repository *r, const char *argument)
{
    char name[NETWORK_NAME_SIZE];
    const char *equals = strchr(argument, '=');
    if (!equals || memchr(argument, '/', (size_t)(equals - argument))) {
        network_name_of_file(argument, name);
        return add(r, name, argument);
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - argument), argument);
    if (!network_name_is_valid(name) || (size_t)(equals - argument) >= sizeof name)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%s: a network's name has letters, digits, \"-\", \"_\" and \".\"",
                       argument);
    if (!equals[1])
        return dn_fail(DN_ERROR_ARGUMENT, "%s: a weight file, or a name, belongs after the \"=\"",
                       argument);
    return add(r, name, equals + 1);
}

typedef struct folder_reading {
    repository *repository;
    void (*say)(const char *sentence);
    int failed;
} folder_reading;

static void add_from_folder(void *context, const char *name, const char *path)
{
    const folder_reading *reading = context;
    if (add(reading->repository, name, path) != DN_OK)
        reading->say(dn_last_error());
}

dn_status repository_add_folder(repository *r, void (*say)(const char *sentence))
{
    folder_reading reading = {r, say, 0};
    return network_folder_each(r->folder, add_from_folder, &reading);
}

dn_status repository_load(repository *r, const char *name)
{
    char path[PATH_MAX];
    pthread_mutex_lock(&r->loading);
    repository_slot *e = repository_slot_find(r, name);
    dn_status status = DN_OK;
    if (!e && !(r->folder && network_folder_find(r->folder, name, path)))
        status = dn_fail(DN_ERROR_ARGUMENT, "there is no network called %.100s", name);
    else if (!e)
        status = repository_slot_add(r, name, path, &e);
    if (status == DN_OK)
        status = repository_slot_load(r, e);
    pthread_mutex_unlock(&r->loading);
    return status;
}

dn_status repository_unload(repository *r, const char *name)
{
    pthread_mutex_lock(&r->loading);
    repository_slot *e = repository_slot_find(r, name);
    bool loaded = e && e->loaded;
    if (loaded)
        repository_slot_replace(r, e, NULL);
    pthread_mutex_unlock(&r->loading);
    return loaded ? DN_OK : dn_fail(DN_ERROR_ARGUMENT, "no network called %.100s is loaded", name);
}

static bool is_listed(repository *r, const char *name)
{
    pthread_mutex_lock(&r->lock);
    bool listed = repository_slot_find(r, name);
    pthread_mutex_unlock(&r->lock);
    return listed;
}

static void add_new(void *context, const char *name, const char *path)
{
    folder_reading *reading = context;
    if (is_listed(reading->repository, name) || add(reading->repository, name, path) == DN_OK)
        return;
    reading->say(dn_last_error());
    reading->failed++;
}

int repository_reload(repository *r, void (*say)(const char *sentence))
{
    folder_reading reading = {r, say, 0};
    pthread_mutex_lock(&r->loading);
    for (int i = 0; i < r->count; i++) {
        repository_slot *e = r->slots[i];
        if ((e->loaded || e->fault[0]) && repository_slot_load(r, e) != DN_OK) {
            say(dn_last_error());
            reading.failed++;
        }
    }
    pthread_mutex_unlock(&r->loading);
    if (r->folder && network_folder_each(r->folder, add_new, &reading) != DN_OK) {
        say(dn_last_error());
        reading.failed++;
    }
    return reading.failed;
}
