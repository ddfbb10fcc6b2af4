/* SPDX-License-Identifier: MIT */
/* Bytes of an HDF5 file, none of which are read but through these; numbers that reader and writer
 * share. */
#ifndef DN_HDF5_BYTES_H
#define DN_HDF5_BYTES_H

#include "base/text.h"
#include "tensors/tensors.h"

/* The bytes of the HDF5 file, which may lie in a zip archive's entry. */
typedef struct dn_hdf5_image {
    dn_tensor_file *file; /* what is read is added to it */
    const unsigned char *data;
    size_t size;
} dn_hdf5_image;

/* Bytes that are taken from the front. Who takes more than are left gets zeros, and they are
 * `broken` from then on. */
typedef struct dn_hdf5_bytes {
    const unsigned char *at;
    size_t left;
    bool broken;
} dn_hdf5_bytes;

/* "No address". */
#define DN_HDF5_NOWHERE UINT64_MAX

/* An object's header is a list of messages; these are their types. */
enum {
    DN_HDF5_SPACE = 0x1,
    DN_HDF5_TYPE = 0x3,
    DN_HDF5_FILL = 0x5, /* values of what was not written */
    DN_HDF5_EXTERNAL = 0x7,
    DN_HDF5_LAYOUT = 0x8,
    DN_HDF5_FILTERS = 0xb,
    DN_HDF5_ATTRIBUTE = 0xc,
    DN_HDF5_SYMBOLS = 0x11
};

/* All from an address to the file's end; broken if it is outside. */
dn_hdf5_bytes dn_hdf5_from(const dn_hdf5_image *image, uint64_t address);

/* The next `size` bytes, on their own; broken if there are fewer. */
dn_hdf5_bytes dn_hdf5_cut(dn_hdf5_bytes *bytes, uint64_t size);

/* A number of `width` bytes, the little end first. */
uint64_t dn_hdf5_number(dn_hdf5_bytes *bytes, unsigned width);

/* Takes four letters and the version that follow; broken if they are others. */
void dn_hdf5_expect(dn_hdf5_bytes *bytes, const char letters[4], unsigned version);

static inline void dn_hdf5_skip(dn_hdf5_bytes *bytes, uint64_t size)
{
    (void)dn_hdf5_cut(bytes, size);
}

/* Adds a number of `width` bytes, the little end first; zeros, up to a multiple of 8 bytes. */
void dn_hdf5_put(dn_text *text, size_t width, uint64_t number);
void dn_hdf5_fill(dn_text *text);

/* What to say of structures that a newer HDF5 writes. */
dn_status dn_hdf5_refuse_newer(void);

#endif
