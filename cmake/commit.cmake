# SPDX-License-Identifier: MIT
# DENSENET_COMMIT: the commit that was configured, "-dirty" if the tree had changes; from git, or
# from what `git archive` wrote into archive.txt, else "unknown". No date is compiled in, so the
# same sources make the same program.
set(DENSENET_COMMIT "" CACHE STRING "The commit that `densenet version` shows, if not git's")
set(COMMIT "${DENSENET_COMMIT}")
if(NOT COMMIT AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  find_package(Git QUIET)
  if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12 --exclude=*
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE COMMIT ERROR_QUIET
      OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(EXISTS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD) # another commit is configured anew
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
    endif()
  endif()
endif()
if(NOT COMMIT)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/archive.txt ARCHIVED REGEX "^[0-9a-f]+$" LIMIT_COUNT 1)
  string(SUBSTRING "${ARCHIVED}" 0 12 COMMIT)
endif()
if(NOT COMMIT)
  set(COMMIT unknown)
endif()
set_source_files_properties(${PROJECT_SOURCE_DIR}/tools/ui/build_facts.c PROPERTIES
  COMPILE_DEFINITIONS "BUILD_COMMIT=\"${COMMIT}\"")
