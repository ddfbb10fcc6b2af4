/* SPDX-License-Identifier: MIT */
/* Keras' HDF5 files, made in memory and then written as any other file. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_maker.h"
#include "tensors/tensors.h"
#include "tensors/writers.h"

#include <stdlib.h>

enum { INCREMENT = 1 << 20 };

static bool make_types(dn_hdf5_maker *m)
{
    m->text = H5(H5Tcopy)(dn_hdf5.string);
    m->float16 = H5(H5Tcopy)(dn_hdf5.f32);
    return m->text >= 0 && m->float16 >= 0 && H5(H5Tset_size)(m->text, H5T_VARIABLE) >= 0 &&
           H5(H5Tset_cset)(m->text, H5T_CSET_UTF8) >= 0 &&
           H5(H5Tset_fields)(m->float16, 15, 10, 5, 0, 10) >= 0 &&
           H5(H5Tset_size)(m->float16, 2) >= 0 && H5(H5Tset_ebias)(m->float16, 15) >= 0;
}

/* Without times the same tensors make the same bytes. */
static bool make_lists(dn_hdf5_maker *m)
{
    m->access = H5(H5Pcreate)(dn_hdf5.file_access);
    m->create = H5(H5Pcreate)(dn_hdf5.file_create);
    m->group_list = H5(H5Pcreate)(dn_hdf5.group_create);
    m->dataset_list = H5(H5Pcreate)(dn_hdf5.dataset_create);
    return m->access >= 0 && m->create >= 0 && m->group_list >= 0 && m->dataset_list >= 0 &&
           H5(H5Pset_fapl_core)(m->access, INCREMENT, false) >= 0 &&
           H5(H5Pset_obj_track_times)(m->create, false) >= 0 &&
           H5(H5Pset_obj_track_times)(m->group_list, false) >= 0 &&
           H5(H5Pset_obj_track_times)(m->dataset_list, false) >= 0;
}

static dn_status make_file(dn_hdf5_maker *m, const char *metadata)
{
    if (!make_types(m) || !make_lists(m))
        return dn_hdf5_not_made();
    m->file = H5(H5Fcreate)("image", DN_HDF5_TRUNCATE, m->create, m->access);
    if (m->file < 0)
        return dn_hdf5_not_made();
    DN_TRY(m->with_classes ? dn_hdf5_add_by_classes(m) : dn_hdf5_add_by_names(m));
    DN_TRY(dn_hdf5_add_text(m, m->file, DN_METADATA_ENTRY, metadata));
    return H5(H5Fflush)(m->file, H5F_SCOPE_GLOBAL) < 0 ? dn_hdf5_not_made() : DN_OK;
}

static dn_status write_image(const dn_hdf5_maker *m, dn_file_writer *writer)
{
    ssize_t size = H5(H5Fget_file_image)(m->file, NULL, 0);
    unsigned char *image;
    if (size < 0)
        return dn_hdf5_not_made();
    DN_TRY(dn_alloc_aligned((size_t)size, 1, &image));
    dn_status status = H5(H5Fget_file_image)(m->file, image, (size_t)size) == size
                           ? dn_file_write(writer, image, (size_t)size)
                           : dn_hdf5_not_made();
    free(image);
    return status;
}

static void release(dn_hdf5_maker *m)
{
    hid_t lists[] = {m->access, m->create, m->group_list, m->dataset_list};
    if (m->file >= 0)
        H5(H5Fclose)(m->file);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i] >= 0)
            H5(H5Pclose)(lists[i]);
    if (m->text >= 0)
        H5(H5Tclose)(m->text);
    if (m->float16 >= 0)
        H5(H5Tclose)(m->float16);
}

static dn_status write(dn_file_writer *writer, bool with_classes, const char *metadata,
                       const dn_output *outputs, size_t count)
{
    dn_hdf5_maker m = {.file = -1,
                       .access = -1,
                       .create = -1,
                       .group_list = -1,
                       .dataset_list = -1,
                       .text = -1,
                       .float16 = -1,
                       .with_classes = with_classes,
                       .outputs = outputs,
                       .count = count};
    DN_TRY(dn_hdf5_enter());
    dn_status status = make_file(&m, metadata);
    if (status == DN_OK)
        status = write_image(&m, writer);
    release(&m);
    dn_hdf5_leave();
    return status;
}

dn_status dn_write_keras_layers(dn_file_writer *writer, const char *metadata,
                                const dn_output *outputs, size_t count)
{
    return write(writer, false, metadata, outputs, count);
}

dn_status dn_write_keras_classes(dn_file_writer *writer, const char *metadata,
                                 const dn_output *outputs, size_t count)
{
    return write(writer, true, metadata, outputs, count);
}
