/* SPDX-License-Identifier: MIT */
/* gzip and deflate: there and back, bounds, damage, what a header asks for. */
#include "http/coding.h"
#include "testing.h"

static void there_and_back(void **state)
{
    (void)state;
    static char text[200000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * i % 97);
    static const char *const codings[] = {"gzip", "deflate"};
    for (int i = 0; i < 2; i++) {
        size_t size, plain_size;
        unsigned char *plain;
        void *coded = coding_deflate(codings[i], text, sizeof text, &size);
        assert_non_null(coded);
        assert_true(size < sizeof text);
        assert_int_equal(coding_inflate(coded, size, sizeof text, &plain, &plain_size), CODING_OK);
        assert_int_equal(plain_size, sizeof text);
        assert_memory_equal(plain, text, sizeof text);
        free(plain);
        assert_int_equal(coding_inflate(coded, size, sizeof text - 1, &plain, &plain_size),
                         CODING_TOO_LARGE);
        assert_int_equal(coding_inflate(coded, size / 2, sizeof text, &plain, &plain_size),
                         CODING_DAMAGED);
        ((unsigned char *)coded)[size / 2] ^= 0x55;
        assert_int_equal(coding_inflate(coded, size, sizeof text, &plain, &plain_size),
                         CODING_DAMAGED);
        free(coded);
    }
}

static void what_follows_the_end_is_damage(void **state)
{
    (void)state;
    char text[2000] = "again and again";
    size_t size, plain_size;
    unsigned char *plain;
    char coded[3000];
    void *made = coding_deflate("gzip", text, sizeof text, &size);
    assert_non_null(made);
    memcpy(coded, made, size);
    coded[size] = 'x';
    free(made);
    assert_int_equal(coding_inflate(coded, size + 1, 1 << 20, &plain, &plain_size), CODING_DAMAGED);
    assert_null(plain);
    assert_int_equal(coding_inflate("", 0, 10, &plain, &plain_size), CODING_DAMAGED);
}

static void what_does_not_shrink_stays(void **state)
{
    (void)state;
    unsigned char noise[64];
    size_t size;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)(i * 167 + 13);
    assert_null(coding_deflate("gzip", noise, sizeof noise, &size));
}

static void headers_choose(void **state)
{
    (void)state;
    assert_null(coding_accepted(NULL));
    assert_null(coding_accepted(""));
    assert_null(coding_accepted("br, zstd"));
    assert_null(coding_accepted("gzip;q=0, deflate;q=0.000"));
    assert_string_equal(coding_accepted("deflate, gzip"), "gzip");
    assert_string_equal(coding_accepted("br;q=1.0, deflate;q=0.5"), "deflate");
    assert_null(coding_accepted("gzipped"));
    assert_true(coding_is_known("x-GZIP"));
    assert_false(coding_is_known("br"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(what_follows_the_end_is_damage),
        cmocka_unit_test(what_does_not_shrink_stays), cmocka_unit_test(headers_choose)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
