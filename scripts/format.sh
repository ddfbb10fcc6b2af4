#!/bin/sh
# SPDX-License-Identifier: MIT
# Formats every C file according to .clang-format; with --check, only names
# those that differ. Versions of clang-format disagree in details, so only one
# counts; with any other this does nothing and exits with 77, "skipped".
set -eu
cd "$(dirname "$0")/.."
version=14
found=$(clang-format --version 2>/dev/null | sed 's/.*version \([0-9]*\).*/\1/')
formatter=clang-format
if [ "$found" != $version ]; then
    formatter=clang-format-$version
    if ! command -v $formatter >/dev/null; then
        echo "densenet: the format is that of clang-format $version, found ${found:-none}" >&2
        exit 77
    fi
fi
case ${1-} in
--check) set -- --dry-run --Werror ;;
*) set -- -i ;;
esac
find . -path ./build -prune -o -name '*.[ch]' -exec $formatter "$@" {} +
