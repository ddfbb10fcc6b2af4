#!/bin/sh
# SPDX-License-Identifier: MIT
# lint.sh BUILD: clang-tidy over every C file, with the flags of that build
# tree; .clang-tidy says which checks, and why not the others. The levels of
# kernels are the same templates again and again: one file for each kind of
# table, and each way of multiplying, stands for all. Python's extension module is
# not in that tree: it is looked at with Python's headers, where they are installed.
set -eu
cd "$(dirname "$0")/.."
if ! command -v clang-tidy >/dev/null; then
    echo "densenet: clang-tidy is not installed" >&2
    exit 77
fi
tables="level_avx2 level_avx512 halves_avx512bf16 halves_amx bytes_avx2 bytes_avx512vnni bytes_amx kept_avx2"
{
    find src tools server tests -name '*.c' ! -path 'src/kernels/level_*' ! -path 'src/kernels/halves_*' \
        ! -path 'src/kernels/bytes_*' ! -path 'src/kernels/kept_*'
    for table in $tables; do
        echo "src/kernels/$table.c"
    done
} | tr '\n' '\0' |
    xargs -0 -n 4 -P "$(getconf _NPROCESSORS_ONLN)" clang-tidy -p "$1" --quiet --warnings-as-errors='*' 2>/dev/null

headers=$("${DENSENET_PYTHON:-/usr/bin/python3}" -c 'import sysconfig; print(sysconfig.get_path("include"))' || :)
if [ -f "$headers/Python.h" ]; then
    clang-tidy --quiet --warnings-as-errors='*' bindings/python/native/*.c -- -std=gnu11 -D_GNU_SOURCE \
        -DPy_LIMITED_API=0x03090000 -Iinclude -isystem "$headers" 2>/dev/null
fi
