/* SPDX-License-Identifier: MIT */
/* The walk over the elements of a data set (DICOM PS3.5, chapter 7). Sequences may be nested
 * as deep as a file likes: they are kept on a stack of fixed size, not on the program's. */
#include "image/dicom/dicom.h"

#include <string.h>

enum { DEEPEST = 64, UNDEFINED = 0xffffffff };

#define TAG(group, element) ((uint32_t)(group) << 16 | (element))
#define ITEM TAG(0xfffe, 0xe000)
#define ITEM_END TAG(0xfffe, 0xe00d)
#define SEQUENCE_END TAG(0xfffe, 0xe0dd)
#define SHARED TAG(0x5200, 0x9229)
#define PER_FRAME TAG(0x5200, 0x9230)
#define FRAME_VOI TAG(0x0028, 0x9132)
#define FRAME_VALUES TAG(0x0028, 0x9145)
#define MODALITY_TABLES TAG(0x0028, 0x3000)
#define VOI_TABLES TAG(0x0028, 0x3010)

/* Where an attribute is found: its tag, in sequences from the outermost. What comes later in a
 * file is more particular and wins. */
typedef struct place {
    uint32_t tag;
    dn_dicom_attribute attribute;
    uint32_t within[2];
} place;

static const place places[] = {
    {TAG(0x0028, 0x0002), DICOM_SAMPLES, {0}},
    {TAG(0x0028, 0x0004), DICOM_PHOTOMETRIC, {0}},
    {TAG(0x0028, 0x0006), DICOM_PLANAR, {0}},
    {TAG(0x0028, 0x0008), DICOM_FRAMES, {0}},
    {TAG(0x0028, 0x0010), DICOM_ROWS, {0}},
    {TAG(0x0028, 0x0011), DICOM_COLUMNS, {0}},
    {TAG(0x0028, 0x0100), DICOM_BITS_ALLOCATED, {0}},
    {TAG(0x0028, 0x0101), DICOM_BITS_STORED, {0}},
    {TAG(0x0028, 0x0102), DICOM_HIGH_BIT, {0}},
    {TAG(0x0028, 0x0103), DICOM_SIGNED, {0}},
    {TAG(0x0028, 0x1050), DICOM_WINDOW_CENTER, {0}},
    {TAG(0x0028, 0x1051), DICOM_WINDOW_WIDTH, {0}},
    {TAG(0x0028, 0x1052), DICOM_INTERCEPT, {0}},
    {TAG(0x0028, 0x1053), DICOM_SLOPE, {0}},
    {TAG(0x0028, 0x1056), DICOM_VOI_FUNCTION, {0}},
    {TAG(0x0028, 0x1050), DICOM_WINDOW_CENTER, {SHARED, FRAME_VOI}},
    {TAG(0x0028, 0x1051), DICOM_WINDOW_WIDTH, {SHARED, FRAME_VOI}},
    {TAG(0x0028, 0x1056), DICOM_VOI_FUNCTION, {SHARED, FRAME_VOI}},
    {TAG(0x0028, 0x1052), DICOM_INTERCEPT, {SHARED, FRAME_VALUES}},
    {TAG(0x0028, 0x1053), DICOM_SLOPE, {SHARED, FRAME_VALUES}},
    {TAG(0x0028, 0x1050), DICOM_WINDOW_CENTER, {PER_FRAME, FRAME_VOI}},
    {TAG(0x0028, 0x1051), DICOM_WINDOW_WIDTH, {PER_FRAME, FRAME_VOI}},
    {TAG(0x0028, 0x1056), DICOM_VOI_FUNCTION, {PER_FRAME, FRAME_VOI}},
    {TAG(0x0028, 0x1052), DICOM_INTERCEPT, {PER_FRAME, FRAME_VALUES}},
    {TAG(0x0028, 0x1053), DICOM_SLOPE, {PER_FRAME, FRAME_VALUES}},
    {TAG(0x0028, 0x1101), DICOM_RED_SHAPE, {0}},
    {TAG(0x0028, 0x1102), DICOM_GREEN_SHAPE, {0}},
    {TAG(0x0028, 0x1103), DICOM_BLUE_SHAPE, {0}},
    {TAG(0x0028, 0x1201), DICOM_RED, {0}},
    {TAG(0x0028, 0x1202), DICOM_GREEN, {0}},
    {TAG(0x0028, 0x1203), DICOM_BLUE, {0}},
    {TAG(0x0028, 0x3002), DICOM_MODALITY_SHAPE, {MODALITY_TABLES}},
    {TAG(0x0028, 0x3006), DICOM_MODALITY_TABLE, {MODALITY_TABLES}},
    {TAG(0x0028, 0x3002), DICOM_VOI_SHAPE, {VOI_TABLES}},
    {TAG(0x0028, 0x3006), DICOM_VOI_TABLE, {VOI_TABLES}},
    {TAG(0x2050, 0x0020), DICOM_PRESENTATION, {0}},
    {TAG(0x7fe0, 0x0001), DICOM_OFFSETS, {0}},
    {TAG(0x7fe0, 0x0008), DICOM_FLOAT_PIXELS, {0}},
    {TAG(0x7fe0, 0x0009), DICOM_DOUBLE_PIXELS, {0}},
    {TAG(0x7fe0, 0x0010), DICOM_PIXELS, {0}},
};

