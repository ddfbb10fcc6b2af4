#!/bin/sh
# SPDX-License-Identifier: MIT
# renew_corpus.sh [NAME ...]: makes corpus/NAME anew, or that of every target, out
# of itself, the seeds and what `make fuzz` has found in build/fuzz: the fewest
# inputs, small ones first, that reach all that these together reach.
set -eu
cd "$(dirname "$0")"
built=../../build/fuzz/tests/fuzz
largest=4096 # bytes of an input; larger ones are left out

[ $# -gt 0 ] || set -- fuzz_*.c
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
for target; do
    name=$(basename "${target#fuzz_}" .c)
    mkdir -p corpus/"$name" "$scratch/$name/from" "$scratch/$name/to"
    for folder in corpus/"$name" $built/seeds/"$name" $built/corpus/"$name"; do
        find "$folder" -type f -size -$((largest + 1))c -exec cp -t "$scratch/$name/from" {} +
    done
    $built/fuzz_"$name" -merge=1 -close_fd_mask=3 -rss_limit_mb=2048 "$scratch/$name/to" "$scratch/$name/from"
    rm -r corpus/"$name"
    mv "$scratch/$name/to" corpus/"$name"
done
du -sh --apparent-size corpus
