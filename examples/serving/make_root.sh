#!/bin/sh
# SPDX-License-Identifier: MIT
# make_root.sh PROGRAM FOLDER: puts into FOLDER what `PROGRAM serve` needs to run as the only
# thing there: the program, its libraries, those that it loads, and nothing to log in with.
# The Containerfile beside this script makes an image of it.
set -eu
program=$1 root=$2
loaded="libmicrohttpd.so.12 libheif.so.1 libcharls.so.2"

copy_library() {
    mkdir -p "$root$(dirname "$1")"
    cp -L "$1" "$root$1"
}

libraries_of() {
    ldd "$1" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p'
}

[ ! -e "$root" ] || {
    echo "make_root.sh: $root is there already" >&2
    exit 2
}
mkdir -p "$root/usr/bin" "$root/srv/densenet" "$root/tmp"
cp "$program" "$root/usr/bin/densenet"
for library in $(libraries_of "$program"); do
    copy_library "$library"
done
for name in $loaded; do
    path=$(ldconfig -p | sed -n "s|^[[:space:]]*$name (.*=> ||p" | head -n 1)
    [ -n "$path" ] || continue
    copy_library "$path"
    for library in $(libraries_of "$path"); do
        copy_library "$library"
    done
done
du -sh "$root" | cut -f 1
