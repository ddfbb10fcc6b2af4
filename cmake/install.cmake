# SPDX-License-Identifier: MIT
# Header, libraries, pkg-config and CMake packages, program, manual, completions.
include(CMakePackageConfigHelpers)
set(PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/densenet)

if(DENSENET_PROGRAM)
  install(TARGETS densenet RUNTIME)
endif()
install(FILES include/densenet.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# The static library has an export file of its own: only its users need the
# development files of the libraries it is built on.
install(TARGETS densenet_shared EXPORT densenet-shared)
install(TARGETS densenet_static EXPORT densenet-static)
foreach(kind shared static)
  install(EXPORT densenet-${kind} NAMESPACE densenet:: DESTINATION ${PACKAGE_DIR})
endforeach()
configure_package_config_file(cmake/densenet-config.cmake.in densenet-config.cmake
  INSTALL_DESTINATION ${PACKAGE_DIR})
write_basic_package_version_file(densenet-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/densenet-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/densenet-config-version.cmake DESTINATION ${PACKAGE_DIR})

file(RELATIVE_PATH UP_TO_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REPLACE ";" " " LIBRARY_PACKAGES "${LIBRARY_PACKAGES}")
configure_file(cmake/densenet.pc.in densenet.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/densenet.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Below /usr, flags that begin at ${pcfiledir} would not be taken for the compiler's own folders.
install(CODE "
  set(LIBRARIES \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}\")
  if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
    set(PACKAGE \"\$ENV{DESTDIR}\${LIBRARIES}/pkgconfig/densenet.pc\")
    file(READ \"\${PACKAGE}\" TEXT)
    string(REGEX REPLACE \"^prefix=[^\\n]*\" \"prefix=/usr\" TEXT \"\${TEXT}\")
    file(WRITE \"\${PACKAGE}\" \"\${TEXT}\")
  endif()
  if(\"\$ENV{DESTDIR}\" STREQUAL \"\")
    message(\"-- Programs find the shared library after ldconfig, run as root, if \${LIBRARIES} is one of \"
      \"its folders, else with LD_LIBRARY_PATH=\${LIBRARIES}; densenet itself needs neither.\")
  endif()
")

# The program writes its own manual and completions, if it can run here and is
# not slowed down by a sanitizer.
if(DENSENET_PROGRAM AND NOT DENSENET_SANITIZE AND (NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR))
  set(DATA_DIR ${CMAKE_INSTALL_DATADIR})
  foreach(page
      "manual:densenet.1:${CMAKE_INSTALL_MANDIR}/man1"
      "completion bash:densenet:${DATA_DIR}/bash-completion/completions"
      "completion zsh:_densenet:${DATA_DIR}/zsh/site-functions"
      "completion fish:densenet.fish:${DATA_DIR}/fish/vendor_completions.d")
    string(REPLACE ":" ";" page ${page})
    list(POP_FRONT page command file folder)
    separate_arguments(command)
    set(written ${CMAKE_CURRENT_BINARY_DIR}/pages/${file})
    add_custom_command(OUTPUT ${written} DEPENDS densenet VERBATIM
      COMMAND ${CMAKE_COMMAND} -E make_directory pages
      COMMAND densenet ${command} > ${written})
    list(APPEND PAGES ${written})
    install(FILES ${written} DESTINATION ${folder})
  endforeach()
  add_custom_target(pages ALL DEPENDS ${PAGES})
endif()
