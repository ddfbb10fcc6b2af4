/* SPDX-License-Identifier: MIT */
/* What of a DICOM file makes its picture. Only these attributes are ever looked at: names,
 * dates, identifiers and whatever else a hospital keeps in a file are walked over. */
#ifndef DN_IMAGE_DICOM_H
#define DN_IMAGE_DICOM_H

#include "image/decode.h"

typedef enum dn_dicom_coding {
    DN_DICOM_NATIVE,
    DN_DICOM_RLE,
    DN_DICOM_JPEG,
    DN_DICOM_JPEG_LS,
    DN_DICOM_JPEG_2000,
    DN_DICOM_NOT_READ
} dn_dicom_coding;

/* A transfer syntax (DICOM PS3.5, annex A). */
typedef struct dn_dicom_syntax {
    const char *uid; /* after "1.2.840.10008.1.2" */
    const char *name;
    dn_dicom_coding coding;
    bool big, deflated;
} dn_dicom_syntax;

typedef enum dn_dicom_attribute {
    DICOM_SAMPLES,
    DICOM_PHOTOMETRIC,
    DICOM_PLANAR,
    DICOM_FRAMES,
    DICOM_ROWS,
    DICOM_COLUMNS,
    DICOM_BITS_ALLOCATED,
    DICOM_BITS_STORED,
    DICOM_HIGH_BIT,
    DICOM_SIGNED,
    DICOM_WINDOW_CENTER,
    DICOM_WINDOW_WIDTH,
    DICOM_INTERCEPT,
    DICOM_SLOPE,
    DICOM_VOI_FUNCTION,
    DICOM_RED_SHAPE,
    DICOM_GREEN_SHAPE,
    DICOM_BLUE_SHAPE,
    DICOM_RED,
    DICOM_GREEN,
    DICOM_BLUE,
    DICOM_MODALITY_SHAPE,
    DICOM_MODALITY_TABLE,
    DICOM_VOI_SHAPE,
    DICOM_VOI_TABLE,
    DICOM_PRESENTATION,
    DICOM_OFFSETS, /* the extended table of where frames begin */
    DICOM_PIXELS,
    DICOM_FLOAT_PIXELS,
    DICOM_DOUBLE_PIXELS,
    DICOM_ATTRIBUTES
} dn_dicom_attribute;

/* The value of an attribute; data is NULL where there is none. */
typedef struct dn_dicom_value {
    const unsigned char *data;
    size_t size;
    bool has_sign; /* its numbers may be negative */
} dn_dicom_value;

typedef struct dn_dicom {
    const dn_source *source;
    const dn_dicom_syntax *syntax;
    const unsigned char *data; /* the data set, behind the file's meta information */
    size_t size;
    void *inflated; /* owned: the data set of the deflated syntax */
    int frame;      /* the one that is read, from 0 */
    dn_dicom_value values[DICOM_ATTRIBUTES];
    bool encapsulated; /* the pixels are in fragments: values[DICOM_PIXELS] is all that follows */
    bool words;        /* they are given as 16-bit words, though a sample may be a byte */

    int64_t rows, columns, frames;
    int samples;          /* of a pixel: 1, or 3 */
    int allocated;        /* bits: 1, 8, 16 or 32 */
    int stored, high_bit; /* bits of a sample that count, and the highest of them */
    bool has_sign, planar;
} dn_dicom;

/* Whether a file begins with DICOM's preamble, or as a data set without it, which is less
 * certain. */
bool dn_dicom_has_preamble(const unsigned char *data, size_t size);
bool dn_dicom_claims(const unsigned char *data, size_t size);

/* Finds the data set and its attributes. Release with dn_dicom_close, even after a failure. */
dn_status dn_dicom_open(const dn_source *source, dn_dicom *dicom);

/* Refuses to choose among several frames, and a frame that is not there. */
dn_status dn_dicom_check_frame(const dn_dicom *dicom);
void dn_dicom_close(dn_dicom *dicom);

/* Finds the attributes that the data set holds. */
dn_status dn_dicom_walk(dn_dicom *dicom);

/* The first number of an attribute; `otherwise` if it is not there or no number. */
int64_t dn_dicom_integer(const dn_dicom *dicom, dn_dicom_attribute attribute, int64_t otherwise);
/* How many frames it says it has: 1 where it says nothing, 0 where that is no number. */
int64_t dn_dicom_frames(const dn_dicom *dicom);
bool dn_dicom_decimal(const dn_dicom *dicom, dn_dicom_attribute attribute, double *value);
/* Whether its text, without the spaces around it, is this one. */
bool dn_dicom_is(const dn_dicom *dicom, dn_dicom_attribute attribute, const char *text);

/* Whether two bytes can be a value representation: two capitals. */
bool dn_dicom_is_vr(const unsigned char *bytes);

uint16_t dn_dicom_word(const unsigned char *data, bool big);
uint32_t dn_dicom_long(const unsigned char *data, bool big);

/* "NAME: the DICOM file is damaged: FAULT" */
dn_status dn_dicom_fail(const dn_dicom *dicom, const char *fault);

#endif
