#!/bin/sh
# SPDX-License-Identifier: MIT
# check-debian.sh [FOLDER]: builds Debian's packages, source and binary, from a
# copy of the sources in FOLDER (build/debian), has lintian read them, and runs
# debian/tests on what they hold, unpacked there. DEB_BUILD_OPTIONS=nocheck leaves
# out the unit tests.
# Status 77: something that this needs is not installed.
set -eu
cd "$(dirname "$0")/.."
for tool in dpkg-buildpackage dh lintian pkg-config; do
    if ! command -v $tool >/dev/null; then
        echo "densenet: $tool is not installed" >&2
        exit 77
    fi
done
dpkg-checkbuilddeps || exit 77
folder=${1:-build/debian}
rm -rf "$folder"
mkdir -p "$folder/densenet"
folder=$(realpath "$folder")

version=$(dpkg-parsechangelog --show-field Version)
header=$(sed -n 's/#define DN_VERSION_M[AI][A-Z]* //p; s/#define DN_VERSION_PATCH //p' include/densenet.h | paste -sd.)
if [ "$version" != "$header" ]; then
    echo "debian/changelog says $version, include/densenet.h $header" >&2
    exit 1
fi
git ls-files -z --cached --others --exclude-standard | tar --null --files-from - --create | tar -C "$folder/densenet" -x
cd "$folder/densenet"
cores=$(getconf _NPROCESSORS_ONLN)
DEB_BUILD_OPTIONS="parallel=$cores ${DEB_BUILD_OPTIONS-}" dpkg-buildpackage -us -uc >"$folder/build.log" 2>&1 || {
    tail -50 "$folder/build.log" >&2
    exit 1
}
lintian --allow-root --info --pedantic --fail-on error,warning ../*.changes

root=$folder/root
for package in ../*.deb; do
    dpkg-deb -x "$package" "$root"
done
libraries=$root/usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)
# Installed, the package needs no -I or -L: unpacked elsewhere, the compiler is told of both.
CPATH=$root/usr/include LIBRARY_PATH=$libraries PATH=$root/usr/bin:$PATH LD_LIBRARY_PATH=$libraries \
    PKG_CONFIG_PATH=$libraries/pkgconfig debian/tests/classify
