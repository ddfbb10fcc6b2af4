#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh [PICTURE|FOLDER ...]: installs what is missing, builds, and shows what
# densenet does, on the pictures named or on real photographs from a package of
# Debian's, with the built-in network or the weights that WEIGHTS names. Everything
# that it writes goes into build/.
set -eu
cd "$(dirname "$0")/.."
densenet=build/release/densenet
demo=build/demo
photos=build/photos

heading() {
    printf '\n\033[1m%s\033[0m\n' "$*"
}

# Shows a command as a user would type it, then runs it.
try() {
    printf '$ densenet %s\n' "$*"
    "$densenet" "$@"
}

# fetch_photos: a dog, an eagle, a giraffe, horses, people. The package is
# unpacked here and not installed.
fetch_photos() {
    [ ! -d $photos ] || return 0
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    mkdir -p $photos.part
    (cd $photos.part && apt-get -q download darknet >/dev/null 2>&1 &&
        dpkg-deb --fsys-tarfile darknet_*.deb | tar -x --wildcards --strip-components=5 '*/data/*.jpg') &&
        rm $photos.part/*.deb && mv $photos.part $photos && return 0
    rm -rf $photos.part
    return 1
}

scripts/deps
make -s all
mkdir -p $demo

heading "DenseNet-264, layer by layer"
try summary densenet264 --input 2,3,224,224

heading "Its forward pass on this machine, two pictures of 224 x 224"
try bench densenet264 --batch 2 --runs 3

heading "What is in these photographs?"
if [ $# = 0 ]; then
    if ! fetch_photos; then
        echo "There are no photographs here: make demo PICTURES=\"photo.jpg folder\" uses yours."
        exit 0
    fi
    set -- $photos
fi
if [ "${WEIGHTS-}" ]; then
    set -- "$@" --weights "$WEIGHTS"
fi
try predict "$@" --top 3 --cam $demo/heat

heading "Where did it look?"
ls $demo/heat/*
