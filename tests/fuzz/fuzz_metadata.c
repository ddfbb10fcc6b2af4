/* SPDX-License-Identifier: MIT */
/* What a weight file says of its own network: the JSON object of its metadata, put before the
 * tensors of a small one. What is believed is written so that it is believed again. */
#include "base/json.h"
#include "loading/load.h"
#include "memory_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *tensors; /* after the header */
static size_t tensor_bytes;
static char *entries; /* of the header but for its metadata: ,"NAME":{...},...} */
static size_t entry_bytes;

static void take_apart(const unsigned char *file, size_t size)
{
    uint64_t header;
    json_t *object;
    dn_budget budget;
    memcpy(&header, file, sizeof header);
    dn_budget_begin(size, &budget);
    if (dn_json_parse((const char *)file + sizeof header, header, "header", &budget, &object) !=
        DN_OK)
        abort();
    json_object_del(object, "__metadata__");
    entries = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    tensor_bytes = size - sizeof header - header;
    tensors = malloc(tensor_bytes);
    if (!entries || !tensors)
        abort();
    entries[0] = ',';
    entry_bytes = strlen(entries);
    memcpy(tensors, file + sizeof header + header, tensor_bytes);
}

static void create_network(void)
{
    static const dn_arch arch = {.block_count = 1,
                                 .blocks = {1},
                                 .growth = 1,
                                 .bottleneck = 1,
                                 .stem_channels = 2,
                                 .stem = DN_STEM_CIFAR,
                                 .channels = 3,
                                 .classes = 2,
                                 .compression = 1,
                                 .bn_epsilon = 1e-5};
    char path[256];
    dn_model *model;
    dn_file_map map;
    snprintf(path, sizeof path, "%s/network.safetensors", memory_folder());
    if (dn_model_init(&arch, DN_INIT_PAPER, 1, &model) != DN_OK ||
        dn_model_save(model, path, NULL) != DN_OK ||
        dn_file_read(path, DN_FILE_ANY_SIZE, &map) != DN_OK)
        abort();
    dn_model_free(model);
    remove(path);
    take_apart(map.data, map.size);
    dn_file_map_close(&map);
}

static unsigned char *compose(const uint8_t *data, size_t size, size_t *total)
{
    static const char begin[] = "{\"__metadata__\":";
    uint64_t header = sizeof begin - 1 + size + entry_bytes;
    *total = sizeof header + header + tensor_bytes;
    unsigned char *bytes = malloc(*total), *at = bytes;
    if (!bytes)
        return NULL;
    memcpy(at, &header, sizeof header);
    memcpy(at += sizeof header, begin, sizeof begin - 1);
    if (size)
        memcpy(at += sizeof begin - 1, data, size);
    else
        at += sizeof begin - 1;
    memcpy(at += size, entries, entry_bytes);
    memcpy(at + entry_bytes, tensors, tensor_bytes);
    return bytes;
}

static void check(const dn_model *model)
{
    dn_preprocess preprocess;
    if (dn_arch_check(dn_model_arch(model)) != DN_OK || !(dn_model_temperature(model) > 0))
        abort();
    if (dn_model_preprocess(model, &preprocess)) {
        char text[256];
        dn_preprocess_format(&preprocess, text, sizeof text);
        if (dn_preprocess_parse(text, &preprocess) != DN_OK)
            abort();
    }
    for (int i = 0; i < dn_model_arch(model)->classes; i++) {
        float threshold = model->thresholds ? model->thresholds[i] : NAN;
        if ((model->labels && !dn_model_label(model, i)) || threshold <= 0 || threshold >= 1)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t total;
    dn_model *model;
    if (!entries)
        create_network();
    unsigned char *bytes = compose(data, size, &total);
    if (bytes && dn_model_read(bytes, total, "file", NULL, &model) == DN_OK) {
        check(model);
        dn_model_free(model);
    }
    free(bytes);
    return 0;
}
