/* SPDX-License-Identifier: MIT */
#include "train/trainer.h"

#include "network/names.h"

#include <string.h>

/* A block's name includes all of its layers. */
static bool place_is(const dn_key *key, const char *name, size_t length)
{
    char place[DN_NAME_SIZE];
    dn_place_name(key, place);
    return strncmp(place, name, length) == 0 && (!place[length] || place[length] == '.');
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
                           "freeze: the network has no \"%.*s\"; its parts have names such as "
                           "stem, block1, transition1, final, head and features",
                           (int)length, name);
        name += length + (name[length] == ',');
    }
    return DN_OK;
}
