# SPDX-License-Identifier: MIT
# C of the schema of ONNX files, src/tensors/onnx/onnx.proto, by protoc-c.
set(SCHEMA ${PROJECT_SOURCE_DIR}/src/tensors/onnx/onnx.proto)
set(SCHEMA_DIR ${PROJECT_BINARY_DIR}/schema)
file(MAKE_DIRECTORY ${SCHEMA_DIR})
add_custom_command(OUTPUT ${SCHEMA_DIR}/onnx.pb-c.c ${SCHEMA_DIR}/onnx.pb-c.h
  DEPENDS ${SCHEMA} VERBATIM
  COMMAND ${PROTOC_C} --c_out=${SCHEMA_DIR} --proto_path=${PROJECT_SOURCE_DIR}/src/tensors/onnx onnx.proto)
# What a generator writes is not held to this project's warnings.
set_source_files_properties(${SCHEMA_DIR}/onnx.pb-c.c PROPERTIES COMPILE_OPTIONS -w)
target_sources(densenet_objects PRIVATE ${SCHEMA_DIR}/onnx.pb-c.c ${SCHEMA_DIR}/onnx.pb-c.h)
target_include_directories(densenet_objects SYSTEM PRIVATE ${SCHEMA_DIR})
