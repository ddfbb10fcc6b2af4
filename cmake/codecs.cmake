# SPDX-License-Identifier: MIT
# The decoders that are used where they are there.
set(THERE_JPEG2000 OFF)
set(THERE_HEIF OFF)
set(THERE_DICOM OFF)
pkg_check_modules(OPENJPEG QUIET IMPORTED_TARGET libopenjp2>=2.5)
if(OPENJPEG_FOUND)
  set(THERE_JPEG2000 ON)
endif()
# libheif and CharLS are loaded when they are needed: only their headers are used here.
pkg_check_modules(HEIF QUIET libheif>=1.12)
if(HEIF_FOUND)
  set(THERE_HEIF ON)
endif()
# GDCM's libraries are its builds of the IJG's, for lossless JPEG and more than 8 bits; in C, unlike GDCM.
pkg_check_modules(CHARLS QUIET charls>=2.1)
find_path(GDCM_HEADERS gdcmjpeg/16/jpeglib.h PATH_SUFFIXES gdcm-3.0 gdcm-3.2)
set(GDCM_LIBRARIES)
foreach(bits 8 12 16)
  find_library(GDCM_JPEG_${bits} gdcmjpeg${bits})
  list(APPEND GDCM_LIBRARIES ${GDCM_JPEG_${bits}})
endforeach()
if(OPENJPEG_FOUND AND CHARLS_FOUND AND GDCM_HEADERS AND GDCM_JPEG_8 AND GDCM_JPEG_12 AND GDCM_JPEG_16)
  set(THERE_DICOM ON)
endif()

cmake_dependent_option(DENSENET_JPEG2000 "JPEG 2000 among the pictures (needs OpenJPEG 2.5)"
  ${THERE_JPEG2000} DENSENET_PICTURES OFF)
cmake_dependent_option(DENSENET_HEIF "HEIF and AVIF among them (needs libheif 1.12's headers)"
  ${THERE_HEIF} DENSENET_PICTURES OFF)
cmake_dependent_option(DENSENET_DICOM "Compressed DICOM pictures (needs OpenJPEG, CharLS, GDCM)"
  ${THERE_DICOM} DENSENET_JPEG2000 OFF)
foreach(part JPEG2000 HEIF DICOM)
  if(DENSENET_${part} AND NOT THERE_${part})
    message(FATAL_ERROR "DENSENET_${part}: a library or its headers are missing (cmake/codecs.cmake)")
  endif()
endforeach()
