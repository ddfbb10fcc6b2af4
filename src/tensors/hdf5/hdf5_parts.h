/* SPDX-License-Identifier: MIT */
/* What an HDF5 file in memory holds, as tensors and values: groups one within another, datasets,
 * attributes. The layout is that of the HDF5 File Format Specification, of which only the oldest
 * structures are read: h5py writes no others unless it is asked to, and so Keras does not. */
#ifndef DN_HDF5_PARTS_H
#define DN_HDF5_PARTS_H

#include "tensors/hdf5/hdf5_bytes.h"
#include "tensors/tensors.h"

/* ---------------------------------------------------------------- structures */

typedef struct dn_hdf5_message {
    unsigned type;
    dn_hdf5_bytes body;
} dn_hdf5_message;

typedef struct dn_hdf5_object {
    const char *path;
    dn_hdf5_message *messages; /* the pool's */
    size_t count;
} dn_hdf5_object;

/* A node of a tree: `count` pairs of a key and the address of what is below it. */
typedef struct dn_hdf5_node {
    unsigned level; /* 0: below are no more nodes */
    size_t count;
    dn_hdf5_bytes pairs;
} dn_hdf5_node;

typedef struct dn_hdf5_link {
    const char *name; /* the file's */
    uint64_t address;
} dn_hdf5_link;

/* An element's type. */
typedef enum dn_hdf5_kind {
    DN_HDF5_OTHER,
    DN_HDF5_NUMBER,
    DN_HDF5_FIXED_TEXT,
    DN_HDF5_VARIABLE_TEXT
} dn_hdf5_kind;

typedef struct dn_hdf5_element {
    dn_hdf5_kind kind;
    size_t size;
    dn_dtype dtype; /* of a number */
    bool swapped;   /* its big end comes first */
} dn_hdf5_element;

/* ------------------------------------------------------------------- reading */

/* As dn_hdf5_read_file, of an HDF5 file in memory (hdf5_files.h). */
dn_status dn_hdf5_read(dn_tensor_file *file, const unsigned char *data, size_t size);

/* Sets where the root's header is, and the image's size to the file's own. */
dn_status dn_hdf5_read_superblock(dn_hdf5_image *image, uint64_t *root);

dn_status dn_hdf5_read_object(const dn_hdf5_image *image, uint64_t address, const char *path,
                              dn_hdf5_object *object);

/* A message's bytes; false if there is none of that type. */
bool dn_hdf5_find_message(const dn_hdf5_object *object, unsigned type, dn_hdf5_bytes *body);

/* Opens a tree's node: of type 0, groups' names; 1, chunks. above: the level of the node that leads
 * here; DN_HDF5_TOP: none. False if it is damaged. */
enum { DN_HDF5_TOP = 256 };
bool dn_hdf5_open_node(const dn_hdf5_image *image, uint64_t address, unsigned type, unsigned above,
                       dn_hdf5_node *node);

/* The members of a group, by name. */
dn_status dn_hdf5_list_group(const dn_hdf5_image *image, const dn_hdf5_object *object,
                             dn_hdf5_link **links, size_t *count);

/* The attributes of an object as values. */
dn_status dn_hdf5_read_attributes(const dn_hdf5_image *image, const dn_hdf5_object *object);

/* A text of variable length, whose reference is read; false if it does not lie in a collection. */
dn_status dn_hdf5_read_text(const dn_hdf5_image *image, dn_hdf5_bytes *reference, const char **text,
                            bool *whole);

/* A dataspace: a shape of rank 0 to DN_MAX_RANK; -1 of no elements at all, or another rank. */
bool dn_hdf5_read_space(dn_hdf5_bytes body, int *rank, int64_t shape[DN_MAX_RANK]);
bool dn_hdf5_read_element(dn_hdf5_bytes body, dn_hdf5_element *element);

/* Turns the bytes of each of `count` elements round, from one place to another or the same one. */
void dn_hdf5_swap(const unsigned char *from, size_t count, size_t size, unsigned char *to);

/* A dataset as a tensor; what is not of numbers is passed over. */
dn_status dn_hdf5_read_dataset(const dn_hdf5_image *image, const dn_hdf5_object *object);

/* Refuses tensors that have some of their bytes in common, unless they have all: these are one
 * dataset by two names. */
dn_status dn_hdf5_check_overlaps(const dn_hdf5_image *image);

/* -------------------------------------------------------------------- chunks */

enum { DN_HDF5_MOST_FILTERS = 4, DN_HDF5_CHECKSUM = 4 };

/* What was done to each chunk, in this order. */
typedef struct dn_hdf5_filters {
    int ids[DN_HDF5_MOST_FILTERS], count;
    size_t element, bytes;     /* of an element, and of a whole chunk */
    unsigned char *buffers[2]; /* of dn_hdf5_room(filters) bytes */
} dn_hdf5_filters;

dn_status dn_hdf5_read_filters(const dn_hdf5_object *object, dn_hdf5_filters *filters);

static inline size_t dn_hdf5_room(const dn_hdf5_filters *filters)
{
    return filters->bytes + DN_HDF5_CHECKSUM;
}

/* Undoes the filters but those that the chunk went without. *found is in the file or a buffer; NULL
 * if it is damaged. */
dn_status dn_hdf5_unpack(const dn_hdf5_filters *filters, const unsigned char *packed, size_t size,
                         uint64_t without, const unsigned char **found);

/* A dataset that is stored in chunks, perhaps compressed, into `bytes`. layout: the message from
 * the number of dimensions on. */
dn_status dn_hdf5_read_chunks(const dn_hdf5_image *image, const dn_hdf5_object *object,
                              dn_hdf5_bytes layout, const dn_tensor *tensor, unsigned char *bytes);

#endif
