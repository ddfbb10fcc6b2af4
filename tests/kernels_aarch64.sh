#!/bin/sh
# SPDX-License-Identifier: MIT
# kernels_aarch64.sh FOLDER: the kernel checker, compiled for 64-bit ARM without
# any library, under qemu's emulation.
set -eu
cd "$(dirname "$0")/.."
compiler=aarch64-linux-gnu-gcc
if ! command -v $compiler >/dev/null || ! command -v qemu-aarch64 >/dev/null; then
    echo "densenet: $compiler or qemu-aarch64 is not installed"
    exit 77
fi
mkdir -p "$1"
$compiler -std=gnu11 -O3 -ffp-contract=fast -fopenmp -static -Wall -Wextra -Werror -D_GNU_SOURCE \
    -DDN_VERSION='"0"' -Iinclude -Isrc src/base/*.c src/kernels/*.c tests/checkkernels/*.c \
    -o "$1/checkkernels" -lm
DENSENET_CPU=neon qemu-aarch64 "$1/checkkernels"
