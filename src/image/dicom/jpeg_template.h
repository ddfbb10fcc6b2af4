/* SPDX-License-Identifier: MIT */
/* A JPEG decoder over the jpeglib.h that was included before: libjpeg-turbo's, or one of those
 * that GDCM builds for 8, 12 and 16 bits. JPEG_CODEC is the function's name. Samples stay as they
 * are stored: what colours they are, the DICOM file says. */
#include "image/dicom/dicom_codec.h"
#include "image/jpeg_memory.h"

#include <setjmp.h>
#include <string.h>

enum { MOST_SCANS = 32 };

typedef struct jpeg_job {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_source_mgr input;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
} jpeg_job;

static void jump_on_error(j_common_ptr jpeg)
{
    longjmp(((jpeg_job *)jpeg->client_data)->escape, 1);
}

/* Each scan costs a pass over the whole picture. */
static void count_scans(j_common_ptr jpeg)
{
    if (((j_decompress_ptr)jpeg)->input_scan_number > MOST_SCANS)
        jump_on_error(jpeg);
}

static dn_dicom_outcome read_rows(jpeg_job *work, const dn_dicom_job *job)
{
    struct jpeg_decompress_struct *jpeg = &work->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->src = &work->input;
    jpeg->progress = &work->progress;
    if (jpeg_read_header(jpeg, TRUE) != JPEG_HEADER_OK)
        return DN_DICOM_DAMAGED;
    jpeg->out_color_space = jpeg->jpeg_color_space;
    if (!jpeg_start_decompress(jpeg) || jpeg->output_width != job->columns ||
        jpeg->output_height != job->rows || jpeg->output_components != (int)job->samples)
        return DN_DICOM_DAMAGED;
    size_t row = (size_t)job->columns * job->samples, size = row * (job->bits > 8 ? 2 : 1);
    JSAMPARRAY samples =
        jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, (JDIMENSION)row, 1);
    unsigned char *out = job->out;
    for (unsigned y = 0; y < job->rows; y++, out += size) {
        if (jpeg_read_scanlines(jpeg, samples, 1) != 1)
            return DN_DICOM_DAMAGED;
        for (size_t i = 0; i < row; i++) {
            unsigned value = (unsigned)samples[0][i];
            if (job->bits > 8) {
                out[2 * i] = (unsigned char)(value & 255);
                out[2 * i + 1] = (unsigned char)(value >> 8 & 255);
            } else {
                out[i] = (unsigned char)value;
            }
        }
    }
    return jpeg_finish_decompress(jpeg) ? DN_DICOM_DECODED : DN_DICOM_DAMAGED;
}

dn_dicom_outcome JPEG_CODEC(const dn_dicom_job *job)
{
    jpeg_job work;
    memset(&work, 0, sizeof work);
    read_from_memory(&work.input, job->stream, job->stream_size);
    work.jpeg.err = jpeg_std_error(&work.errors);
    work.jpeg.client_data = &work;
    work.errors.error_exit = jump_on_error;
    work.errors.output_message = ignore_message;
    work.errors.emit_message = refuse_lost_samples;
    work.progress.progress_monitor = count_scans;
    dn_dicom_outcome outcome =
        setjmp(work.escape)
            ? work.errors.msg_code == JERR_OUT_OF_MEMORY ? DN_DICOM_NO_MEMORY : DN_DICOM_DAMAGED
            : read_rows(&work, job);
    jpeg_destroy_decompress(&work.jpeg);
    return outcome;
}
