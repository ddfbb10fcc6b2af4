/* SPDX-License-Identifier: MIT */
/* From --weights to a model. */
#ifndef TOOL_WEIGHTS_H
#define TOOL_WEIGHTS_H

#include "arguments/options.h"
#include "densenet.h"

/* --concat and --state; these with what a network computes; and all with --weights. */
extern const option_row tensor_options[];
extern const option_row reading_options[];
extern const option_row weights_options[];

/* Whether an output is not one of the files that weights of this name are read from; complains if
 * it is. Either may be NULL. */
bool weights_are_distinct(const char *output, const char *name);

/* The file that NAME means: itself, or a pulled network's in the cache. NULL if
 * it has complained; valid until the next call. */
const char *weights_path(const char *name);

/* The model in that file, read according to --concat; or, if no file is called
 * "builtin", the built-in network. */
dn_status weights_read(const char *path, dn_model **model);

/* Complains and returns false if a file's name promises a format that is not
 * written. */
bool weights_name_valid(const char *path);

/* Loads FILE|NAME and shows the model's warning. NULL if it has complained. */
dn_model *weights_open(const char *name);

/* Complains and returns false if the network has no head, and so no answers. */
bool weights_have_head(const dn_model *model, const char *name);

/* The name of one of tensor_options that was given; NULL if none was. */
const char *tensor_option_given(void);

/* The value of --weights; NULL if it was not given. */
const char *weights_argument(void);

/* What --task of a command says: "classes", "labels" or NULL. Models read after this have it. */
void weights_set_task(const char *asked);

/* weights_open of --weights, which must have been given. */
dn_model *weights_load(void);

#endif
