#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the program and the engines people would use instead (bench/README.md):
# those come from PyPI into build/bench/engines, PyTorch from the system's
# python3-torch, and from build/bench/pytorch if that was made.
#   scripts/bench.sh PROGRAM [FLAGS of bench/run.py]
set -eu
program=$1
shift
build=build/bench
system=/usr/bin/python3
[ -x "$system" ] || system=python3
mkdir -p "$build"
[ -x "$build/engines/bin/python" ] || "$system" -m venv "$build/engines"
for peer in onnxruntime openvino nncf onnx sympy; do
    "$build/engines/bin/python" -c "import $peer" 2>/dev/null ||
        "$build/engines/bin/python" -m pip install --quiet "$peer" ||
        echo "$peer could not be installed"
done
exec "$system" bench/run.py "$program" "$build" "$@"
