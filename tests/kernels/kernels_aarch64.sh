#!/bin/sh
# SPDX-License-Identifier: MIT
# kernels_aarch64.sh FOLDER: the kernel checker and the tests of vector operations,
# compiled for 64-bit ARM without any library, under qemu's emulation.
set -eu
cd "$(dirname "$0")/../.."
compiler=aarch64-linux-gnu-gcc
if ! command -v $compiler >/dev/null || ! command -v qemu-aarch64 >/dev/null; then
    echo "densenet: $compiler or qemu-aarch64 is not installed"
    exit 77
fi
rm -rf "$1"
mkdir -p "$1"
dot=-march=armv8.2-a+dotprod i8mm=-march=armv8.2-a+i8mm bf16=-march=armv8.2-a+bf16
warnings="-Wall -Wextra -Werror"
# Of src/base only what the checker needs, which needs no library.
for source in src/kernels/*.c src/kernels/reference/*.c tests/kernels/checker/*.c src/base/*.c; do
    case $source in
    */bytes_neondot.c) flags="-ffp-contract=off $dot" ;;
    */bytes_neoni8mm.c) flags="-ffp-contract=off $i8mm" ;;
    */halves_neonbf16.c) flags="-ffp-contract=fast $bf16" ;;
    */level_*.c | */halves_*.c) flags=-ffp-contract=fast ;;
    *) flags=-ffp-contract=off ;;
    esac
    # shellcheck disable=SC2086
    $compiler -std=gnu11 -O3 $flags -pthread $warnings -D_GNU_SOURCE \
        -DDN_VERSION='"0"' -Iinclude -Isrc -c "$source" -o "$1/$(echo "$source" | tr / _).o"
done
rm -f "$1/base.a"
aarch64-linux-gnu-ar rcs "$1/base.a" "$1"/src_base_*.o
$compiler -pthread -static "$1"/src_kernels_*.o "$1"/tests_*.o "$1/base.a" -lm -o "$1/checkkernels"
for level in neon neondot neoni8mm neonbf16; do
    case $level in
    neondot) flags=$dot ;;
    neoni8mm) flags=$i8mm ;;
    neonbf16) flags=$bf16 ;;
    *) flags= ;;
    esac
    # shellcheck disable=SC2086
    $compiler -std=gnu11 -O1 $flags $warnings -static -D_GNU_SOURCE -DDN_LANES=4 -Isrc -Iinclude \
        tests/kernels/levels/test_simd.c -lm -o "$1/test_simd_$level"
    qemu-aarch64 -cpu max "$1/test_simd_$level"
    DENSENET_CPU=$level qemu-aarch64 -cpu max "$1/checkkernels" --cases 30 # twins run more
done
