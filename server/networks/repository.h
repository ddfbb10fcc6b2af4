/* SPDX-License-Identifier: MIT */
/* The networks by their names. All functions may be called by any thread. */
#ifndef NETWORKS_REPOSITORY_H
#define NETWORKS_REPOSITORY_H

#include "networks/network_name.h"
#include "networks/served_network.h"

#include <stdbool.h>

enum { REPOSITORY_MOST = 256 };

typedef struct repository repository;

/* One name, as the repository extension of the protocol lists it. */
typedef struct repository_entry {
    char name[NETWORK_NAME_SIZE];
    bool loaded;
    char fault[256];    /* why the last try failed; "" if none did */
    counters *counters; /* as long as the repository */
    size_t bytes;       /* of the network's weights and idle sessions; 0: it is not loaded */
} repository_entry;

/* folder: whose weight files may be loaded by name, or NULL. precision: of all networks. */
dn_status repository_create(const char *folder, const char *precision, repository **made);

/* Adds a network of the command line and loads it: "NAME=FILE", or "FILE", whose name is that of
 * the file without its ending. */
dn_status repository_add(repository *r, const char *argument);

/* Loads all networks of the folder; says of each that cannot be loaded why. Fails if the folder
 * cannot be read. */
dn_status repository_add_folder(repository *r, void (*say)(const char *sentence));

/* Loads a network again from where it came, or for the first time from the folder. Requests go on
 * with the old one meanwhile, and if it fails. DN_ERROR_ARGUMENT if there is none of this name. */
dn_status repository_load(repository *r, const char *name);

/* Forgets a network, which answers what it has begun. DN_ERROR_ARGUMENT if it is not loaded. */
dn_status repository_unload(repository *r, const char *name);

/* Loads again all networks that are loaded or could not be, and those that came to the folder
 * since; not those that were unloaded. Returns how many failed, each with a call of say. */
int repository_reload(repository *r, void (*say)(const char *sentence));

/* The network of a name, NULL: the first. Held for the caller; NULL if there is none. */
network *repository_find(repository *r, const char *name);

/* Writes at most `most` entries; returns their number. */
int repository_list(repository *r, repository_entry *entries, int most);

void repository_free(repository *r);

#endif
