#!/bin/sh
# SPDX-License-Identifier: MIT
# renew_abi.sh LIBRARY: writes down the interface of a shared library that was built
# with -g, against which the test `interface` holds later ones. For a change of the
# interface that is meant, in the commit that makes it.
set -eu
cd "$(dirname "$0")/.."
abidw --headers-dir include --drop-private-types --exported-interfaces-only --no-show-locs \
    --no-corpus-path --no-comp-dir-path --no-elf-needed \
    --out-file tests/install/libdensenet.abi "$1"
# Paths count from the root of the sources, wherever these are.
sed -i "s|path='$PWD/|path='|" tests/install/libdensenet.abi
