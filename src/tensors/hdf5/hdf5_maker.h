/* SPDX-License-Identifier: MIT */
/* An HDF5 file being made in memory. Only between dn_hdf5_enter and dn_hdf5_leave. */
#ifndef DN_HDF5_MAKER_H
#define DN_HDF5_MAKER_H

#include "tensors/hdf5/hdf5_library.h"
#include "tensors/writers.h"

/* Identifiers of a file being made; -1: not yet. */
typedef struct dn_hdf5_maker {
    hid_t file, access, create, group_list, dataset_list, text, float16;
    bool with_classes;
    const dn_output *outputs;
    size_t count;
    int numbers[3]; /* layers of each class so far */
} dn_hdf5_maker;

/* What to say of a failure of the library's. */
dn_status dn_hdf5_not_made(void);

/* An attribute of texts; scalar: of one, without a shape. */
dn_status dn_hdf5_add_texts(const dn_hdf5_maker *m, hid_t object, const char *name,
                            const char *const *texts, size_t count, bool scalar);
dn_status dn_hdf5_add_text(const dn_hdf5_maker *m, hid_t object, const char *name,
                           const char *text);

dn_status dn_hdf5_add_dataset(const dn_hdf5_maker *m, hid_t group, const char *name,
                              const dn_output *output);
hid_t dn_hdf5_make_group(const dn_hdf5_maker *m, hid_t parent, const char *name);

/* All outputs, in the two layouts of dn_write_keras_classes and dn_write_keras_layers. */
dn_status dn_hdf5_add_by_classes(dn_hdf5_maker *m);
dn_status dn_hdf5_add_by_names(const dn_hdf5_maker *m);

#endif
