#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh [PICTURE|FOLDER ...]: installs what is missing, builds, and shows what
# densenet does, on the pictures named or on real photographs from a package of
# Debian's, with the weights that WEIGHTS names. All that it writes lies in build/.
set -eu
cd "$(dirname "$0")/.."
densenet=build/release/densenet
demo=build/demo
photos=build/photos

heading() {
    printf '\n\033[1m%s\033[0m\n' "$*"
}

# Shows a command as a person would type it, then runs it.
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

# choose_weights: WEIGHTS, the weights torchvision published where they are or
# can be fetched, random ones elsewhere.
choose_weights() {
    if [ "${WEIGHTS-}" ]; then
        weights=$WEIGHTS
        echo "Predicting with $weights."
    elif "$densenet" pull densenet121; then
        weights=densenet121
        echo "Predicting with torchvision's DenseNet-121, trained on ImageNet's 1000 classes."
    else
        weights=$demo/random.safetensors
        "$densenet" init densenet121 --output "$weights"
        echo "Trained weights could not be fetched, so this network is RANDOM: the pictures really"
        echo "run through DenseNet-121, but the names it gives them mean nothing."
    fi
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
        echo "No photographs here: make demo PICTURES=\"photo.jpg folder\" takes yours."
        exit 0
    fi
    set -- $photos
fi
choose_weights
try predict "$@" --weights "$weights" --top 3 --cam $demo/heat

heading "Where did it look?"
ls $demo/heat/*
