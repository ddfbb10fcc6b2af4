/* SPDX-License-Identifier: MIT */
/* JPEG 2000 of kinds that Pillow cannot write: depths, signs, chroma of a lower resolution, inks,
 * palettes, and files that lie. */
#include "testing.h"

#include "base/picture_formats.h"

#ifdef DN_WITHOUT_JPEG_2000
static void refused_by_name(void **state)
{
    (void)state;
    dn_image *image;
    assert_int_equal(dn_image_decode("\xff\x4f\xff\x51", 4, "p", NULL, &image), DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(),
                        "p: is a JPEG 2000 picture, which is not read; " DN_FORMATS_READ " are");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refused_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
#include <openjpeg.h>

enum { WIDTH = 20, HEIGHT = 12, MOST = 1 << 16 };

typedef struct file {
    unsigned char data[MOST];
    size_t size, at;
} file;

typedef struct kind {
    OPJ_COLOR_SPACE space;
    unsigned components, bits, is_signed, chroma; /* chroma: pixels of a sample, each way */
    bool bare;                                    /* a codestream */
} kind;

static OPJ_SIZE_T write_bytes(void *bytes, OPJ_SIZE_T count, void *context)
{
    file *f = context;
    assert_true(f->at + count <= MOST);
    memcpy(f->data + f->at, bytes, count);
    f->at += count;
    f->size = f->at > f->size ? f->at : f->size;
    return count;
}

static OPJ_BOOL seek(OPJ_OFF_T to, void *context)
{
    ((file *)context)->at = (size_t)to;
    return OPJ_TRUE;
}

static OPJ_OFF_T pass_over(OPJ_OFF_T count, void *context)
{
    ((file *)context)->at += (size_t)count;
    return count;
}

/* A ramp over the whole range, another for each component. */
static int ramp(const kind *k, unsigned c, unsigned x, unsigned y)
{
    unsigned largest = (1u << k->bits) - 1;
    int value = (int)((x * largest / (WIDTH - 1) + y * largest / HEIGHT * (c + 1)) % (largest + 1));
    return value;
}

static opj_image_t *draw(const kind *k)
{
    opj_image_cmptparm_t shapes[8] = {0};
    for (unsigned c = 0; c < k->components; c++) {
        unsigned step = (c == 1 || c == 2) && k->chroma ? k->chroma : 1;
        shapes[c] = (opj_image_cmptparm_t){.dx = step,
                                           .dy = step,
                                           .w = WIDTH / step,
                                           .h = HEIGHT / step,
                                           .prec = k->bits,
                                           .sgnd = k->is_signed};
    }
    opj_image_t *image = opj_image_create(k->components, shapes, k->space);
    image->x1 = WIDTH;
    image->y1 = HEIGHT;
    for (unsigned c = 0; c < k->components; c++)
        for (unsigned i = 0; i < shapes[c].w * shapes[c].h; i++)
            image->comps[c].data[i] = ramp(k, c, i % shapes[c].w, i / shapes[c].w) -
                                      (k->is_signed ? 1 << (k->bits - 1) : 0);
    return image;
}

static file *encode(const kind *k)
{
    file *f = calloc(1, sizeof *f);
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.numresolution = 2;
    opj_image_t *image = draw(k);
    opj_codec_t *codec = opj_create_compress(k->bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
    opj_stream_t *stream = opj_stream_default_create(OPJ_FALSE);
    opj_stream_set_user_data(stream, f, NULL);
    opj_stream_set_write_function(stream, write_bytes);
    opj_stream_set_seek_function(stream, seek);
    opj_stream_set_skip_function(stream, pass_over);
    assert_true(opj_setup_encoder(codec, &parameters, image));
    assert_true(opj_start_compress(codec, image, stream));
    assert_true(opj_encode(codec, stream));
    assert_true(opj_end_compress(codec, stream));
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    opj_image_destroy(image);
    return f;
}

static dn_image *decode(const kind *k)
{
    file *f = encode(k);
    dn_image *image;
    assert_int_equal(dn_image_decode(f->data, f->size, "p", NULL, &image), DN_OK);
    assert_int_equal(image->width, WIDTH);
    assert_int_equal(image->height, HEIGHT);
    free(f);
    return image;
}

/* The sample in eight bits, rounded. */
static int byte_of(const kind *k, unsigned c, unsigned x, unsigned y)
{
    unsigned step = (c == 1 || c == 2) && k->chroma ? k->chroma : 1;
    int value = ramp(k, c, x / step, y / step);
    if (k->bits <= 8)
        return value << (8 - k->bits);
    int rounded = (value + (1 << (k->bits - 9))) >> (k->bits - 8);
    return rounded > 255 ? 255 : rounded;
}

static void grey(void **state)
{
    (void)state;
    for (unsigned bits = 1; bits <= 16; bits++)
        for (unsigned s = 0; s < 2; s++) {
            const kind k = {OPJ_CLRSPC_GRAY, 1 + bits % 2, bits, s, 0, bits % 3 == 0};
            dn_image *image = decode(&k);
            assert_int_equal(image->channels, 1);
            assert_int_equal(image->depth, bits > 8 ? 16 : 8);
            const unsigned char *bytes = image->pixels;
            const uint16_t *words = image->pixels;
            for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
                int64_t value = ramp(&k, 0, i % WIDTH, i / WIDTH);
                if (bits > 8)
                    assert_near(words[i], (double)value * 65535 / ((1 << bits) - 1), 1);
                else
                    assert_int_equal(bytes[i], value << (8 - bits));
            }
            dn_image_free(image);
        }
}

static void colours(void **state)
{
    (void)state;
    static const unsigned depths[] = {4, 8, 12, 16};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
        for (unsigned components = 3; components <= 4; components++) {
            const kind k = {OPJ_CLRSPC_SRGB, components, depths[i], i % 2, 0, false};
            dn_image *image = decode(&k);
            assert_int_equal(image->channels, 3);
            const unsigned char *pixels = image->pixels;
            for (unsigned at = 0; at < WIDTH * HEIGHT * 3; at++)
                assert_int_equal(pixels[at], byte_of(&k, at % 3, at / 3 % WIDTH, at / 3 / WIDTH));
            dn_image_free(image);
        }
}

/* Also of a codestream, which does not say what its components are. */
static void luma_and_chroma(void **state)
{
    (void)state;
    for (unsigned chroma = 1; chroma <= 2; chroma++)
        for (int bare = 0; bare < (chroma > 1 ? 2 : 1); bare++) {
            const kind k = {OPJ_CLRSPC_SYCC, 3, 8, 0, chroma, bare};
            dn_image *image = decode(&k);
            const unsigned char *pixels = image->pixels;
            for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
                double l = byte_of(&k, 0, i % WIDTH, i / WIDTH),
                       b = byte_of(&k, 1, i % WIDTH, i / WIDTH) - 128.0,
                       r = byte_of(&k, 2, i % WIDTH, i / WIDTH) - 128.0;
                const double rgb[] = {l + 1.402 * r, l - 0.34414 * b - 0.71414 * r, l + 1.772 * b};
                for (int c = 0; c < 3; c++) {
                    double wanted = rgb[c] < 0 ? 0 : rgb[c] > 255 ? 255 : rgb[c];
                    assert_true(pixels[3 * i + (unsigned)c] - wanted < 1.05 &&
                                wanted - pixels[3 * i + (unsigned)c] < 1.05);
                }
            }
            dn_image_free(image);
        }
}

