#!/bin/sh
# SPDX-License-Identifier: MIT
# coverage.sh: which lines and branches of the library and the program the unit
# tests, the tests of the program and the fuzz targets' corpora reach, counted by
# gcc's gcov in build/coverage.
set -eu
cd "$(dirname "$0")/.."
tree=build/coverage
cores=$(getconf _NPROCESSORS_ONLN)
python=${DENSENET_PYTHON:-/usr/bin/python3}

scripts/deps --test
cmake -S . -B $tree -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG='-O0 -g' \
    -DCMAKE_C_FLAGS='--coverage -fprofile-update=atomic' -DDENSENET_PYTHON="$python" >/dev/null
cmake --build $tree --parallel "$cores"
find $tree -name '*.gcda' -delete
# Without optimisation cli_finetune takes many minutes, and cli_train reaches the same.
ctest --test-dir $tree --parallel "$cores" --timeout 900 --output-on-failure --label-regex 'unit|cli|fuzz' \
    --exclude-regex cli_finetune >$tree/tests.txt || {
    cat $tree/tests.txt
    exit 1
}
"$python" scripts/coverage.py $tree
