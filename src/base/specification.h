/* SPDX-License-Identifier: MIT */
/* Settings as text: "NAME,key=value,key=value", a set of them by its name and changes. */
#ifndef DN_BASE_SPECIFICATION_H
#define DN_BASE_SPECIFICATION_H

#include "base/status.h"

typedef struct dn_specification {
    const char *subject;      /* begins messages: "augment" */
    const char *names, *keys; /* lists for messages */
    bool named;               /* a name has to come first */
    /* Makes `settings` those of that name; false where it is none. */
    bool (*begin)(void *settings, const char *name);
    /* False where the value does not fit: *expected says what would, or is left
     * NULL where there is no such key. */
    bool (*set)(void *settings, const char *key, const char *value, const char **expected);
} dn_specification;

/* Changes `settings` as the text says, which may leave them half changed where it
 * fails. Numbers have points in every locale. */
dn_status dn_specification_read(const dn_specification *language, const char *text, void *settings);

#endif
