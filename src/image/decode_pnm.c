/* SPDX-License-Identifier: MIT */
/* PGM and PPM, in bytes or as text. Samples whose largest value is not 255 are spread over
 * the whole range, as in Pillow; grey of more than 8 bits keeps 16. */
#include "image/decode.h"

#include <math.h>

typedef struct pnm_reader {
    const dn_source *source;
    size_t position;
    int largest; /* sample */
    bool text;
} pnm_reader;

static dn_status fail_damaged(const pnm_reader *reader, const char *fault)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: the PGM or PPM file is damaged: %s", reader->source->name,
                   fault);
}

static int peek(const pnm_reader *reader)
{
    return reader->position < reader->source->size ? reader->source->data[reader->position] : -1;
}

static bool is_space(int byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static void skip_space(pnm_reader *reader)
{
    while (is_space(peek(reader)) || peek(reader) == '#')
        if (peek(reader) == '#')
            while (peek(reader) >= 0 && peek(reader) != '\n' && peek(reader) != '\r')
                reader->position++;
        else
            reader->position++;
}

/* A number of at most nine digits. */
static dn_status read_number(pnm_reader *reader, int *number)
{
    int value = 0, digits = 0;
    skip_space(reader);
    for (; peek(reader) >= '0' && peek(reader) <= '9' && digits < 9; digits++)
        value = 10 * value + reader->source->data[reader->position++] - '0';
    if (digits == 0 || (peek(reader) >= 0 && !is_space(peek(reader)) && peek(reader) != '#'))
        return fail_damaged(reader,
                            peek(reader) < 0 ? "it ends too early" : "a number is expected");
    *number = value;
    return DN_OK;
}

static dn_status read_header(pnm_reader *reader, int *width, int *height)
{
    DN_TRY(read_number(reader, width));
    DN_TRY(read_number(reader, height));
    DN_TRY(read_number(reader, &reader->largest));
    if (reader->largest < 1 || reader->largest > 65535)
        return fail_damaged(reader, "the largest sample is not from 1 to 65535");
    if (!reader->text)
        reader->position += peek(reader) >= 0; /* one space */
    return DN_OK;
}

static dn_status read_sample(pnm_reader *reader, int *sample)
{
    if (reader->text) {
        DN_TRY(read_number(reader, sample));
        return *sample <= reader->largest ? DN_OK : fail_damaged(reader, "a sample is too large");
    }
    int wide = reader->largest > 255;
    if (reader->source->size - reader->position < (size_t)wide + 1)
        return fail_damaged(reader, "it ends too early");
    *sample = reader->source->data[reader->position++];
    if (wide)
        *sample = *sample << 8 | reader->source->data[reader->position++];
    return DN_OK;
}

static dn_status read_samples(pnm_reader *reader, const dn_image *image)
{
    size_t count = (size_t)image->width * (size_t)image->height * (size_t)image->channels;
    int range = image->depth == 16 ? 65535 : 255;
    uint16_t *words = image->pixels;
    uint8_t *bytes = image->pixels;
    for (size_t i = 0; i < count; i++) {
        int sample = 0;
        DN_TRY(read_sample(reader, &sample));
        double spread = rint((double)sample / reader->largest * range);
        sample = spread < range ? (int)spread : range;
        if (range == 255)
            bytes[i] = (uint8_t)sample;
        else
            words[i] = (uint16_t)sample;
    }
    return DN_OK;
}

dn_status dn_decode_pnm(const dn_source *source, dn_image **out)
{
    char kind = (char)source->data[1];
    bool grey = kind == '2' || kind == '5';
    pnm_reader reader = {.source = source, .position = 2, .text = kind == '2' || kind == '3'};
    int width = 0, height = 0;
    DN_TRY(read_header(&reader, &width, &height));
    dn_image *image;
    DN_TRY(dn_image_create(source, (size_t)width, (size_t)height, grey ? 1 : 3,
                           grey && reader.largest > 255 ? 16 : 8, &image));
    dn_status status = read_samples(&reader, image);
    if (status == DN_OK)
        *out = image;
    else
        dn_image_free(image);
    return status;
}
