# SPDX-License-Identifier: MIT
# DENSENET_DICOM: the libraries that decode compressed DICOM pictures; on where they are all there.
# GDCM's are its builds of the IJG's library, for lossless JPEG and more than 8 bits; in C, unlike GDCM.
pkg_check_modules(OPENJPEG QUIET IMPORTED_TARGET libopenjp2>=2.5)
pkg_check_modules(CHARLS QUIET charls>=2.1)
find_path(GDCM_HEADERS gdcmjpeg/16/jpeglib.h PATH_SUFFIXES gdcm-3.0 gdcm-3.2)
set(GDCM_LIBRARIES)
foreach(bits 8 12 16)
  find_library(GDCM_JPEG_${bits} gdcmjpeg${bits})
  list(APPEND GDCM_LIBRARIES ${GDCM_JPEG_${bits}})
endforeach()
set(DICOM_THERE OFF)
if(OPENJPEG_FOUND AND CHARLS_FOUND AND GDCM_HEADERS AND GDCM_JPEG_8 AND GDCM_JPEG_12 AND GDCM_JPEG_16)
  set(DICOM_THERE ON)
endif()
cmake_dependent_option(DENSENET_DICOM "Compressed DICOM pictures (needs OpenJPEG, CharLS, GDCM)" ${DICOM_THERE}
  DENSENET_PICTURES OFF)
if(DENSENET_DICOM AND NOT DICOM_THERE)
  message(FATAL_ERROR "DENSENET_DICOM needs OpenJPEG 2.5, CharLS 2.1 and GDCM's gdcmjpeg libraries and headers")
endif()
