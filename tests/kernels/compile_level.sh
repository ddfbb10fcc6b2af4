#!/bin/sh
# SPDX-License-Identifier: MIT
# compile_levels.sh COMPILER: every level, and its twin, compiles where the compiler
# may use any instruction (-march=native and the like).
set -eu
cd "$(dirname "$0")/../.."
if [ "$(uname -m)" != x86_64 ]; then
    echo "densenet: -march of x86-64"
    exit 77
fi
flags_of() {
    case $1 in
    avx2) echo -mavx2 -mfma ;;
    avx512) echo -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma ;;
    esac
}
for march in x86-64 x86-64-v3 x86-64-v4 native; do
    for level in baseline neon avx2 avx512; do
        # shellcheck disable=SC2046
        "$1" -march=$march $(flags_of $level) -Iinclude -Isrc -fsyntax-only src/kernels/level_$level.c
        "$1" -march=$march -DDN_EMULATED -Wno-psabi -Iinclude -Isrc -fsyntax-only src/kernels/level_$level.c
    done
done
