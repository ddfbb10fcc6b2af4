#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the program and the engines people would use instead: those come from
# PyPI into build/bench, PyTorch from the system's python3-torch.
#   scripts/bench.sh PROGRAM [FLAGS of bench/run.py]
set -eu
program=$1
shift
build=build/bench
if [ ! -x "$build/python/bin/python" ]; then
    mkdir -p "$build"
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    "$python" -m venv --system-site-packages "$build/python"
fi
for peer in onnxruntime openvino; do
    "$build/python/bin/python" -c "import $peer" 2>/dev/null ||
        "$build/python/bin/python" -m pip install --quiet "$peer" ||
        echo "$peer could not be installed"
done
exec "$build/python/bin/python" bench/run.py "$program" "$build" "$@"