/* A sequence, or an item of one, that the walk is in. */
typedef struct level {
    size_t end; /* SIZE_MAX: until its delimiter */
    uint32_t tag;
    bool is_item, implicit;
    int64_t items; /* of a sequence: so many have begun */
} level;

typedef struct walk {
    dn_dicom *dicom;
    size_t at;
    int depth; /* of levels[]; the data set itself is levels[0] */
    level levels[DEEPEST];
} walk;

typedef struct element {
    uint32_t tag, length;
    bool is_unknown, is_words, has_sign;
} element;

static dn_status push(walk *w, level next)
{
    if (w->depth == DEEPEST)
        return dn_fail(DN_ERROR_LIMIT,
                       "%s: the DICOM file nests sequences deeper than the %d levels that are read",
                       w->dicom->source->name, DEEPEST / 2);
    w->levels[w->depth++] = next;
    return DN_OK;
}

static size_t left(const walk *w)
{
    size_t end = w->dicom->size;
    for (int i = 0; i < w->depth; i++)
        end = w->levels[i].end < end ? w->levels[i].end : end;
    return w->at < end ? end - w->at : 0;
}

/* Whether the walk is where a place's sequences say: in the first item of each, and in the
 * frame's own of those that have one for each frame. */
static bool is_within(const walk *w, const uint32_t within[2], int count)
{
    if (w->depth != 1 + 2 * count)
        return false;
    for (int i = 0; i < count; i++) {
        const level *sequence = &w->levels[1 + 2 * i];
        int64_t item = sequence->tag == PER_FRAME ? w->dicom->frame : 0;
        if (sequence->tag != within[i] || sequence->items != item + 1)
            return false;
    }
    return true;
}

static bool is_searched(const walk *w, uint32_t tag)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (int k = 0; k < 2; k++)
            if (tag && places[i].within[k] == tag && is_within(w, places[i].within, k))
                return true;
    return false;
}

static bool is_short(const unsigned char *vr)
{
    static const char longs[] = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";
    for (const char *name = longs;; name += 3) {
        if (memcmp(name, vr, 2) == 0)
            return false;
        if (!name[2])
            return true;
    }
}

