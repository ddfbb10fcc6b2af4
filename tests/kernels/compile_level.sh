#!/bin/sh
# SPDX-License-Identifier: MIT
# compile_level.sh COMPILER LEVEL FLAG ...: a level's tables, and its twin's, compile where the
# compiler may use any instruction (-march=native and the like).
set -eu
cd "$(dirname "$0")/../.."
if [ "$(uname -m)" != x86_64 ]; then
    echo "densenet: -march of x86-64"
    exit 77
fi
compiler=$1 level=$2
shift 2
for march in x86-64 x86-64-v3 x86-64-v4 native; do
    for table in level halves bytes kept; do
        [ -f "src/kernels/${table}_$level.c" ] || continue
        "$compiler" -march=$march "$@" -Iinclude -Isrc -fsyntax-only \
            "src/kernels/${table}_$level.c"
        "$compiler" -march=$march "$@" -DDN_EMULATED -Wno-psabi -Iinclude -Isrc -fsyntax-only \
            "src/kernels/${table}_$level.c"
    done
done
