/* SPDX-License-Identifier: MIT */
/* Specifications of pipelines, which weight files carry too: what was read must
 * read back the same after it is written. */
#include "densenet.h"

#include <stdlib.h>
#include <string.h>

/* Padding of the structure, and the name, may differ. */
static int differ(const dn_preprocess *a, const dn_preprocess *b)
{
    return a->exif_orientation != b->exif_orientation || a->resize_width != b->resize_width ||
           a->crop_width != b->crop_width || a->resize != b->resize || a->filter != b->filter ||
           a->crop != b->crop || a->square_first != b->square_first || a->scaling != b->scaling ||
           a->channels != b->channels || a->fit != b->fit || a->pad_mean != b->pad_mean ||
           memcmp(a->mean, b->mean, sizeof a->mean) != 0 ||
           memcmp(a->std, b->std, sizeof a->std) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *specification = calloc(size + 1, 1), text[256];
    dn_preprocess once, twice;
    if (!specification)
        return 0;
    if (size)
        memcpy(specification, data, size);
    if (dn_preprocess_parse("timm", &once) != DN_OK || dn_preprocess_parse("none", &twice) != DN_OK)
        abort();
    if (dn_preprocess_parse(specification, &once) == DN_OK) {
        memset(text, 'x', sizeof text);
        dn_preprocess_format(&once, text, sizeof text);
        if (strlen(text) >= sizeof text - 1 || dn_preprocess_parse(text, &twice) != DN_OK ||
            differ(&once, &twice))
            abort();
    }
    free(specification);
    return 0;
}
