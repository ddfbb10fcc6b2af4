# SPDX-License-Identifier: MIT
# The server's page, byte for byte: a list of its files for server/page/page_files.c.
set(TYPE_html "text/html; charset=utf-8")
set(TYPE_css "text/css; charset=utf-8")
set(TYPE_js "text/javascript; charset=utf-8")
set(TYPE_json "application/json")
set(TYPE_svg "image/svg+xml")
set(PAGE_LIST "")
file(GLOB PAGE_FILES CONFIGURE_DEPENDS server/page/*.html server/page/*.css server/page/*.js
  server/page/*.json server/page/*.svg)
foreach(path ${PAGE_FILES})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  get_filename_component(name ${path} NAME)
  string(REGEX REPLACE "[^a-z]" "_" symbol page_${name})
  string(REGEX REPLACE ".*[.]" "" ending ${name})
  file(SHA256 ${path} digest)
  string(SUBSTRING ${digest} 0 16 digest)
  string(APPEND PAGE_LIST
    "PAGE_FILE(${symbol}, \"${name}\", \"${TYPE_${ending}}\", \"\\\"${digest}\\\"\", \"${path}\")\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/page_list.h @ONLY CONTENT "@PAGE_LIST@")
set_source_files_properties(server/page/page_files.c PROPERTIES
  COMPILE_DEFINITIONS PAGE_LIST="${PROJECT_BINARY_DIR}/page_list.h"
  OBJECT_DEPENDS "${PROJECT_BINARY_DIR}/page_list.h;${PAGE_FILES}")
