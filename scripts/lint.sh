#!/bin/sh
# SPDX-License-Identifier: MIT
# lint.sh BUILD: clang-tidy over every C file, with the flags of that build
# tree; .clang-tidy says which checks, and why not the others.
set -eu
cd "$(dirname "$0")/.."
if ! command -v clang-tidy >/dev/null; then
    echo "densenet: clang-tidy is not installed" >&2
    exit 77
fi
find src tools tests -name '*.c' -print0 |
    xargs -0 -n 8 -P "$(getconf _NPROCESSORS_ONLN)" clang-tidy -p "$1" --quiet --warnings-as-errors='*' 2>/dev/null
