# SPDX-License-Identifier: MIT
# libhdf5's headers, and the name by which it is loaded when such a file is met: src/tensors/hdf5/hdf5_library.h.
pkg_search_module(HDF5 REQUIRED hdf5-serial>=1.10.5 hdf5>=1.10.5)
find_library(HDF5_LIBRARY NAMES hdf5_serial hdf5 REQUIRED HINTS ${HDF5_LIBRARY_DIRS})
file(REAL_PATH ${HDF5_LIBRARY} HDF5_NAME)
get_filename_component(HDF5_NAME ${HDF5_NAME} NAME)
string(REGEX REPLACE "([.]so[.][0-9]+).*" "\\1" HDF5_NAME ${HDF5_NAME})
set_source_files_properties(src/tensors/hdf5/hdf5_library.c PROPERTIES
  COMPILE_DEFINITIONS DN_HDF5_LIBRARY="${HDF5_NAME}")
