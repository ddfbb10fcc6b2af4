/* SPDX-License-Identifier: MIT */
#include "tensors/hdf5/hdf5_bytes.h"

#include <string.h>

dn_hdf5_bytes dn_hdf5_from(const dn_hdf5_image *image, uint64_t address)
{
    if (address > image->size)
        return (dn_hdf5_bytes){.at = image->data, .broken = true};
    return (dn_hdf5_bytes){.at = image->data + address, .left = image->size - (size_t)address};
}

dn_hdf5_bytes dn_hdf5_cut(dn_hdf5_bytes *bytes, uint64_t size)
{
    dn_hdf5_bytes part = {.at = bytes->at, .left = (size_t)size, .broken = bytes->broken};
    if (size > bytes->left) {
        part.broken = bytes->broken = true;
        part.left = bytes->left = 0;
        return part;
    }
    bytes->at += size;
    bytes->left -= (size_t)size;
    return part;
}

uint64_t dn_hdf5_number(dn_hdf5_bytes *bytes, unsigned width)
{
    dn_hdf5_bytes part = dn_hdf5_cut(bytes, width);
    uint64_t number = 0;
    for (size_t i = part.left; i-- > 0;)
        number = number << 8 | part.at[i];
    return number;
}

void dn_hdf5_expect(dn_hdf5_bytes *bytes, const char letters[4], unsigned version)
{
    dn_hdf5_bytes part = dn_hdf5_cut(bytes, 5);
    if (part.left < 5 || memcmp(part.at, letters, 4) != 0 || part.at[4] != version)
        bytes->broken = true;
}

void dn_hdf5_put(dn_text *text, size_t width, uint64_t number)
{
    char bytes[8];
    for (size_t i = 0; i < width; i++)
        bytes[i] = (char)(unsigned char)(number >> 8 * i);
    dn_text_add_bytes(text, bytes, width);
}

void dn_hdf5_fill(dn_text *text)
{
    static const char zeros[8];
    dn_text_add_bytes(text, zeros, (8 - text->length % 8) % 8);
}

dn_status dn_hdf5_refuse_newer(void)
{
    return dn_fail(DN_ERROR_FORMAT,
                   "has HDF5's newer structures, which are not read; save it as Keras does, "
                   "with h5py's libver=\"earliest\"");
}
