/* SPDX-License-Identifier: MIT */
/* Maps split into bands (whole rows of one image, or several whole small
 * images), which are copied with a border of zeros into a thread's own memory
 * for convolutions to read. */
#ifndef DN_ENGINE_PADDED_BANDS_H
#define DN_ENGINE_PADDED_BANDS_H

#include "kernels/kernels.h"

/* Lines of pixels in a band. */
#define DN_MAX_BAND_LINES 64

typedef struct dn_bands {
    int images, height, width;
    int rows;  /* of an image in a band: all of them where group > 1 */
    int group; /* images in a band */
    int count;
} dn_bands;

typedef struct dn_band {
    int image, images;
    int top, rows;
    int first_pixel, pixels; /* of the maps; they are contiguous */
} dn_band;

/* Bands of about `pixels` pixels; rows come in fours, the height of Winograd's
 * tiles, unless a band has all rows. */
dn_bands dn_split_into_bands(int images, int height, int width, int pixels);
dn_band dn_band_at(const dn_bands *bands, int index);

/* The most lines of pixels in any band of dn_split_into_bands, for this many images of
 * this height, or fewer or lower ones. */
int dn_most_band_lines(int images, int height, int width, int pixels);

/* How a band is padded. Rows are those of the source. */
typedef struct dn_frame_shape {
    int height, width;          /* of a source image */
    int stride, kernel;         /* source rows a band needs: (rows - 1) * stride + kernel */
    int before;                 /* zeros above and left: the convolution's padding */
    int right, below;           /* zeros right of and rows below what the kernel needs */
    int channels, pixel_stride; /* numbers of a pixel; the rest of its stride is zeroed */
    dn_dtype type;              /* of the numbers */
} dn_frame_shape;

/* Writes source row y of an image, `width` pixels. */
typedef void dn_fill_line(const void *context, int image, int y, void *line);

/* Floats that hold a frame of any of the bands, and one vector past its last pixel. */
size_t dn_frame_floats(const dn_frame_shape *shape, const dn_bands *bands);

/* Fills the frame; the grid's first pixel is the centre of the band's first
 * window, and its height and width are what the kernel needs, less the border. */
dn_grid dn_fill_frame(const dn_frame_shape *shape, const dn_band *band, dn_fill_line *fill,
                      const void *context, void *memory);

#endif
