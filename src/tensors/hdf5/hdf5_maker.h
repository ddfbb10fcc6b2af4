/* SPDX-License-Identifier: MIT */
/* An HDF5 file being made: first its superblock, then all tensors' numbers in order, then what
 * describes them, which is put together here. So every address is known as soon as it is needed. */
#ifndef DN_HDF5_MAKER_H
#define DN_HDF5_MAKER_H

#include "tensors/hdf5/hdf5_bytes.h"
#include "tensors/writers.h"

enum { DN_HDF5_SUPERBLOCK = 96, DN_HDF5_LEAF = 4, DN_HDF5_BRANCH = 16 };

/* A group or a dataset. */
typedef struct dn_hdf5_item {
    char *name;
    bool is_group;
    struct dn_hdf5_item *members, *next; /* of a group, the last first; of its group */
    struct dn_hdf5_item *before;         /* the one that was added before it */
    size_t member_count;
    dn_text messages; /* of its header; a group's own are added at the end */
    unsigned message_count;
    uint64_t address, tree, names; /* once written: of its header, and of a group's parts */
} dn_hdf5_item;

typedef struct dn_hdf5_maker {
    const dn_output *outputs;
    size_t count;
    dn_hdf5_item *root, *last; /* the first and the last that was added */
    uint64_t next_number;      /* where the next dataset's numbers are */
    uint64_t begin;            /* where `texts` is */
    dn_text texts, described;  /* collections of texts; headers, trees and names, behind them */
    size_t collection_begin, collection_end, collection_count; /* the last one, and its texts */
    int numbers[3];                                            /* layers of each class so far */
} dn_hdf5_maker;

/* Where an output's numbers are, the one before it ending at `end`. */
static inline uint64_t dn_hdf5_align(uint64_t end)
{
    return (end + 7) / 8 * 8;
}

/* Begins with a root. */
dn_status dn_hdf5_begin(dn_hdf5_maker *m, const dn_output *outputs, size_t count);
void dn_hdf5_drop(dn_hdf5_maker *m);

dn_status dn_hdf5_add_group(dn_hdf5_maker *m, dn_hdf5_item *parent, const char *name,
                            dn_hdf5_item **group);

/* The outputs, in their order. */
dn_status dn_hdf5_add_dataset(dn_hdf5_maker *m, dn_hdf5_item *group, const char *name,
                              const dn_output *output);

/* An attribute of texts; scalar: of one, without a shape. */
dn_status dn_hdf5_add_texts(dn_hdf5_maker *m, dn_hdf5_item *item, const char *name,
                            const char *const *texts, size_t count, bool scalar);
dn_status dn_hdf5_add_text(dn_hdf5_maker *m, dn_hdf5_item *item, const char *name,
                           const char *text);

/* Puts a text into a collection: adds a reference to it. */
void dn_hdf5_store_text(dn_hdf5_maker *m, const char *text, dn_text *reference);
void dn_hdf5_end_collection(dn_hdf5_maker *m);

/* Adds a group's names and tree to `described`, which begins at byte `begin` of the file, and the
 * message that leads to them to the group's. Its members' headers are there already. */
dn_status dn_hdf5_put_members(dn_hdf5_maker *m, uint64_t begin, dn_hdf5_item *item);

/* All outputs, in the two layouts of dn_write_keras_classes and dn_write_keras_layers. */
dn_status dn_hdf5_add_by_classes(dn_hdf5_maker *m);
dn_status dn_hdf5_add_by_names(dn_hdf5_maker *m);

#endif
