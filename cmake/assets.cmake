# SPDX-License-Identifier: MIT
# Files of assets/ that become part of the library.

# ImageNet's class names as a C table.
set(LABELS ${PROJECT_SOURCE_DIR}/assets/imagenet-labels.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${LABELS})
file(STRINGS ${LABELS} NAMES ENCODING UTF-8)
list(TRANSFORM NAMES REPLACE "(.+)" "    \"\\1\",\n")
string(CONCAT TABLE ${NAMES})
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/imagenet_labels.c @ONLY CONTENT
"#include \"network/model.h\"

const char *const dn_imagenet_labels[DN_IMAGENET_CLASSES] = {
@TABLE@};
")
target_sources(densenet_objects PRIVATE ${PROJECT_BINARY_DIR}/imagenet_labels.c)

# The built-in network, byte for byte.
set(BUILTIN ${PROJECT_SOURCE_DIR}/assets/builtin.safetensors)
set_source_files_properties(src/loading/builtin.c PROPERTIES
  COMPILE_DEFINITIONS DN_BUILTIN_WEIGHTS="${BUILTIN}" OBJECT_DEPENDS ${BUILTIN})
