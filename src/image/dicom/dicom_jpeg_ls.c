/* SPDX-License-Identifier: MIT */
/* JPEG-LS by CharLS, which is written in C++: it is loaded when the first such frame is met, since
 * with C++'s library it would delay the start of every command (docs/dicom.md). */
#include "base/library.h"
#include "image/dicom/dicom_codec.h"

#include <charls/charls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(number) #number
#define LIBRARY(major) "libcharls.so." TEXT_OF(major)

static struct {
    bool is_here;
    charls_jpegls_decoder *(*create)(void);
    void (*destroy)(const charls_jpegls_decoder *);
    charls_jpegls_errc (*set_source)(charls_jpegls_decoder *, const void *, size_t);
    charls_jpegls_errc (*read_header)(charls_jpegls_decoder *);
    charls_jpegls_errc (*interleave)(const charls_jpegls_decoder *, charls_interleave_mode *);
    charls_jpegls_errc (*decode)(charls_jpegls_decoder *, void *, size_t, uint32_t);
} charls;

static void load(void)
{
    const dn_library_function functions[] = {
        {"charls_jpegls_decoder_create", &charls.create},
        {"charls_jpegls_decoder_destroy", &charls.destroy},
        {"charls_jpegls_decoder_set_source_buffer", &charls.set_source},
        {"charls_jpegls_decoder_read_header", &charls.read_header},
        {"charls_jpegls_decoder_get_interleave_mode", &charls.interleave},
        {"charls_jpegls_decoder_decode_to_buffer", &charls.decode},
    };
    charls.is_here = dn_library_load(LIBRARY(CHARLS_VERSION_MAJOR), functions,
                                     sizeof functions / sizeof *functions);
}

/* Whole planes one after another, to pixels of three samples. */
static void interleave(const unsigned char *planes, const dn_dicom_job *job)
{
    size_t width = job->bits > 8 ? 2 : 1, pixels = (size_t)job->columns * job->rows;
    for (size_t c = 0; c < job->samples; c++)
        for (size_t i = 0; i < pixels; i++)
            memcpy(job->out + (i * job->samples + c) * width, planes + (c * pixels + i) * width,
                   width);
}

static dn_dicom_outcome decode(charls_jpegls_decoder *decoder, const dn_dicom_job *job)
{
    charls_interleave_mode mode = CHARLS_INTERLEAVE_MODE_NONE;
    if (charls.set_source(decoder, job->stream, job->stream_size) || charls.read_header(decoder) ||
        charls.interleave(decoder, &mode))
        return DN_DICOM_DAMAGED;
    bool apart = job->samples > 1 && mode == CHARLS_INTERLEAVE_MODE_NONE;
    unsigned char *planes = apart ? malloc(job->out_size) : job->out;
    if (!planes)
        return DN_DICOM_NO_MEMORY;
    charls_jpegls_errc fault = charls.decode(decoder, planes, job->out_size, 0);
    if (apart) {
        if (!fault)
            interleave(planes, job);
        free(planes);
    }
    return fault == CHARLS_JPEGLS_ERRC_NOT_ENOUGH_MEMORY ? DN_DICOM_NO_MEMORY
           : fault                                       ? DN_DICOM_DAMAGED
                                                         : DN_DICOM_DECODED;
}

dn_dicom_outcome dn_dicom_jpeg_ls(const dn_dicom_job *job)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (!charls.is_here)
        return DN_DICOM_NOT_HERE;
    charls_jpegls_decoder *decoder = charls.create();
    if (!decoder)
        return DN_DICOM_NO_MEMORY;
    dn_dicom_outcome outcome = decode(decoder, job);
    charls.destroy(decoder);
    return outcome;
}
