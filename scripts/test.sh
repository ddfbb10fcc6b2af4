#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs all tests in one build tree, build/test, compiled with AddressSanitizer
# and UndefinedBehaviorSanitizer, with clang if available, since its libFuzzer
# runs the fuzz targets.
set -eu
cd "$(dirname "$0")/.."
tree=build/test
cores=$(getconf _NPROCESSORS_ONLN)
unset DENSENET_CPU # each test names the kernels that it is about

scripts/deps --test
if echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
    clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null; then
    set -- -DCMAKE_C_COMPILER=clang
fi
cmake -S . -B $tree "$@" -DDENSENET_PYTHON="${DENSENET_PYTHON-}" -DDENSENET_DATA="${DENSENET_DATA-}" \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG='-O1 -g' -DDENSENET_SANITIZE=address,undefined \
    -DDENSENET_WERROR=ON -DDENSENET_FUZZ=ON -DDENSENET_CHECKS=ON >/dev/null
cmake --build $tree --parallel "$cores"

# ctest's closing line is held back until everything else is printed.
ctest --test-dir $tree --parallel "$cores" --timeout 900 --no-tests=error --output-on-failure |
    awk '/tests passed, [0-9]+ tests failed out of/ { closing = $0; next }
         { print; fflush() }
         END { print closing; exit closing !~ /^100% tests passed/ }'