static void inks(void **state)
{
    (void)state;
    const kind k = {OPJ_CLRSPC_CMYK, 4, 8, 0, 0, false};
    file *f = encode(&k);
    /* OpenJPEG writes no colour space for it: the enumerated one becomes 12. */
    for (size_t i = 0; i + 11 < f->size; i++)
        if (memcmp(f->data + i, "colr\1", 5) == 0)
            f->data[i + 10] = 12;
    dn_image *image;
    assert_int_equal(dn_image_decode(f->data, f->size, "p", NULL, &image), DN_OK);
    const unsigned char *pixels = image->pixels;
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
        for (unsigned c = 0; c < 3; c++) {
            double white = 255.0 - byte_of(&k, 3, i % WIDTH, i / WIDTH);
            double wanted = white * (255.0 - byte_of(&k, c, i % WIDTH, i / WIDTH)) / 255;
            assert_true(pixels[3 * i + c] - wanted < 1.05 && wanted - pixels[3 * i + c] < 1.05);
        }
    dn_image_free(image);
    free(f);
}

static void refused(void **state)
{
    (void)state;
    dn_image *image;
    const kind five = {OPJ_CLRSPC_UNSPECIFIED, 5, 8, 0, 0, true};
    file *f = encode(&five);
    assert_int_equal(dn_image_decode(f->data, f->size, "p", NULL, &image), DN_ERROR_FORMAT);
    assert_string_equal(dn_last_error(),
                        "p: the JPEG 2000 file has 5 components; 1 to 4 are expected");
    free(f);
    const kind plain = {OPJ_CLRSPC_SRGB, 3, 8, 0, 0, true};
    f = encode(&plain);
    /* SIZ: a picture and its one tile of 65535 x 65535, of which nothing is allocated. */
    for (int at = 8; at < 32; at += 4)
        if (at != 16 && at != 20)
            memcpy(f->data + at, "\0\0\xff\xff", 4);
    assert_int_equal(dn_image_decode(f->data, f->size, "p", NULL, &image), DN_ERROR_LIMIT);
    free(f);
    f = encode(&plain);
    for (size_t size = 4; size < f->size; size++) {
        unsigned char *copy = malloc(size);
        memcpy(copy, f->data, size);
        dn_status status = dn_image_decode(copy, size, "p", NULL, &image);
        free(copy);
        if (status == DN_OK) { /* but for its end mark */
            assert_true(size + 2 >= f->size);
            dn_image_free(image);
        }
    }
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey), cmocka_unit_test(colours), cmocka_unit_test(luma_and_chroma),
        cmocka_unit_test(inks), cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
