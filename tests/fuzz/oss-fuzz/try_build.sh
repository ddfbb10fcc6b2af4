#!/bin/bash
# SPDX-License-Identifier: MIT
# try_build.sh FOLDER: runs build.sh as OSS-Fuzz does, with clang's libFuzzer and
# AddressSanitizer, and each target for a moment on the corpus packed for it.
# FOLDER keeps the build. Status 77: something that this needs is not installed.
set -eu
for tool in clang clang++ ninja patchelf zip unzip; do
    command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }
done
mkdir -p "$1"
folder=$(realpath "$1")
cd "$(dirname "$0")/../../.."

flags="-O1 -fno-omit-frame-pointer -gline-tables-only -fsanitize=address -fsanitize-address-use-after-scope"
export CC=clang CXX=clang++ LIB_FUZZING_ENGINE=-fsanitize=fuzzer
export CFLAGS="$flags -fsanitize=fuzzer-no-link" CXXFLAGS="$flags -fsanitize=fuzzer-no-link"
export SRC=$PWD WORK=$folder/work OUT=$folder/out
rm -rf "$OUT"
mkdir -p "$WORK" "$OUT"
bash -eu tests/fuzz/oss-fuzz/build.sh

tried=0
for source in tests/fuzz/fuzz_*.c; do
    program=$(basename "$source" .c)
    corpus=$WORK/corpus/$program
    rm -rf "$corpus"
    mkdir -p "$corpus"
    unzip -q "$OUT/${program}_seed_corpus.zip" -d "$corpus"
    options=()
    if [ -f "$OUT/$program.dict" ]; then
        options=("-dict=$OUT/$program.dict")
    fi
    # What it runs with comes from beside it, as on a machine without the libraries.
    if ldd "$OUT/$program" | grep -E 'lib(jansson|jpeg|png16|protobuf-c|tiff|webp|webpdemux|zip)\.so' | grep -v "$OUT/lib"; then
        echo "$program: takes these from elsewhere than its folder"
        exit 1
    fi
    "$OUT/$program" -max_total_time=1 -timeout=60 -rss_limit_mb=2048 -close_fd_mask=3 \
        -artifact_prefix="$WORK/$program-" "${options[@]}" "$corpus" >"$WORK/$program.log" 2>&1 ||
        { tail -40 "$WORK/$program.log"; exit 1; }
    tried=$((tried + 1))
done
echo "$tried targets built as OSS-Fuzz builds them, and run"
