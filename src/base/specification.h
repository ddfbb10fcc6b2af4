/* SPDX-License-Identifier: MIT */
/* Settings as text: "NAME,key=value,key=value", a set of them by its name and changes. */
#ifndef DN_BASE_SPECIFICATION_H
#define DN_BASE_SPECIFICATION_H

#include "base/status.h"

typedef struct dn_setting {
    const char *key;
    const char *expected; /* of a value, in words, for messages */
} dn_setting;

/* A table of names and one of settings, each by index; NULL past their ends. */
typedef struct dn_specification {
    const char *subject; /* begins messages: "augment" */
    bool named;          /* a name has to come first */
    const char *(*name)(int index);
    const dn_setting *(*setting)(int index);
    void (*begin)(void *settings, int name);
    bool (*set)(void *settings, int setting, const char *value); /* false: it does not fit */
} dn_specification;

/* Changes `settings` as the text says, which may leave them half changed where it
 * fails. Numbers have points in every locale. */
dn_status dn_specification_read(const dn_specification *language, const char *text, void *settings);

#endif
