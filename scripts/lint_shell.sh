#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs shellcheck over every shell script.
set -eu
cd "$(dirname "$0")/.."
if ! command -v shellcheck >/dev/null; then
    echo "densenet: shellcheck is not installed" >&2
    exit 77
fi
grep -lrE '^#!.*sh$' .ci scripts tests bench docs debian examples | xargs shellcheck
