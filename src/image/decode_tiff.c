/* SPDX-License-Identifier: MIT */
/* TIFF by libtiff: the first picture, grey, palette, RGB, CMYK or YCbCr, in strips or
 * tiles, planes together or apart. It is turned as its orientation says, as Pillow does
 * on its own accord. Grey of 12 and 16 bits keeps them; colours of 16 bits lose the low
 * byte, as in PNG. */
#include "image/decode_tiff.h"

#include "base/memory.h"
#include "image/orientation.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that a pixel may take while it is decoded: 16 bits of three colours and alpha. */
#define MOST_PIXEL_BYTES 8

/* ------------------------------------------------------- files in memory */

static tmsize_t read_bytes(thandle_t handle, void *out, tmsize_t size)
{
    tiff_reader *reader = handle;
    uint64_t end = reader->source->size;
    uint64_t left = reader->position < end ? end - reader->position : 0;
    tmsize_t count = (uint64_t)size < left ? size : (tmsize_t)left;
    memcpy(out, reader->source->data + reader->position, count > 0 ? (size_t)count : 0);
    reader->position += (uint64_t)count;
    return count;
}

static tmsize_t write_nothing(thandle_t handle, void *data, tmsize_t size)
{
    (void)handle, (void)data, (void)size;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    tiff_reader *reader = handle;
    uint64_t from = whence == SEEK_CUR   ? reader->position
                    : whence == SEEK_END ? reader->source->size
                                         : 0;
    reader->position = from + offset < reader->source->size ? from + offset : reader->source->size;
    return reader->position;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    const tiff_reader *reader = handle;
    return reader->source->size;
}

/* ------------------------------------------------------------- messages */

static int keep_error(TIFF *tiff, void *context, const char *module, const char *format,
                      va_list values)
{
    (void)tiff, (void)module;
    tiff_reader *reader = context;
    if (!*reader->message)
        vsnprintf(reader->message, sizeof reader->message, format, values);
    return 1;
}

/* Where libtiff goes on without pixels: a JPEG or fax that ends too early or is damaged, or a JPEG
 * that is smaller than its strip or tile. */
static int notice_gaps(TIFF *tiff, void *context, const char *module, const char *format,
                       va_list values)
{
    (void)tiff, (void)module;
    tiff_reader *reader = context;
    static const char *const gaps[] = {"Premature end of JPEG",        "Premature EOF",
                                       "premature end of data",        "bad Huffman code",
                                       "bad arithmetic code",          "instead of RST",
                                       "Improper JPEG strip/tile size"};
    char message[160];
    vsnprintf(message, sizeof message, format, values);
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        reader->gaps = reader->gaps || strstr(message, gaps[i]);
    return 1;
}

static dn_status fail_by_library(const tiff_reader *reader)
{
    static const char *const memory[] = {"emory", "No space", "allocate"};
    const char *name = reader->source->name, *message = reader->message;
    if (strstr(message, "beyond the"))
        return dn_fail(DN_ERROR_LIMIT,
                       "%s: decoding the TIFF file takes more than max_pixels allows", name);
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (strstr(message, memory[i]))
            return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", name);
    return dn_fail(DN_ERROR_FORMAT, "%s: the TIFF file is damaged: %s", name,
                   *message ? message : "it ends too early");
}

/* -------------------------------------------------------------- the kind */

/* Old-style JPEG and formats of single vendors are left out: nobody trains on them, and
 * their decoders are where hostile files look first. */
static bool compression_is_read(uint16_t compression)
{
    static const uint16_t known[] = {
        COMPRESSION_NONE,          COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3,
        COMPRESSION_CCITTFAX4,     COMPRESSION_LZW,      COMPRESSION_JPEG,
        COMPRESSION_PACKBITS,      COMPRESSION_DEFLATE,  COMPRESSION_LZMA,
        COMPRESSION_ADOBE_DEFLATE, COMPRESSION_ZSTD,     COMPRESSION_WEBP,
        COMPRESSION_CCITTRLEW};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] == compression)
            return TIFFIsCODECConfigured(compression);
    return false;
}

/* Samples of a pixel that are colours, not alpha or others; 0 if the kind is not read. */
static int colours_of(const tiff_reader *reader)
{
    uint16_t bits = reader->bits;
    switch (reader->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
        return bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 12 || bits == 16;
    case PHOTOMETRIC_PALETTE:
        return bits == 1 || bits == 2 || bits == 4 || bits == 8;
    case PHOTOMETRIC_RGB:
        return bits == 8 || bits == 16 ? 3 : 0;
    case PHOTOMETRIC_SEPARATED:
        return bits == 8 || bits == 16 ? 4 : 0;
    case PHOTOMETRIC_YCBCR:
        return bits == 8 ? 3 : 0;
    default:
        return 0;
    }
}

/* Whether libtiff itself turns it into RGB, all at once. */
static bool needs_conversion(const tiff_reader *reader)
{
    return reader->photometric == PHOTOMETRIC_YCBCR &&
           (reader->compression != COMPRESSION_JPEG || reader->apart);
}

