/* SPDX-License-Identifier: MIT */
#include "tensors/hdf5/hdf5_parts.h"

/* Levels fall by one from each node to those below it, so no path comes back. */
bool dn_hdf5_open_node(const dn_hdf5_image *image, uint64_t address, unsigned type, unsigned above,
                       dn_hdf5_node *node)
{
    dn_hdf5_bytes bytes = dn_hdf5_from(image, address);
    dn_hdf5_expect(&bytes, "TREE", type); /* a type where others have a version */
    node->level = (unsigned)dn_hdf5_number(&bytes, 1);
    node->count = (size_t)dn_hdf5_number(&bytes, 2);
    dn_hdf5_skip(&bytes, 16); /* the nodes beside it */
    node->pairs = bytes;
    return !bytes.broken && (above == DN_HDF5_TOP || node->level + 1 == above);
}