/* Tag, value representation and length, in as many bytes as they take. */
static dn_status read_element(walk *w, element *e)
{
    const unsigned char *data = w->dicom->data + w->at;
    bool big = w->dicom->syntax->big;
    size_t rest = left(w), used = 8;
    *e = (element){0};
    if (rest < 8)
        return dn_dicom_fail(w->dicom, "it ends within an element");
    e->tag = TAG(dn_dicom_word(data, big), dn_dicom_word(data + 2, big));
    e->length = dn_dicom_long(data + 4, big);
    if (e->tag >> 16 != 0xfffe && !w->levels[w->depth - 1].implicit) {
        const unsigned char *vr = data + 4;
        if (!dn_dicom_is_vr(vr))
            return dn_dicom_fail(w->dicom, "an element has no value representation");
        e->is_unknown = memcmp(vr, "UN", 2) == 0;
        e->is_words = memcmp(vr, "OW", 2) == 0;
        e->has_sign = memcmp(vr, "SS", 2) == 0;
        if (is_short(vr)) {
            e->length = dn_dicom_word(data + 6, big);
        } else {
            if (rest < 12)
                return dn_dicom_fail(w->dicom, "it ends within an element");
            e->length = dn_dicom_long(data + 8, big);
            used = 12;
        }
    }
    w->at += used;
    return DN_OK;
}

static dn_status take_delimiter(walk *w, const element *e)
{
    level *top = &w->levels[w->depth - 1];
    bool in_sequence = w->depth > 1 && !top->is_item;
    if (e->tag == ITEM && in_sequence) {
        if (e->length != UNDEFINED && e->length > left(w))
            return dn_dicom_fail(w->dicom, "an item is longer than what holds it");
        top->items++;
        return push(w, (level){.end = e->length == UNDEFINED ? SIZE_MAX : w->at + e->length,
                               .is_item = true,
                               .implicit = top->implicit});
    }
    if (w->depth > 1 && e->tag == (in_sequence ? SEQUENCE_END : ITEM_END)) {
        w->depth--;
        return DN_OK;
    }
    return dn_dicom_fail(w->dicom, "an item or its end is out of place");
}

static void keep(walk *w, const element *e, size_t size)
{
    dn_dicom *dicom = w->dicom;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const place *p = &places[i];
        int count = !p->within[0] ? 0 : !p->within[1] ? 1 : 2;
        if (p->tag == e->tag && is_within(w, p->within, count))
            dicom->values[p->attribute] = (dn_dicom_value){
                .data = dicom->data + w->at,
                .size = size,
                .has_sign = e->has_sign || (w->levels[w->depth - 1].implicit &&
                                            dn_dicom_integer(dicom, DICOM_SIGNED, 0) == 1)};
    }
}

static dn_status take_element(walk *w, const element *e, bool *ends)
{
    bool has_end = e->length != UNDEFINED;
    *ends = w->depth == 1 && e->tag == TAG(0x7fe0, 0x0010);
    if (has_end && e->length > left(w))
        return dn_dicom_fail(w->dicom, *ends ? "it ends within its pixels"
                                             : "an element is longer than what holds it");
    if (*ends) {
        w->dicom->encapsulated = !has_end;
        w->dicom->words = e->is_words || w->levels[0].implicit;
        keep(w, e, has_end ? e->length : left(w));
        return DN_OK;
    }
    if (!has_end || is_searched(w, e->tag))
        return push(w, (level){.end = has_end ? w->at + e->length : SIZE_MAX,
                               .tag = e->tag,
                               .implicit = e->is_unknown || w->levels[w->depth - 1].implicit});
    keep(w, e, e->length);
    w->at += e->length;
    return DN_OK;
}

dn_status dn_dicom_walk(dn_dicom *dicom)
{
    walk w = {.dicom = dicom, .depth = 1};
    /* Some files are not as explicit as their syntax says. */
    bool explicit = dicom->size >= 8 && dn_dicom_is_vr(dicom->data + 4);
    w.levels[0] = (level){.end = SIZE_MAX, .implicit = !explicit};
    for (bool ends = false; !ends;) {
        while (w.depth > 1 && w.at >= w.levels[w.depth - 1].end)
            w.depth--;
        if (w.depth == 1 && w.at == dicom->size)
            return DN_OK;
        element e;
        DN_TRY(read_element(&w, &e));
        const level *top = &w.levels[w.depth - 1];
        if (e.tag >> 16 == 0xfffe)
            DN_TRY(take_delimiter(&w, &e));
        else if (w.depth > 1 && !top->is_item)
            return dn_dicom_fail(dicom, "a sequence holds what is no item");
        else
            DN_TRY(take_element(&w, &e, &ends));
    }
    return DN_OK;
}
