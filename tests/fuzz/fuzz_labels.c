/* SPDX-License-Identifier: MIT */
/* A text file of labels for a network with three outputs. */
#include "files/labels.h"
#include "memory_file.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 3 };

static dn_model *create_model(void)
{
    dn_arch arch;
    dn_model *model;
    if (dn_arch_find("densenet-bc-10-4", &arch) != DN_OK)
        abort();
    arch.classes = CLASSES;
    if (dn_model_init(&arch, DN_INIT_PAPER, 1, &model) != DN_OK)
        abort();
    return model;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dn_model *model;
    if (!model)
        model = create_model();
    if (!labels_read(memory_file("labels.txt", data, size), model))
        return 0;
    size_t length = 0;
    for (int i = 0; i < CLASSES; i++) {
        const char *label = dn_model_label(model, i);
        if (!label || strchr(label, '\n'))
            abort();
        length += strlen(label);
    }
    if (length > size)
        abort();
    return 0;
}
