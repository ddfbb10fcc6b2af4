/* SPDX-License-Identifier: MIT */
#include "networks/picture.h"

#include "base/status.h"

#include <stdlib.h>

size_t picture_most_computed(size_t most_pixels)
{
    return most_pixels / 16;
}

static dn_status check_computed(const network *n, const picture_reading *reading, const picture *p)
{
    int width, height;
    size_t most = picture_most_computed(reading->most_pixels);
    if (dn_preprocess_fixed_size(&n->preprocess, &width, &height) ||
        (size_t)p->width * (size_t)p->height <= most)
        return DN_OK;
    return dn_fail(DN_ERROR_LIMIT,
                   "the network would see %d x %d pixels; %zu are allowed, a sixteenth of "
                   "--max-pixels",
                   p->width, p->height, most);
}

static dn_status prepare(const network *n, const picture_reading *reading, picture *p)
{
    const dn_preprocess *preprocess = &n->preprocess;
    if (preprocess->exif_orientation || reading->upright)
        DN_TRY(dn_image_upright(p->image));
    DN_TRY(
        dn_preprocess_size(preprocess, p->image->width, p->image->height, &p->width, &p->height));
    DN_TRY(check_computed(n, reading, p));
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
    if (!size)
        return dn_fail(DN_ERROR_FORMAT, "%s: is empty", name);
    dn_image_defaults(&limits, sizeof limits);
    limits.max_pixels = (int64_t)reading->most_pixels;
    limits.formats = reading->formats;
    dn_preprocess_reading(&n->preprocess, &limits);
    dn_status status = dn_image_decode(file, size, name, &limits, &p.image);
    if (status == DN_OK)
        status = prepare(n, reading, &p);
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
