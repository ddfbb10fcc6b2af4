/* SPDX-License-Identifier: MIT */
/* The first 96 or 100 bytes: what addresses are, where the file ends, where its root is. */
#include "tensors/hdf5/hdf5_parts.h"

enum { MAGIC = 8, NEWEST = 1, TREE_SIZES = 4, FLAGS = 4, WIDTH = 8 };

/* Versions of the file's parts, the bytes of an address and of a length, most members of trees'
 * nodes, of which version 1 has one number more. */
static dn_status read_versions(dn_hdf5_bytes *bytes)
{
    dn_hdf5_skip(bytes, MAGIC);
    uint64_t version = dn_hdf5_number(bytes, 1);
    if (version > NEWEST)
        return dn_hdf5_refuse_newer();
    uint64_t free_space = dn_hdf5_number(bytes, 1), root = dn_hdf5_number(bytes, 1);
    dn_hdf5_skip(bytes, 1);
    uint64_t shared = dn_hdf5_number(bytes, 1), address = dn_hdf5_number(bytes, 1),
             length = dn_hdf5_number(bytes, 1);
    dn_hdf5_skip(bytes, 1);
    if (free_space || root || shared)
        return dn_hdf5_refuse_newer();
    if (!bytes->broken && (address != WIDTH || length != WIDTH))
        return dn_fail(DN_ERROR_FORMAT,
                       "has HDF5 addresses of %u bytes and lengths of %u, 8 and 8 are expected, as "
                       "h5py writes them",
                       (unsigned)address, (unsigned)length);
    dn_hdf5_skip(bytes, TREE_SIZES + FLAGS + (version == 1 ? 4 : 0));
    return DN_OK;
}

dn_status dn_hdf5_read_superblock(dn_hdf5_image *image, uint64_t *root)
{
    dn_hdf5_bytes bytes = dn_hdf5_from(image, 0);
    DN_TRY(read_versions(&bytes));
    uint64_t base = dn_hdf5_number(&bytes, WIDTH), free_space = dn_hdf5_number(&bytes, WIDTH),
             end = dn_hdf5_number(&bytes, WIDTH), driver = dn_hdf5_number(&bytes, WIDTH);
    dn_hdf5_skip(&bytes, WIDTH); /* the root's name, which it has not */
    *root = dn_hdf5_number(&bytes, WIDTH);
    if (bytes.broken || end > image->size)
        return dn_fail(DN_ERROR_FORMAT, "is a damaged or truncated HDF5 file");
    if (base != 0)
        return dn_fail(DN_ERROR_FORMAT,
                       "has HDF5 addresses that count from byte %llu; save it without a user block",
                       (unsigned long long)base);
    if (free_space != DN_HDF5_NOWHERE || driver != DN_HDF5_NOWHERE)
        return dn_hdf5_refuse_newer();
    image->size = (size_t)end;
    return DN_OK;
}
