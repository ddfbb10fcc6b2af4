#!/bin/sh
# SPDX-License-Identifier: MIT
# uninstall.sh BUILD: removes the files that `make install` from that build put in place last, below
# DESTDIR if it is set, and the folders of densenet's own; below DESTDIR all that are then empty.
set -eu
manifest=$1/install_manifest.txt
if [ ! -f "$manifest" ]; then
    echo "densenet: $manifest is not there: make install writes it, so nothing was installed from $1" >&2
    exit 2
fi
# The last line of a manifest has no end.
list() {
    cat "$manifest"
    echo
}
list | while read -r file; do
    [ "$file" ] || continue
    if [ -e "${DESTDIR-}$file" ] || [ -L "${DESTDIR-}$file" ]; then
        rm -f "${DESTDIR-}$file"
        echo "-- Removed: ${DESTDIR-}$file"
    fi
    folder=$(dirname "$file")
    while [ "$folder" != / ]; do
        case $folder in
        */densenet) rmdir "${DESTDIR-}$folder" 2>/dev/null || true ;;
        *) [ -z "${DESTDIR-}" ] || rmdir "$DESTDIR$folder" 2>/dev/null || true ;;
        esac
        folder=$(dirname "$folder")
    done
done
left=$(list | while read -r file; do [ -z "$file" ] || [ ! -e "${DESTDIR-}$file" ] || echo "$file"; done)
if [ "$left" ]; then
    echo "densenet: could not be removed:" "$left" >&2
    exit 2
fi
[ "${DESTDIR-}" ] || rm -f "$manifest"
