/* SPDX-License-Identifier: MIT */
/* The entries of a repository, for the files that add some and load them. */
#ifndef NETWORKS_REPOSITORY_ENTRIES_H
#define NETWORKS_REPOSITORY_ENTRIES_H

#include "networks/repository.h"

typedef struct repository_slot {
    char name[NETWORK_NAME_SIZE];
    char *source;
    network *loaded; /* NULL: it is not */
    char fault[256];
    counters counters;
} repository_slot;

struct repository {
    pthread_mutex_t lock;    /* of the slots */
    pthread_mutex_t loading; /* one network is loaded at a time, and slots are added */
    const char *folder, *precision;
    int count;
    repository_slot *slots[REPOSITORY_MOST];
};

/* NULL: there is none of this name. For who holds one of the locks. */
repository_slot *repository_slot_find(repository *r, const char *name);

/* For who holds `loading`. On failure dn_last_error() says why. */
dn_status repository_slot_add(repository *r, const char *name, const char *source,
                              repository_slot **made);

/* Loads a slot's network from its source; the old one stays if that fails. For who holds
 * `loading`. */
dn_status repository_slot_load(repository *r, repository_slot *slot);

/* Puts a network, or none, in a slot's place; the old one answers what it has begun. */
void repository_slot_replace(repository *r, repository_slot *slot, network *loaded);

#endif
