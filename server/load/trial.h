/* SPDX-License-Identifier: MIT */
#ifndef LOAD_TRIAL_H
#define LOAD_TRIAL_H

#include "densenet.h"

/* Asks the server at a socket for predictions of a picture file, by 1, 8 and 64 clients, and
 * prints what that gave, as a table or as JSON. api_key may be NULL. */
dn_status trial_run(int listening, const char *picture, const char *api_key, bool json);

#endif
