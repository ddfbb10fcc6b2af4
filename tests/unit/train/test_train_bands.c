/* SPDX-License-Identifier: MIT */
/* Bands of maps: each row is in exactly one, and none is larger than the memory
 * planned for the largest. */
#include "testing.h"

#include "train/engine/padded_bands.h"

static void check_bands(int images, int height, int width, int pixels)
{
    dn_bands bands = dn_split_into_bands(images, height, width, pixels);
    int seen = 0;
    for (int i = 0; i < bands.count; i++) {
        dn_band band = dn_band_at(&bands, i);
        assert_int_equal(band.first_pixel, seen);
        assert_int_equal(band.pixels, band.images * band.rows * width);
        seen += band.pixels;
        /* Planned for these maps, and for more and higher ones. */
        for (int more = 0; more < 3; more++)
            assert_true(band.images * band.rows <=
                        dn_most_band_lines(images + more, height + 7 * more, width, pixels));
    }
    assert_int_equal(seen, images * height * width);
}

static void bands_hold_every_row_and_fit(void **state)
{
    (void)state;
    for (int images = 1; images <= 9; images++)
        for (int height = 1; height <= 75; height++)
            for (int width = 1; width <= 64; width += 7)
                for (int pixels = 5; pixels <= 2000; pixels = 3 * pixels / 2)
                    check_bands(images, height, width, pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bands_hold_every_row_and_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
