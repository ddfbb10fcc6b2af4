#!/bin/bash
# SPDX-License-Identifier: MIT
# What OSS-Fuzz runs, in the root of the sources: CC, CXX and their flags name
# compiler and sanitizer, LIB_FUZZING_ENGINE the engine; what it is to run goes
# into OUT. try_build.sh calls this the same way.
set -eu
cmake -S . -B "$WORK/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DDENSENET_FUZZ=ON -DDENSENET_JPEG2000=OFF -DDENSENET_HEIF=OFF
cmake --build "$WORK/build" --target fuzz_targets

# The machines that fuzz have none of the libraries of the one that builds.
mkdir -p "$OUT/lib"
for source in tests/fuzz/fuzz_*.c; do
    program=$(basename "$source" .c)
    name=${program#fuzz_}
    target=$WORK/build/tests/fuzz/$program
    cp "$target" "$OUT/"
    patchelf --force-rpath --set-rpath "\$ORIGIN/lib" "$OUT/$program"
    ldd "$target" | awk '$3 ~ /^\// && $1 !~ /^(libc|libm|libdl|librt|libpthread|libresolv)\.so/ { print $3 }' |
        xargs -r cp -n -t "$OUT/lib"
    zip -q -j -r "$OUT/${program}_seed_corpus.zip" "tests/fuzz/corpus/$name"
    if [ -f "tests/fuzz/$name.dict" ]; then
        cp "tests/fuzz/$name.dict" "$OUT/$program.dict"
    fi
done
