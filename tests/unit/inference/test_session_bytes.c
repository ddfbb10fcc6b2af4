/* SPDX-License-Identifier: MIT */
/* Pictures as bytes get the logits of their tensors, to the bit. */
#include "testing.h"

#include "sessions.h"

enum { PICTURES = 3, CLASSES = 10, MOST = 3 * 64 * 64 };

static dn_model *make_model(int channels)
{
    dn_arch arch;
    dn_model *model;
    assert_int_equal(dn_arch_find("densenet-bc-22-8", &arch), DN_OK);
    arch.channels = channels;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    return model;
}

/* A picture smaller than the crop of some pipelines, so that black is around it. */
static dn_image make_picture(int channels, int number, unsigned char *pixels)
{
    dn_image image = {
        .width = 41, .height = 29, .channels = channels, .depth = 8, .pixels = pixels};
    for (int i = 0; i < image.width * image.height * channels; i++)
        pixels[i] = (unsigned char)(i * 37 + i / 91 + number * 11);
    return image;
}

static void check(const char *pipeline, int of_picture, int of_network)
{
    static float tensors[PICTURES * MOST];
    static unsigned char bytes[PICTURES * MOST], pixels[41 * 29 * 3];
    float expected[PICTURES * CLASSES], found[PICTURES * CLASSES];
    dn_preprocess preprocess;
    assert_int_equal(dn_preprocess_parse(pipeline, &preprocess), DN_OK);
    preprocess.channels = of_network;
    dn_byte_pictures pictures = {bytes, PICTURES, 0, 0};
    for (int i = 0; i < PICTURES; i++) {
        dn_image image = make_picture(of_picture, i, pixels);
        assert_int_equal(dn_preprocess_size(&preprocess, image.width, image.height, &pictures.width,
                                            &pictures.height),
                         DN_OK);
        size_t samples = (size_t)(of_network * pictures.width * pictures.height);
        assert_in_range(samples, 1, MOST);
        assert_int_equal(dn_preprocess_run(&preprocess, &image, tensors + (size_t)i * samples),
                         DN_OK);
        assert_int_equal(dn_preprocess_bytes(&preprocess, &image, bytes + (size_t)i * samples),
                         DN_OK);
    }
    dn_model *model = make_model(of_network);
    dn_session *session = open_session(model, 2);
    assert_int_equal(
        dn_session_run(session, tensors, PICTURES, pictures.height, pictures.width, expected),
        DN_OK);
    assert_int_equal(dn_session_run_bytes(session, &pictures, &preprocess, found), DN_OK);
    assert_memory_equal(found, expected, sizeof found);
    dn_session_free(session);
    dn_model_free(model);
}

static void bytes_are_as_good_as_floats(void **state)
{
    (void)state;
    static const char *const pipelines[] = {"cifar10", "none", "torchvision,resize=33,crop=64",
                                            "timm,resize=50,crop=48,mean=0.1:0.2:0.3",
                                            "torchvision,resize=40,crop=36,scaling=xray"};
    for (size_t i = 0; i < sizeof pipelines / sizeof *pipelines; i++) {
        check(pipelines[i], 3, 3);
        check(pipelines[i], 1, 3);
        check(pipelines[i], 3, 1);
        check(pipelines[i], 1, 1);
    }
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    unsigned char pixels[41 * 29 * 3], bytes[224 * 224];
    float logits[CLASSES];
    dn_preprocess preprocess;
    dn_image image = make_picture(1, 0, pixels);
    dn_model *model = make_model(3);
    dn_session *session = open_session(model, 1);
    assert_int_equal(dn_preprocess_parse("xrv", &preprocess), DN_OK);
    assert_int_equal(dn_preprocess_bytes(&preprocess, &image, bytes), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "floats"));
    const dn_byte_pictures pictures = {bytes, 1, 32, 32}, none = {NULL, 1, 32, 32};
    assert_int_equal(dn_session_run_bytes(session, &pictures, &preprocess, logits),
                     DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "floats"));
    preprocess.filter = DN_BILINEAR;
    assert_int_equal(dn_session_run_bytes(session, &pictures, &preprocess, logits),
                     DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "of 1 channel for a network of 3"));
    assert_int_equal(dn_session_run_bytes(session, &none, &preprocess, logits), DN_ERROR_ARGUMENT);
    dn_session_free(session);
    dn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_as_good_as_floats),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
