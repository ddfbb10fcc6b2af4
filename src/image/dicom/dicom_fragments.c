/* SPDX-License-Identifier: MIT */
/* Where a frame is among the fragments (DICOM PS3.5, A.4). A table of offsets leads the
 * fragments, and may be empty; then each frame is one fragment, or begins where a fragment
 * begins as pictures of its coding do. */
#include "image/dicom/dicom_frame.h"

#include "base/memory.h"

#include <string.h>

/* A walk over the fragments. */
typedef struct fragments {
    const dn_dicom *dicom;
    const unsigned char *first; /* what offsets count from */
    size_t at, size;            /* from there, and what is left of the file there */
    dn_dicom_value table;
} fragments;

static dn_status next_item(fragments *f, dn_dicom_value *item)
{
    const unsigned char *data = f->first + f->at;
    size_t left = f->size - f->at;
    *item = (dn_dicom_value){0};
    if (left < 8)
        return dn_dicom_fail(f->dicom, "it ends within its fragments");
    if (dn_dicom_word(data, false) != 0xfffe)
        return dn_dicom_fail(f->dicom, "a fragment of its pixels is none");
    unsigned kind = dn_dicom_word(data + 2, false);
    uint32_t length = dn_dicom_long(data + 4, false);
    if (kind == 0xe0dd)
        return DN_OK;
    if (kind != 0xe000 || length > left - 8)
        return dn_dicom_fail(f->dicom, "a fragment of its pixels is longer than the file");
    *item = (dn_dicom_value){.data = data + 8, .size = length};
    f->at += 8 + (size_t)length;
    return DN_OK;
}

static dn_status begin(const dn_dicom *dicom, fragments *f)
{
    const dn_dicom_value *pixels = &dicom->values[DICOM_PIXELS];
    *f = (fragments){.dicom = dicom, .first = pixels->data, .size = pixels->size};
    DN_TRY(next_item(f, &f->table));
    if (!f->table.data)
        return dn_dicom_fail(dicom, "it holds no fragment of its pixels");
    f->first += f->at;
    f->size -= f->at;
    f->at = 0;
    return DN_OK;
}

/* Where a frame begins by the tables; SIZE_MAX if there is no table, or none of the frame. */
static size_t offset_of(const fragments *f, int64_t frame)
{
    const dn_dicom_value *wide = &f->dicom->values[DICOM_OFFSETS];
    uint64_t offset = SIZE_MAX;
    if (frame < (int64_t)(f->table.size / 4))
        offset = dn_dicom_long(f->table.data + 4 * frame, false);
    else if (wide->data && frame < (int64_t)(wide->size / 8))
        offset = (uint64_t)dn_dicom_long(wide->data + 8 * frame + 4, false) << 32 |
                 dn_dicom_long(wide->data + 8 * frame, false);
    return (size_t)offset;
}

static bool begins_picture(const dn_dicom *dicom, const dn_dicom_value *fragment)
{
    static const struct {
        dn_dicom_coding coding;
        const char *magic;
        size_t size;
    } begins[] = {{DN_DICOM_JPEG, "\xff\xd8", 2},
                  {DN_DICOM_JPEG_LS, "\xff\xd8", 2},
                  {DN_DICOM_JPEG_2000, "\xff\x4f\xff\x51", 4},
                  {DN_DICOM_JPEG_2000, "\0\0\0\x0cjP  ", 8}};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (dicom->syntax->coding == begins[i].coding && fragment->size >= begins[i].size &&
            memcmp(fragment->data, begins[i].magic, begins[i].size) == 0)
            return true;
    return dicom->syntax->coding == DN_DICOM_RLE;
}

/* Where the frame's fragments begin and end, in *from and *to, and how many they are. */
static dn_status find_extent(fragments *f, size_t *from, size_t *to, int *count)
{
    const dn_dicom *dicom = f->dicom;
    bool is_only = dicom->frames == 1;
    size_t start = is_only ? 0 : offset_of(f, dicom->frame);
    size_t end =
        is_only || dicom->frame + 1 == dicom->frames ? SIZE_MAX : offset_of(f, dicom->frame + 1);
    bool has_table = is_only || start != SIZE_MAX;
    int64_t frame = -1;
    *count = 0;
    for (;;) {
        size_t at = f->at;
        dn_dicom_value item;
        DN_TRY(next_item(f, &item));
        if (!item.data)
            return DN_OK;
        frame += has_table ? 0 : begins_picture(dicom, &item);
        bool belongs = has_table ? at >= start && at < end : frame == dicom->frame;
        if (!belongs && *count)
            return DN_OK;
        if (!belongs)
            continue;
        if (!*count && has_table && !is_only && at != start)
            return dn_dicom_fail(dicom, "its table of frames points beside their beginnings");
        *from = *count ? *from : at;
        *to = f->at;
        ++*count;
    }
}

static dn_status join(fragments *f, size_t to, dn_dicom_value *stream, void **owned)
{
    unsigned char *bytes;
    DN_TRY(dn_alloc_aligned(to - f->at, 1, owned));
    bytes = *owned;
    *stream = (dn_dicom_value){.data = bytes};
    while (f->at < to) {
        dn_dicom_value item;
        DN_TRY(next_item(f, &item));
        memcpy(bytes + stream->size, item.data, item.size);
        stream->size += item.size;
    }
    return DN_OK;
}

dn_status dn_dicom_check_fragments(const dn_dicom *dicom)
{
    fragments f;
    dn_dicom_value item;
    DN_TRY(begin(dicom, &f));
    for (int64_t i = 0; i < dicom->frames; i++) {
        DN_TRY(next_item(&f, &item));
        if (!item.data)
            return dn_dicom_fail(dicom, "it holds fewer frames than it says");
    }
    return DN_OK;
}

dn_status dn_dicom_find_fragments(const dn_dicom *dicom, dn_dicom_value *stream, void **owned)
{
    fragments f;
    size_t from = 0, to = 0;
    int count = 0;
    DN_TRY(begin(dicom, &f));
    DN_TRY(find_extent(&f, &from, &to, &count));
    if (count == 0)
        return dn_dicom_fail(dicom, "it holds fewer frames than it says");
    f.at = from;
    if (count == 1)
        return next_item(&f, stream);
    return join(&f, to, stream, owned);
}
