/* SPDX-License-Identifier: MIT */
#include "networks/picture.h"

#include "base/status.h"

#include <stdlib.h>

static dn_status prepare(const network *n, bool upright, picture *p)
{
    const dn_preprocess *preprocess = &n->preprocess;
    if (preprocess->exif_orientation || upright)
        DN_TRY(dn_image_upright(p->image));
    DN_TRY(
        dn_preprocess_size(preprocess, p->image->width, p->image->height, &p->width, &p->height));
    p->is_bytes = preprocess->filter != DN_GAUSSIAN;
    size_t bytes = (size_t)p->width * (size_t)p->height * (size_t)preprocess->channels *
                   (p->is_bytes ? 1 : sizeof(float));
    p->tensor = malloc(bytes);
    if (!p->tensor)
        return dn_fail_memory(bytes);
    if (p->is_bytes)
        return dn_preprocess_bytes(preprocess, p->image, p->tensor);
    return dn_preprocess_run(preprocess, p->image, p->tensor);
}

dn_status picture_read(const network *n, const void *file, size_t size, const char *name,
                       const picture_reading *reading, picture *made)
{
    picture p = {0};
    dn_image_limits limits;
    dn_image_defaults(&limits, sizeof limits);
    limits.max_pixels = (int64_t)reading->most_pixels;
    dn_preprocess_reading(&n->preprocess, &limits);
    dn_status status = dn_image_decode(file, size, name, &limits, &p.image);
    if (status == DN_OK)
        status = prepare(n, reading->upright, &p);
    if (status == DN_OK)
        *made = p;
    else
        picture_free(&p);
    return status;
}

dn_status picture_run(const network *n, dn_session *session, const picture *p, float *logits)
{
    const dn_byte_pictures one = {p->tensor, 1, p->height, p->width};
    if (p->is_bytes)
        return dn_session_run_bytes(session, &one, &n->preprocess, logits);
    return dn_session_run(session, p->tensor, 1, p->height, p->width, logits);
}

void picture_free(picture *p)
{
    dn_image_free(p->image);
    free(p->tensor);
    *p = (picture){0};
}
