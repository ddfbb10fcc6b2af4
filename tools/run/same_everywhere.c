/* SPDX-License-Identifier: MIT */
#include "run/same_everywhere.h"

#include "files/sha256.h"
#include "run/launched.h"
#include "ui/build_facts.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

bool same_everywhere(json_t *values)
{
    json_t *whole = json_pack("{s:s, s:s}", "version", dn_version(), "commit", build_commit);
    json_object_update_new(whole, values);
    char *text = json_dumps(whole, JSON_COMPACT);
    bool sound = text || complain("out of memory for settings");
    json_decref(whole);
    bool same = launched_agree(sound) && launched_have_the_same(text);
    free(text);
    return same;
}

void model_digest(const dn_model *model, char digest[65])
{
    sha256 hash;
    sha256_begin(&hash);
    for (int i = 0; i < dn_model_tensor_count(model); i++) {
        const dn_tensor_view tensor = dn_model_tensor(model, i);
        size_t bytes = sizeof(float);
        for (int d = 0; d < tensor.rank; d++)
            bytes *= (size_t)tensor.shape[d];
        sha256_add(&hash, tensor.data, bytes);
    }
    sha256_end(&hash, digest);
}

void texts_digest(char *const *texts, size_t count, char digest[65])
{
    sha256 hash;
    sha256_begin(&hash);
    for (size_t i = 0; i < count; i++)
        sha256_add(&hash, texts[i], strlen(texts[i]) + 1);
    sha256_end(&hash, digest);
}
