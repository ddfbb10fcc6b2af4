#!/bin/sh
# SPDX-License-Identifier: MIT
# fuzz.sh SECONDS [TARGET]: runs each fuzz target, or those whose names match,
# for that long, from the seeds and from the findings of earlier runs, which are
# kept in build/fuzz/tests/fuzz/corpus.
set -eu
cd "$(dirname "$0")/.."
tree=build/fuzz

scripts/deps --test
cmake -S . -B $tree -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG='-O1 -g' \
    -DDENSENET_SANITIZE=address,undefined -DDENSENET_FUZZ=ON -DFUZZ_SECONDS="$1" >/dev/null
cmake --build $tree --parallel
ctest --test-dir $tree --parallel "$(getconf _NPROCESSORS_ONLN)" --timeout $(($1 + 600)) \
    --output-on-failure --label-regex fuzz --tests-regex "fuzz_${2-}"
