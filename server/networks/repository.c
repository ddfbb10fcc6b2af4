/* SPDX-License-Identifier: MIT */
#include "networks/repository.h"

#include "base/status.h"
#include "networks/network_folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    char name[NETWORK_NAME_SIZE];
    char *source;
    network *loaded; /* NULL: it is not */
    char fault[256];
    counters counters;
} entry;

struct repository {
    pthread_mutex_t lock;    /* of the entries */
    pthread_mutex_t loading; /* one network is loaded at a time, and entries are added */
    const char *folder, *precision;
    int count;
    entry *entries[REPOSITORY_MOST];
};

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

static entry *find(repository *r, const char *name)
{
    for (int i = 0; i < r->count; i++)
        if (strcmp(r->entries[i]->name, name) == 0)
            return r->entries[i];
    return NULL;
}

static dn_status append(repository *r, const char *name, const char *source, entry **made)
{
    if (r->count == REPOSITORY_MOST)
        return dn_fail(DN_ERROR_LIMIT, "%s: there are %d networks already", source, r->count);
    entry *e = calloc(1, sizeof *e);
    if (!e || !(e->source = strdup(source))) {
        free(e);
        return dn_fail_memory(sizeof *e);
    }
    snprintf(e->name, sizeof e->name, "%s", name);
    counters_begin(&e->counters);
    pthread_mutex_lock(&r->lock);
    r->entries[r->count++] = e;
    pthread_mutex_unlock(&r->lock);
    *made = e;
    return DN_OK;
}

/* Puts a network, or none, in an entry's place; the old one answers what it has begun. */
static void replace(repository *r, entry *e, network *loaded)
{
    pthread_mutex_lock(&r->lock);
    network *old = e->loaded;
    e->loaded = loaded;
    e->fault[0] = '\0';
    pthread_mutex_unlock(&r->lock);
    network_release(old);
}

static dn_status load(repository *r, entry *e)
{
    network *loaded = NULL;
    dn_status status = network_open(e->name, e->source, r->precision, &loaded);
    if (status == DN_OK) {
        loaded->counters = &e->counters;
        replace(r, e, loaded);
        return DN_OK;
    }
    pthread_mutex_lock(&r->lock);
    snprintf(e->fault, sizeof e->fault, "%s", dn_last_error());
    pthread_mutex_unlock(&r->lock);
    return status;
}

static dn_status add(repository *r, const char *name, const char *source)
{
    entry *e = NULL;
    pthread_mutex_lock(&r->loading);
    dn_status status = find(r, name) ? dn_fail(DN_ERROR_ARGUMENT,
                                               "two networks are called %s; NAME=FILE "
                                               "gives one another name",
                                               name)
                                     : append(r, name, source, &e);
    if (status == DN_OK)
        status = load(r, e);
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
    entry *e = find(r, name);
    dn_status status = DN_OK;
    if (!e && !(r->folder && network_folder_find(r->folder, name, path)))
        status = dn_fail(DN_ERROR_ARGUMENT, "there is no network called %.100s", name);
    else if (!e)
        status = append(r, name, path, &e);
    if (status == DN_OK)
        status = load(r, e);
    pthread_mutex_unlock(&r->loading);
    return status;
}

dn_status repository_unload(repository *r, const char *name)
{
    pthread_mutex_lock(&r->loading);
    entry *e = find(r, name);
    bool loaded = e && e->loaded;
    if (loaded)
        replace(r, e, NULL);
    pthread_mutex_unlock(&r->loading);
    return loaded ? DN_OK : dn_fail(DN_ERROR_ARGUMENT, "no network called %.100s is loaded", name);
}

static bool is_listed(repository *r, const char *name)
{
    pthread_mutex_lock(&r->lock);
    bool listed = find(r, name);
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
        entry *e = r->entries[i];
        if ((e->loaded || e->fault[0]) && load(r, e) != DN_OK) {
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

network *repository_find(repository *r, const char *name)
{
    network *found = NULL;
    pthread_mutex_lock(&r->lock);
    if (name) {
        entry *e = find(r, name);
        found = network_hold(e ? e->loaded : NULL);
    }
    for (int i = 0; !name && !found && i < r->count; i++)
        found = network_hold(r->entries[i]->loaded);
    pthread_mutex_unlock(&r->lock);
    return found;
}

int repository_list(repository *r, repository_entry *entries, int most)
{
    pthread_mutex_lock(&r->lock);
    int count = r->count < most ? r->count : most;
    for (int i = 0; i < count; i++) {
        entry *e = r->entries[i];
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
        network_release(r->entries[i]->loaded);
        counters_end(&r->entries[i]->counters);
        free(r->entries[i]->source);
        free(r->entries[i]);
    }
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->loading);
    free(r);
}
