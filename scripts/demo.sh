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

# Bold on a terminal.
bold='' plain=''
if [ -t 1 ]; then
    bold=$(printf '\033[1m')
    plain=$(printf '\033[0m')
fi
heading() {
    printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# Shows a command as a user would type it, then runs it.
try() {
    printf '$ densenet %s\n' "$*"
    "$densenet" "$@"
}

# fetch_photos: a photograph of each thing that the built-in network knows, but for the cat, of which
# there is none. docs/pictures.md says how they were chosen. The package is unpacked here and not installed.
fetch_photos() {
    [ ! -d $photos ] || return 0
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    echo "(fetching Debian's package tuxpaint-stamps-default for its photographs: 160 MB, once)"
    rm -rf $photos.part
    mkdir -p $photos.part
    if (cd $photos.part && apt-get -q download tuxpaint-stamps-default >/dev/null 2>&1 &&
        dpkg-deb --fsys-tarfile tuxpaint-stamps-default_*.deb | tar -x --wildcards --strip-components=5 '*/stamps/*.png'); then
        mkdir $photos.chosen
        while read -r name file; do
            cp $photos.part/"$file" $photos.chosen/"$name".png
        done <<END
airplane vehicles/flight/planes/747.png
automobile vehicles/auto/sedan.png
bird animals/birds/pigeon.png
deer animals/mammals/deer/deer.png
dog animals/mammals/dogs/dog.png
frog animals/amphibians/frog.png
horse animals/mammals/equines/horse.png
ship vehicles/ship/chineseJunk.png
truck vehicles/auto/truck.png
END
        rm -rf $photos.part
        mv $photos.chosen $photos
        return 0
    fi
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
    echo "(each file is named after what it shows; not all answers are right)"
    set -- $photos
fi
if [ "${WEIGHTS-}" ]; then
    set -- "$@" --weights "$WEIGHTS"
fi
try predict "$@" --top 3 --cam $demo/heat

heading "Where did it look?"
ls $demo/heat/*
