/* SPDX-License-Identifier: MIT */
/* HDF5's rows of the readers, Keras' .h5 and .weights.h5, and its .keras, a zip archive with such
 * a file in it. */
#include "tensors/hdf5/hdf5_files.h"
#include "tensors/readers.h"
#include "tensors/zip/zip.h"

#include <string.h>

static bool is_hdf5(const unsigned char *data, size_t size)
{
    static const char magic[] = "\x89HDF\r\n\x1a\n";
    return size >= sizeof magic - 1 && memcmp(data, magic, sizeof magic - 1) == 0;
}

static bool is_keras(const unsigned char *data, size_t size)
{
    return size >= 4 && memcmp(data, "PK\x03\x04", 4) == 0 &&
           dn_zip_lists(data, size, DN_KERAS_WEIGHTS);
}

const dn_reader dn_hdf5_reader = {"hdf5", is_hdf5, dn_hdf5_read_file};
const dn_reader dn_keras_reader = {"keras", is_keras, dn_keras_read_archive};