static void read_alpha(tiff_reader *reader)
{
    uint16_t count, *kinds;
    TIFFGetFieldDefaulted(reader->tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds);
    reader->premultiplied = reader->photometric == PHOTOMETRIC_RGB && count > 0 &&
                            reader->samples > 3 && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
}

static dn_status read_kind(tiff_reader *reader)
{
    TIFF *tiff = reader->tiff;
    uint16_t planes, format, *red = NULL, *green = NULL, *blue = NULL;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &reader->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &reader->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &reader->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &reader->photometric))
        reader->photometric = PHOTOMETRIC_MINISWHITE;
    reader->apart = planes == PLANARCONFIG_SEPARATE && reader->samples > 1;
    int colours = format == SAMPLEFORMAT_UINT ? colours_of(reader) : 0;
    if (colours == 0 || reader->samples < colours)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a TIFF file of %u samples of %u bits%s and photometric "
                       "interpretation %u, which is not read",
                       reader->source->name, reader->samples, reader->bits,
                       format == SAMPLEFORMAT_IEEEFP ? " in floating point" : "",
                       reader->photometric);
    if (!compression_is_read(reader->compression))
        return dn_fail(DN_ERROR_FORMAT, "%s: is a TIFF file of compression %u, which is not read",
                       reader->source->name, reader->compression);
    if (reader->photometric == PHOTOMETRIC_PALETTE &&
        !TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue))
        return dn_fail(DN_ERROR_FORMAT, "%s: the TIFF file is damaged: it has no palette",
                       reader->source->name);
    reader->colours[0] = red;
    reader->colours[1] = green;
    reader->colours[2] = blue;
    read_alpha(reader);
    if (reader->photometric == PHOTOMETRIC_YCBCR && !needs_conversion(reader))
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    return DN_OK;
}

/* ---------------------------------------------------------------- blocks */

static bool is_fax(const tiff_reader *reader)
{
    uint16_t kind = reader->compression;
    return kind == COMPRESSION_CCITTRLE || kind == COMPRESSION_CCITTRLEW ||
           kind == COMPRESSION_CCITTFAX3 || kind == COMPRESSION_CCITTFAX4;
}

static dn_status open_blocks(tiff_reader *reader)
{
    TIFF *tiff = reader->tiff;
    bool tiled = TIFFIsTiled(tiff);
    reader->block_width = reader->width;
    if (tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &reader->block_width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &reader->block_height);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &reader->block_height);
        if (reader->block_height > reader->height)
            reader->block_height = reader->height;
    }
    uint64_t bytes = tiled ? TIFFTileSize64(tiff) : TIFFStripSize64(tiff);
    uint64_t row = tiled ? TIFFTileRowSize64(tiff) : TIFFScanlineSize64(tiff);
    uint64_t planes = reader->planes = reader->apart ? reader->samples : 1;
    uint64_t most = MOST_PIXEL_BYTES * (uint64_t)reader->source->max_pixels;
    uint64_t expected =
        ((uint64_t)reader->block_width * reader->bits * (reader->apart ? 1 : reader->samples) + 7) /
        8;
    if (bytes == 0 || row < expected || bytes / row < reader->block_height)
        return fail_by_library(reader);
    if (bytes > most / planes)
        return dn_fail(DN_ERROR_LIMIT,
                       "%s: a part of the TIFF file takes more than max_pixels allows",
                       reader->source->name);
    reader->block_bytes = (size_t)bytes;
    reader->row_bytes = (size_t)row;
    return dn_alloc_aligned((size_t)(bytes * (planes + is_fax(reader))), 1, &reader->blocks);
}

/* Decodes into a block that is filled with a byte before; false if pixels are missing. */
static bool decode_block(const tiff_reader *reader, uint32_t left, uint32_t top, uint16_t plane,
                         int byte, unsigned char *block)
{
    TIFF *tiff = reader->tiff;
    tmsize_t size = (tmsize_t)reader->block_bytes, count;
    size_t rows = reader->block_height;
    memset(block, byte, reader->block_bytes);
    if (TIFFIsTiled(tiff)) {
        count = TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, left, top, 0, plane), block, size);
    } else {
        count = TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, top, plane), block, size);
        if (reader->height - top < rows)
            rows = reader->height - top;
    }
    return count >= 0 && (size_t)count >= rows * reader->row_bytes;
}

/* A fax may end early without a word from libtiff: then what the block held is still there. */
static bool has_gaps(const tiff_reader *reader, uint32_t left, uint32_t top, uint16_t plane,
                     const unsigned char *block)
{
    unsigned char *again = reader->blocks + reader->planes * reader->block_bytes;
    size_t bits = (size_t)reader->block_width * (reader->apart ? 1 : reader->samples);
    size_t whole = bits / 8, rows = reader->block_height;
    if (reader->height - top < rows)
        rows = reader->height - top;
    if (!decode_block(reader, left, top, plane, 255, again))
        return true;
    for (size_t y = 0; y < rows; y++, block += reader->row_bytes, again += reader->row_bytes)
        if (memcmp(block, again, whole) != 0 ||
            (bits % 8 && (block[whole] ^ again[whole]) >> (8 - bits % 8)))
            return true;
    return false;
}

