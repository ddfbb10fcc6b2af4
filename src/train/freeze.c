/* SPDX-License-Identifier: MIT */
#include "train/trainer.h"

#include <stdio.h>
#include <string.h>

static bool place_is(const dn_key *key, const char *name, size_t length)
{
    char place[DN_NAME_SIZE];
    switch (key->role) {
    case DN_ROLE_STEM:
        snprintf(place, sizeof place, "stem");
        break;
    case DN_ROLE_LAYER:
        snprintf(place, sizeof place, "block%d", key->block + 1);
        break;
    case DN_ROLE_TRANSITION:
        snprintf(place, sizeof place, "transition%d", key->block + 1);
        break;
    case DN_ROLE_FINAL:
        snprintf(place, sizeof place, "final");
        break;
    case DN_ROLE_HEAD:
        snprintf(place, sizeof place, "classifier");
        break;
    }
    return strlen(place) == length && memcmp(place, name, length) == 0;
}

static int freeze_place(const char *name, size_t length, const dn_layout *layout, bool *frozen)
{
    bool features = length == 8 && memcmp(name, "features", 8) == 0;
    int count = 0;
    for (int i = 0; i < layout->count; i++) {
        const dn_key *key = &layout->slots[i].key;
        if (features ? key->role != DN_ROLE_HEAD : place_is(key, name, length)) {
            frozen[i] = true;
            count++;
        }
    }
    return count;
}

dn_status dn_freeze(const char *list, const dn_layout *layout, bool *frozen)
{
    for (const char *name = list; *name;) {
        size_t length = strcspn(name, ",");
        if (freeze_place(name, length, layout, frozen) == 0)
            return dn_fail(DN_ERROR_ARGUMENT,
                           "freeze: the network has no \"%.*s\"; stem, block1, transition1, "
                           "final, classifier and features are such names",
                           (int)length, name);
        name += length + (name[length] == ',');
    }
    return DN_OK;
}
