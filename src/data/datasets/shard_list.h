/* SPDX-License-Identifier: MIT */
/* Many archives under one name: a pattern, or a text file that lists them. */
#ifndef DN_DATASETS_SHARD_LIST_H
#define DN_DATASETS_SHARD_LIST_H

#include "data/datasets/dataset.h"

/* Whether a path, if there is no such file, stands for archives: it has braces or wildcards, or is
 * a URL. */
bool dn_is_shard_pattern(const char *path);

/* Whether a file begins with a line that names an archive. */
bool dn_is_shard_list(const dn_probe *probe);

/* Adds the archives of a pattern: {000..127} and {a,b} in their order, each then with its *, ? and
 * [] sorted, bytewise; those of a URL are its own characters. */
dn_status dn_add_shards(const char *pattern, dn_name_list *paths);

/* Adds those of a list's lines, which may be patterns, in their order; relative ones are beside the
 * list. Empty lines and those that begin with # are passed over. */
dn_status dn_add_listed_shards(const char *path, dn_name_list *paths);

/* Either, of a path that is one or the other; none of other data. */
dn_status dn_list_shards(const dn_probe *probe, dn_name_list *paths);

#endif
