/* SPDX-License-Identifier: MIT */
/* libhdf5, loaded when the first HDF5 file is read or written: linked, it and the libraries that
 * it brings in would delay every start (docs/weights.md). Its own state is not for several threads,
 * so one at a time is between dn_hdf5_enter and dn_hdf5_leave. */
#ifndef DN_HDF5_LIBRARY_H
#define DN_HDF5_LIBRARY_H

#include "base/status.h"

#define H5_USE_110_API
#include <hdf5.h>

/* X(name): the functions that are called; a name that hdf5.h makes a macro stands for the function
 * behind it. */
#define DN_HDF5_FUNCTIONS(X)                                                                       \
    X(H5open)                                                                                      \
    X(H5dont_atexit)                                                                               \
    X(H5get_libversion)                                                                            \
    X(H5free_memory)                                                                               \
    X(H5Eget_auto2)                                                                                \
    X(H5Eset_auto2)                                                                                \
    X(H5Eclear2)                                                                                   \
    X(H5Pcreate)                                                                                   \
    X(H5Pclose)                                                                                    \
    X(H5Pset_fapl_core)                                                                            \
    X(H5Pset_file_image)                                                                           \
    X(H5Pset_file_image_callbacks)                                                                 \
    X(H5Pset_obj_track_times)                                                                      \
    X(H5Pget_layout)                                                                               \
    X(H5Pget_chunk)                                                                                \
    X(H5Pget_external_count)                                                                       \
    X(H5Pget_nfilters)                                                                             \
    X(H5Pget_filter2)                                                                              \
    X(H5Fopen)                                                                                     \
    X(H5Fcreate)                                                                                   \
    X(H5Fflush)                                                                                    \
    X(H5Fget_file_image)                                                                           \
    X(H5Fclose)                                                                                    \
    X(H5Literate)                                                                                  \
    X(H5Oopen)                                                                                     \
    X(H5Oget_info2)                                                                                \
    X(H5Oclose)                                                                                    \
    X(H5Gcreate2)                                                                                  \
    X(H5Gclose)                                                                                    \
    X(H5Aopen_by_idx)                                                                              \
    X(H5Aget_name)                                                                                 \
    X(H5Aget_type)                                                                                 \
    X(H5Aget_space)                                                                                \
    X(H5Aread)                                                                                     \
    X(H5Acreate2)                                                                                  \
    X(H5Awrite)                                                                                    \
    X(H5Aclose)                                                                                    \
    X(H5Screate)                                                                                   \
    X(H5Screate_simple)                                                                            \
    X(H5Sget_simple_extent_type)                                                                   \
    X(H5Sget_simple_extent_ndims)                                                                  \
    X(H5Sget_simple_extent_dims)                                                                   \
    X(H5Sclose)                                                                                    \
    X(H5Tcopy)                                                                                     \
    X(H5Tset_size)                                                                                 \
    X(H5Tset_fields)                                                                               \
    X(H5Tset_ebias)                                                                                \
    X(H5Tset_cset)                                                                                 \
    X(H5Tget_class)                                                                                \
    X(H5Tget_size)                                                                                 \
    X(H5Tget_order)                                                                                \
    X(H5Tget_sign)                                                                                 \
    X(H5Tget_fields)                                                                               \
    X(H5Tis_variable_str)                                                                          \
    X(H5Tclose)                                                                                    \
    X(H5Dvlen_reclaim)                                                                             \
    X(H5Dcreate2)                                                                                  \
    X(H5Dget_space)                                                                                \
    X(H5Dget_type)                                                                                 \
    X(H5Dget_create_plist)                                                                         \
    X(H5Dget_offset)                                                                               \
    X(H5Dget_chunk_info_by_coord)                                                                  \
    X(H5Dread_chunk)                                                                               \
    X(H5Dread)                                                                                     \
    X(H5Dwrite)                                                                                    \
    X(H5Dclose)

/* X(field, variable): identifiers that the library sets when it is opened. */
#define DN_HDF5_IDENTIFIERS(X)                                                                     \
    X(file_access, H5P_CLS_FILE_ACCESS_ID_g)                                                       \
    X(file_create, H5P_CLS_FILE_CREATE_ID_g)                                                       \
    X(group_create, H5P_CLS_GROUP_CREATE_ID_g)                                                     \
    X(dataset_create, H5P_CLS_DATASET_CREATE_ID_g)                                                 \
    X(f32, H5T_IEEE_F32LE_g)                                                                       \
    X(string, H5T_C_S1_g)

#define DN_HDF5_POINTER(name) __typeof__(name) *name##_;
#define DN_HDF5_IDENTIFIER(field, variable) hid_t field;
typedef struct dn_hdf5_library {
    void *handle;
    DN_HDF5_FUNCTIONS(DN_HDF5_POINTER)
    DN_HDF5_IDENTIFIERS(DN_HDF5_IDENTIFIER)
} dn_hdf5_library;

/* Between a successful dn_hdf5_enter and dn_hdf5_leave only. */
extern dn_hdf5_library dn_hdf5;
#define H5(name) (dn_hdf5.name##_)

/* H5F_ACC_RDONLY and H5F_ACC_TRUNC, which hdf5.h combines with calls of the library. */
enum { DN_HDF5_READ = 0, DN_HDF5_TRUNCATE = 2 };

/* Waits for other threads and silences the library's own messages; DN_ERROR_IO if there is no
 * libhdf5, or another than the program was built with. */
dn_status dn_hdf5_enter(void);
void dn_hdf5_leave(void);

#endif
