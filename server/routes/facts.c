/* SPDX-License-Identifier: MIT */
#include "routes/facts.h"

#include "context.h"
#include "networks/picture.h"

#include <string.h>

enum { MOST_BATCH = 256 };

static const char *label_of(const void *model, int output)
{
    return dn_model_label(model, output);
}

bool facts_find(exchange *x, model_facts *facts)
{
    const network *n = x->network;
    const dn_arch *arch = dn_model_arch(n->model);
    if (x->parts[1] && strcmp(x->parts[1], MODEL_VERSION) != 0) {
        exchange_refuse(x, 404, "network \"%s\" has no version \"%.40s\", but " MODEL_VERSION,
                        n->name, x->parts[1]);
        return false;
    }
    *facts = (model_facts){.name = n->name,
                           .channels = arch->channels,
                           .height = -1,
                           .width = -1,
                           .smallest = dn_arch_smallest_input(arch),
                           .classes = n->classes,
                           .most_batch = MOST_BATCH,
                           .most_pixels = picture_most_computed(x->server->options->most_pixels),
                           .label = label_of,
                           .labels = n->model};
    (void)dn_preprocess_fixed_size(&n->preprocess, &facts->width, &facts->height);
    return true;
}
