# SPDX-License-Identifier: MIT
# Open MPI is loaded when an MPI launcher started the process: only its headers are used here. Those
# of MPICH and its kin describe another library.
set(THERE_MPI OFF)
pkg_check_modules(OPEN_MPI QUIET ompi-c>=3)
if(OPEN_MPI_FOUND)
  set(THERE_MPI ON)
endif()
cmake_dependent_option(DENSENET_MPI "Training on many machines (needs Open MPI 3's headers)"
  ${THERE_MPI} DENSENET_TRAINING OFF)
if(DENSENET_MPI AND NOT THERE_MPI)
  message(FATAL_ERROR "DENSENET_MPI: pkg-config finds no Open MPI 3 (ompi-c); other MPIs, such as MPICH, have "
    "another binary interface and cannot take its place")
endif()
