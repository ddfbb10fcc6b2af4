/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <png.h>
#include <stdlib.h>

static dn_status fail_to_write(png_image *image)
{
    dn_status status = dn_fail(DN_ERROR_MEMORY, "a PNG picture of %u x %u pixels: %s",
                               (unsigned)image->width, (unsigned)image->height, image->message);
    png_image_free(image);
    return status;
}

dn_status dn_png_encode(const unsigned char *pixels, int width, int height, int channels,
                        void **file, size_t *size)
{
    DN_NEED(pixels);
    DN_NEED(file);
    DN_NEED(size);
    if (width < 1 || height < 1 || (channels != 1 && channels != 3 && channels != 4))
        return dn_fail(DN_ERROR_ARGUMENT, "a PNG picture of %d x %d pixels of %d bytes", width,
                       height, channels);
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = channels == 1   ? PNG_FORMAT_GRAY
                                 : channels == 3 ? PNG_FORMAT_RGB
                                                 : PNG_FORMAT_RGBA,
                       .flags = PNG_IMAGE_FLAG_FAST};
    png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *made = malloc(bytes);
    if (!made)
        return dn_fail_memory(bytes);
    if (!png_image_write_to_memory(&image, made, &bytes, 0, pixels, 0, NULL)) {
        free(made);
        return fail_to_write(&image);
    }
    void *smaller = realloc(made, bytes);
    *file = smaller ? smaller : made;
    *size = bytes;
    return DN_OK;
}
