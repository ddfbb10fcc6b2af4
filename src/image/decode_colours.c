/* SPDX-License-Identifier: MIT */
/* Palettes and inks, for the decoders. */
#include "image/decode.h"

void dn_palette_start(dn_palette palette)
{
    for (int i = 0; i < 256; i++)
        for (int c = 0; c < 3; c++)
            palette[i][c] = (unsigned char)i;
}

/* White less black is dimmed by each ink, a * b / 255 rounded. */
void dn_inks_to_rgb(const unsigned char *inks, int count, unsigned char *rgb)
{
    for (int x = 0; x < count; x++, inks += 4, rgb += 3) {
        unsigned white = inks[3];
        for (int c = 0; c < 3; c++) {
            unsigned product = (255u - inks[c]) * white + 128;
            rgb[c] = (unsigned char)(white - ((product >> 8) + product) / 256);
        }
    }
}
