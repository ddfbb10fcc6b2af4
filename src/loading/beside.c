/* SPDX-License-Identifier: MIT */
#include "loading/beside.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>

#define LARGEST ((size_t)1 << 24) /* bytes of a file */

static const struct {
    const char *what;
    dn_status (*read)(const json_t *json, dn_model *model, dn_hub_doubt *doubt);
} kinds[DN_BESIDE_COUNT] = {
    [DN_BESIDE_BUNDLE] = {"the bundle's metadata.json", dn_hub_read_bundle},
    [DN_BESIDE_CONFIG] = {"the config.json beside it", dn_hub_read},
    [DN_BESIDE_PROCESSOR] = {"the preprocessor_config.json beside it", dn_hub_read_processor},
};

static dn_status open_file(const char *path, int kind, dn_beside *beside)
{
    dn_hub_doubt *doubt = &beside->doubts[kind];
    dn_file_map map;
    if (!path[0])
        return DN_OK;
    if (dn_file_read(path, LARGEST, &map) != DN_OK) {
        snprintf(doubt->text, sizeof doubt->text, "%s", dn_last_error());
        return DN_OK;
    }
    dn_status status =
        dn_hub_parse(map.data, map.size, kinds[kind].what, &beside->json[kind], doubt);
    dn_file_map_close(&map);
    return status;
}

/* Of a bundle that is a zip archive, or of TorchScript that MONAI wrote. */
static dn_status open_value(const dn_tensor_file *weights, dn_beside *beside)
{
    const dn_value *value = dn_tensor_file_value(weights, DN_BUNDLE_VALUE);
    if (beside->json[DN_BESIDE_BUNDLE] || !value || !value->texts || !value->count)
        return DN_OK;
    const char *text = value->texts[0];
    return dn_hub_parse(text, strlen(text), kinds[DN_BESIDE_BUNDLE].what,
                        &beside->json[DN_BESIDE_BUNDLE], &beside->doubts[DN_BESIDE_BUNDLE]);
}

dn_status dn_beside_open(const dn_hub_files *files, const dn_tensor_file *weights,
                         dn_beside *beside)
{
    if (files) {
        const char *const paths[] = {files->bundle, files->config, files->processor};
        for (int i = 0; i < DN_BESIDE_COUNT; i++)
            DN_TRY(open_file(paths[i], i, beside));
    }
    return open_value(weights, beside);
}

void dn_beside_close(dn_beside *beside)
{
    for (int i = 0; i < DN_BESIDE_COUNT; i++)
        json_decref(beside->json[i]);
}

dn_status dn_beside_read(dn_beside *beside, int kind, dn_model *model, const char **doubt)
{
    const json_t *json = beside->json[kind];
    *doubt = beside->doubts[kind].text;
    return json ? kinds[kind].read(json, model, &beside->doubts[kind]) : DN_OK;
}
