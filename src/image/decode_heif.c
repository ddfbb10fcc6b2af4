/* SPDX-License-Identifier: MIT */
/* HEIF, which phones write (HEIC), and AVIF, by libheif: the primary picture of a file, turned as
 * that says; alpha is dropped. libheif is written in C++ and brings the decoders of video with it:
 * it is loaded when the first such picture is met. */
#include "base/library.h"
#include "image/decode.h"

#include <libheif/heif.h>
#include <pthread.h>
#include <string.h>

static struct {
    bool is_here;
    struct heif_context *(*create)(void);
    void (*destroy)(struct heif_context *);
    void (*set_threads)(struct heif_context *, int);
    struct heif_error (*read)(struct heif_context *, const void *, size_t,
                              const struct heif_reading_options *);
    struct heif_error (*primary)(struct heif_context *, struct heif_image_handle **);
    int (*width)(const struct heif_image_handle *);
    int (*height)(const struct heif_image_handle *);
    struct heif_error (*decode)(const struct heif_image_handle *, struct heif_image **,
                                enum heif_colorspace, enum heif_chroma,
                                const struct heif_decoding_options *);
    int (*decoded_width)(const struct heif_image *, enum heif_channel);
    int (*decoded_height)(const struct heif_image *, enum heif_channel);
    const uint8_t *(*plane)(const struct heif_image *, enum heif_channel, int *);
    void (*release_image)(const struct heif_image *);
    void (*release_handle)(const struct heif_image_handle *);
} heif;

static void load(void)
{
    const dn_library_function functions[] = {
        {"heif_context_alloc", &heif.create},
        {"heif_context_free", &heif.destroy},
        {"heif_context_set_max_decoding_threads", &heif.set_threads},
        {"heif_context_read_from_memory_without_copy", &heif.read},
        {"heif_context_get_primary_image_handle", &heif.primary},
        {"heif_image_handle_get_width", &heif.width},
        {"heif_image_handle_get_height", &heif.height},
        {"heif_decode_image", &heif.decode},
        {"heif_image_get_width", &heif.decoded_width},
        {"heif_image_get_height", &heif.decoded_height},
        {"heif_image_get_plane_readonly", &heif.plane},
        {"heif_image_release", &heif.release_image},
        {"heif_image_handle_release", &heif.release_handle},
    };
    heif.is_here = dn_library_load("libheif.so.1", functions, sizeof functions / sizeof *functions);
}

static dn_status fail_by_library(const dn_source *source, struct heif_error error)
{
    switch (error.code) {
    case heif_error_Memory_allocation_error:
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", source->name);
    case heif_error_Unsupported_filetype:
    case heif_error_Unsupported_feature:
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a HEIF or AVIF file of a kind that this machine's libheif does not "
                       "read",
                       source->name);
    default:
        return dn_fail(DN_ERROR_FORMAT, "%s: the HEIF or AVIF file is damaged or truncated",
                       source->name);
    }
}

static dn_status copy_rows(const dn_source *source, const struct heif_image *decoded,
                           dn_image **image)
{
    int stride, width = heif.decoded_width(decoded, heif_channel_interleaved),
                height = heif.decoded_height(decoded, heif_channel_interleaved);
    const uint8_t *row = heif.plane(decoded, heif_channel_interleaved, &stride);
    if (!row || width < 1 || height < 1)
        return dn_fail(DN_ERROR_FORMAT, "%s: the HEIF or AVIF file holds no picture", source->name);
    DN_TRY(dn_image_create(source, (size_t)width, (size_t)height, 3, 8, image));
    unsigned char *out = (*image)->pixels;
    size_t bytes = 3 * (size_t)width;
    for (int y = 0; y < height; y++, row += stride, out += bytes)
        memcpy(out, row, bytes);
    return DN_OK;
}

static dn_status decode_picture(const dn_source *source, const struct heif_image_handle *handle,
                                dn_image **image)
{
    struct heif_image *decoded = NULL;
    int width = heif.width(handle), height = heif.height(handle);
    DN_TRY(dn_image_check_size(source, width < 0 ? 0 : (size_t)width,
                               height < 0 ? 0 : (size_t)height));
    struct heif_error error =
        heif.decode(handle, &decoded, heif_colorspace_RGB, heif_chroma_interleaved_RGB, NULL);
    if (error.code != heif_error_Ok)
        return fail_by_library(source, error);
    dn_status status = copy_rows(source, decoded, image);
    heif.release_image(decoded);
    return status;
}

static dn_status decode_file(const dn_source *source, struct heif_context *context,
                             dn_image **image)
{
    struct heif_image_handle *handle = NULL;
    heif.set_threads(context, 0); /* the caller's own thread */
    struct heif_error error = heif.read(context, source->data, source->size, NULL);
    if (error.code == heif_error_Ok)
        error = heif.primary(context, &handle);
    if (error.code != heif_error_Ok)
        return fail_by_library(source, error);
    dn_status status = decode_picture(source, handle, image);
    heif.release_handle(handle);
    return status;
}

dn_status dn_decode_heif(const dn_source *source, dn_image **image)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (!heif.is_here)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: is a HEIF or AVIF picture, and libheif, which reads them, is not "
                       "installed",
                       source->name);
    struct heif_context *context = heif.create();
    if (!context)
        return dn_fail(DN_ERROR_MEMORY, "%s: out of memory for decoding", source->name);
    dn_status status = decode_file(source, context, image);
    heif.destroy(context);
    return status;
}