static dn_status read_block(tiff_reader *reader, uint32_t left, uint32_t top)
{
    for (uint16_t plane = 0; plane < reader->planes; plane++) {
        unsigned char *block = reader->blocks + plane * reader->block_bytes;
        if (!decode_block(reader, left, top, plane, 0, block))
            return fail_by_library(reader);
        reader->gaps =
            reader->gaps || (is_fax(reader) && has_gaps(reader, left, top, plane, block));
    }
    dn_tiff_store(reader, left, top);
    return DN_OK;
}

static dn_status read_blocks(tiff_reader *reader)
{
    DN_TRY(open_blocks(reader));
    for (uint32_t top = 0; top < reader->height; top += reader->block_height) {
        for (uint32_t left = 0; left < reader->width; left += reader->block_width)
            DN_TRY(read_block(reader, left, top));
        if (reader->height - top <= reader->block_height)
            break;
    }
    return DN_OK;
}

/* libtiff's own conversion, as Pillow uses it. */
static dn_status read_converted(tiff_reader *reader)
{
    size_t count = (size_t)reader->width * reader->height;
    TIFFRGBAImage conversion;
    char message[1024] = "";
    uint32_t *raster;
    if (!TIFFRGBAImageBegin(&conversion, reader->tiff, 1, message)) {
        snprintf(reader->message, sizeof reader->message, "%.*s", (int)sizeof reader->message - 1,
                 message);
        return fail_by_library(reader);
    }
    conversion.req_orientation = conversion.orientation;
    dn_status status = dn_alloc_aligned(count, sizeof *raster, &raster);
    if (status == DN_OK) {
        unsigned char *rgb = reader->image->pixels;
        if (!TIFFRGBAImageGet(&conversion, raster, reader->width, reader->height))
            status = fail_by_library(reader);
        for (size_t i = 0; i < count && status == DN_OK; i++, rgb += 3) {
            rgb[0] = (unsigned char)TIFFGetR(raster[i]);
            rgb[1] = (unsigned char)TIFFGetG(raster[i]);
            rgb[2] = (unsigned char)TIFFGetB(raster[i]);
        }
        free(raster);
    }
    TIFFRGBAImageEnd(&conversion);
    return status;
}

/* --------------------------------------------------------------- the whole */

static dn_status read_picture(tiff_reader *reader)
{
    uint16_t orientation;
    if (!TIFFGetField(reader->tiff, TIFFTAG_IMAGEWIDTH, &reader->width) ||
        !TIFFGetField(reader->tiff, TIFFTAG_IMAGELENGTH, &reader->height))
        return dn_fail(DN_ERROR_FORMAT, "%s: the TIFF file is damaged: it names no size",
                       reader->source->name);
    DN_TRY(read_kind(reader));
    bool grey = reader->photometric == PHOTOMETRIC_MINISWHITE ||
                reader->photometric == PHOTOMETRIC_MINISBLACK;
    DN_TRY(dn_image_create(reader->source, reader->width, reader->height, grey ? 1 : 3,
                           grey && reader->bits > 8 ? 16 : 8, &reader->image));
    reader->message[0] = '\0'; /* what was said so far is about tags that are not needed */
    DN_TRY(needs_conversion(reader) ? read_converted(reader) : read_blocks(reader));
    if (reader->message[0]) /* a fax's damaged rows are reported, and passed over */
        return fail_by_library(reader);
    if (reader->gaps)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: the TIFF file is damaged: a part of it has fewer pixels than it says",
                       reader->source->name);
    TIFFGetFieldDefaulted(reader->tiff, TIFFTAG_ORIENTATION, &orientation);
    return dn_image_orient(orientation, reader->image);
}

static TIFF *open_file(tiff_reader *reader)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return NULL;
    int64_t most = MOST_PIXEL_BYTES * (reader->source->max_pixels + (1 << 20));
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, most);
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, reader);
    TIFFOpenOptionsSetWarningHandlerExtR(options, notice_gaps, reader);
    TIFF *tiff = TIFFClientOpenExt("picture", "rm", reader, read_bytes, write_nothing, seek,
                                   close_nothing, size_of, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

dn_status dn_decode_tiff(const dn_source *source, dn_image **image)
{
    tiff_reader reader = {.source = source};
    reader.tiff = open_file(&reader);
    if (!reader.tiff)
        return fail_by_library(&reader);
    dn_status status = read_picture(&reader);
    TIFFClose(reader.tiff);
    free(reader.blocks);
    if (status == DN_OK)
        *image = reader.image;
    else
        dn_image_free(reader.image);
    return status;
}
