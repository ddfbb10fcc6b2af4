/* SPDX-License-Identifier: MIT */
#include "loading/doubled_name.h"

#include <string.h>

enum { MOST = 16 };

typedef struct component {
    const char *at;
    size_t length;
} component;

/* The components of a name; 0 if there are too many. */
static size_t split(const char *name, component parts[MOST])
{
    size_t count = 0;
    for (;;) {
        size_t length = strcspn(name, "./");
        if (count == MOST)
            return 0;
        parts[count++] = (component){name, length};
        if (!name[length])
            return count;
        name += length + 1;
    }
}

/* Keras' HDF5 files keep "conv1_bn/gamma" in the group "conv1_bn", and a nested model's in groups
 * of its own; whoever lists the tensors by their paths has the layer twice. */
const char *dn_undoubled_name(const char *name, char text[DN_UNDOUBLED_SIZE])
{
    component parts[MOST];
    size_t count = split(name, parts), layer = count - 2, length = strlen(name);
    if (count < 3 || length >= DN_UNDOUBLED_SIZE)
        return name;
    for (size_t i = 0; i < layer; i++)
        if (parts[i].length == parts[layer].length &&
            memcmp(parts[i].at, parts[layer].at, parts[i].length) == 0) {
            size_t before = (size_t)(parts[i].at - name), after = (size_t)(parts[layer].at - name);
            memcpy(text, name, before);
            memcpy(text + before, name + after, length - after + 1);
            return text;
        }
    return name;
}
