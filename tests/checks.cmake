# SPDX-License-Identifier: MIT
# What else `make test` runs: builds of other kinds, the installed package,
# linters. Each is a test like any other; a build waits for both cores.
set(SCRIPTS ${PROJECT_SOURCE_DIR}/scripts)

function(add_build name tree)
  cmake_parse_arguments(build "" "" "OPTIONS;TARGETS;TEST" ${ARGN})
  list(TRANSFORM build_TARGETS PREPEND "--build-target;" OUTPUT_VARIABLE targets)
  add_test(NAME ${name} COMMAND ${CMAKE_CTEST_COMMAND}
    --build-and-test ${PROJECT_SOURCE_DIR} ${tree} --build-generator ${CMAKE_GENERATOR}
    --build-noclean ${targets} --build-options ${build_OPTIONS} -DDENSENET_WERROR=ON
    --test-command ${build_TEST})
  describe_test(${name} LABELS check PROCESSORS 2)
endfunction()

# The program as people get it, which the scripts, the kernel checker and the
# test of the installed package use.
set(PREFIX ${CMAKE_BINARY_DIR}/prefix)
add_build(build_release ${RELEASE_TREE}
  OPTIONS -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF
  TARGETS all checkkernels
  TEST ${CMAKE_COMMAND} --install ${RELEASE_TREE} --prefix ${PREFIX})
set_tests_properties(build_release PROPERTIES FIXTURES_SETUP release COST 1000)

file(GLOB INSTALL_SCRIPTS CONFIGURE_DEPENDS install/install_*.py)
foreach(script ${INSTALL_SCRIPTS})
  get_filename_component(name ${script} NAME_WE)
  add_test(NAME ${name} COMMAND ${DENSENET_PYTHON} ${script} ${PREFIX} ${CMAKE_BINARY_DIR}/${name}
    ${RELEASE_TREE})
  describe_test(${name} LABELS install FIXTURES_REQUIRED release)
endforeach()

# The library alone, for tensors, by its preset's settings.
set(INFERENCE_TREE ${CMAKE_BINARY_DIR}/inference)
add_build(build_inference ${INFERENCE_TREE}
  OPTIONS -DCMAKE_BUILD_TYPE=Release -DDENSENET_PROGRAM=OFF -DDENSENET_TRAINING=OFF
    -DDENSENET_PICTURES=OFF -DDENSENET_ONNX=OFF
  TARGETS all
  TEST ${CMAKE_COMMAND} --install ${INFERENCE_TREE} --prefix ${INFERENCE_TREE}/prefix)
set_tests_properties(build_inference PROPERTIES FIXTURES_SETUP inference)
add_test(NAME install_inference COMMAND ${DENSENET_PYTHON}
  ${CMAKE_CURRENT_SOURCE_DIR}/install/check_inference.py ${INFERENCE_TREE}/prefix ${INFERENCE_TREE}/program)
describe_test(install_inference LABELS install FIXTURES_REQUIRED inference)

# Data shared by threads, under ThreadSanitizer.
find_program(CLANG clang)
if(CLANG)
  add_build(threads ${CMAKE_BINARY_DIR}/threads
    OPTIONS -DCMAKE_C_COMPILER=${CLANG} -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_C_FLAGS_DEBUG=-O1 -g"
      -DDENSENET_SANITIZE=thread
    TARGETS threaded_tests
    TEST ${CMAKE_CTEST_COMMAND} --label-regex threads --parallel 2 --output-on-failure --no-tests=error)
else()
  add_test(NAME threads COMMAND ${CMAKE_COMMAND} -E echo "clang is not installed")
  set_tests_properties(threads PROPERTIES SKIP_REGULAR_EXPRESSION "not installed")
endif()

# The interface of the shared library, against the one that scripts/renew_abi.sh wrote down.
find_program(ABIDIFF abidiff)
if(ABIDIFF AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_test(NAME interface COMMAND ${ABIDIFF}
    --no-added-syms ${CMAKE_CURRENT_SOURCE_DIR}/install/libdensenet.abi
    $<TARGET_FILE:densenet_shared>)
else()
  add_test(NAME interface COMMAND ${CMAKE_COMMAND} -E echo "abidiff is not installed")
  set_tests_properties(interface PROPERTIES SKIP_REGULAR_EXPRESSION "not installed")
endif()

add_test(NAME oss_fuzz COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/oss-fuzz/try_build.sh
  ${CMAKE_BINARY_DIR}/oss-fuzz)
add_test(NAME kernels_aarch64 COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/kernels/kernels_aarch64.sh
  ${CMAKE_BINARY_DIR}/aarch64)
add_test(NAME python_wheel COMMAND ${SCRIPTS}/check-wheel.sh ${CMAKE_BINARY_DIR}/wheel-check)
add_test(NAME python_wheel_aarch64 COMMAND ${SCRIPTS}/cross-wheel.sh ${CMAKE_BINARY_DIR}/wheel-aarch64
  ${CMAKE_BINARY_DIR}/wheel-check)
add_test(NAME lint COMMAND ${SCRIPTS}/lint.sh ${CMAKE_BINARY_DIR})
add_test(NAME format COMMAND ${SCRIPTS}/format.sh --check)
add_test(NAME shell COMMAND ${SCRIPTS}/lint_shell.sh)
foreach(name oss_fuzz kernels_aarch64 python_wheel python_wheel_aarch64 lint format shell)
  describe_test(${name} LABELS check)
endforeach()
set_tests_properties(lint oss_fuzz python_wheel python_wheel_aarch64 PROPERTIES PROCESSORS 2)
set_tests_properties(python_wheel PROPERTIES FIXTURES_REQUIRED release # whose objects ccache has
  FIXTURES_SETUP wheel)
set_tests_properties(python_wheel_aarch64 PROPERTIES FIXTURES_REQUIRED wheel)
