#!/bin/sh
# SPDX-License-Identifier: MIT
# cross-wheel.sh [FOLDER [NATIVE]]: makes Python's wheel for 64-bit ARM on another Debian machine, in
# FOLDER (build/wheel-aarch64), and tests it under emulation. NATIVE (build/wheel-check) is where
# check-wheel.sh has made this machine's wheel: its tools are used, and its answers compared with.
# Debian's packages for ARM, of the release that this machine has, are fetched with an APT state of
# their own and unpacked in FOLDER/root: the system, its packages and its architectures stay as they are.
#   DENSENET_TESTS  those of tests/python to run there, "." for all, which take long: by default
#                   what is refused; what is computed, wheel_answers.py compares
# Status 77: something that this needs is not installed, or cannot be fetched.
set -eu
cd "$(dirname "$0")/.."
folder=$(realpath -m "${1:-build/wheel-aarch64}")
native=$(realpath -m "${2:-build/wheel-check}")
root=$folder/root
tools=$native/tools
python=$native/fresh/bin/python
PACKAGES='libc6-dev zlib1g-dev libjpeg-dev libpng-dev libwebp-dev libtiff-dev libjansson-dev
libprotobuf-c-dev libopenjp2-7-dev libheif-dev libcharls-dev libgdcm-dev libpython3-dev python3'
# shellcheck source=scripts/wheel_parts.sh
. scripts/wheel_parts.sh

for command in aarch64-linux-gnu-gcc qemu-aarch64 apt-get dpkg-deb; do
    command -v $command >/dev/null || {
        say "$command is not installed: scripts/deps --test installs it on Debian"
        exit 77
    }
done
[ -x "$python" ] || {
    say "there is no wheel of this machine to compare with: scripts/check-wheel.sh makes it"
    exit 77
}
rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/dpkg/info"

# APT with nothing installed, no architecture but ARM's, and none of the system's hooks.
: >"$folder/apt/status"
cat >"$folder/apt/conf" <<END
Dir::State "$folder/apt";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt";
Dir::Log "$folder/apt";
APT::Architecture "arm64";
#clear APT::Architectures;
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
# shellcheck disable=SC2086
if ! { apt-get -c "$folder/apt/conf" -q update &&
    apt-get -c "$folder/apt/conf" -q -y --download-only install $PACKAGES; } >"$folder/apt.log" 2>&1; then
    tail -5 "$folder/apt.log" >&2
    say "Debian's packages for ARM cannot be fetched"
    exit 77
fi

# Unpacked without their scripts; auditwheel asks dpkg whose files the libraries are.
for package in "$folder"/apt/archives/*.deb; do
    dpkg-deb -f "$package" >"$folder/dpkg/control"
    name=$(sed -n 's/^Package: //p' "$folder/dpkg/control")
    ! grep -qx 'Multi-Arch: same' "$folder/dpkg/control" || name=$name:arm64
    dpkg-deb -X "$package" "$root" | sed "s|^\.|$root|; s|/\$||" >"$folder/dpkg/info/$name.list"
    sed '1a Status: install ok installed' "$folder/dpkg/control"
    echo
done >"$folder/dpkg/status"
echo 1 >"$folder/dpkg/info/format"
find "$root" -type l -lname '/*' | while read -r link; do
    ln -sfn "$root$(readlink "$link")" "$link"
done

export _PYTHON_HOST_PLATFORM=linux-aarch64
build_wheel cmake.args="-DCMAKE_TOOLCHAIN_FILE=$PWD/cmake/aarch64.cmake" \
    cmake.define.DENSENET_SYSROOT="$root" \
    cmake.define.Python_INCLUDE_DIR="$(echo "$root"/usr/include/python3.*)"
unset _PYTHON_HOST_PLATFORM
export DPKG_ADMINDIR="$folder/dpkg"
repair_wheel aarch64 "$root" --ldpaths "$root/usr/lib/aarch64-linux-gnu:$root/lib/aarch64-linux-gnu"
unset DPKG_ADMINDIR

# What a user's pip would choose on such a machine; this one's chooses and unpacks it.
version=$(basename "$root"/usr/include/python3.*)
tag=${wheel##*-}
"$tools/bin/pip" install --quiet --disable-pip-version-check --target "$folder/site" --only-binary :all: \
    --python-version "${version#python}" --platform "${tag%.whl}" --platform manylinux_2_28_aarch64 \
    --platform manylinux2014_aarch64 numpy pytest "$wheel" || {
    say "NumPy and pytest for ARM cannot be fetched"
    exit 77
}

# emulated ARGUMENT...: ARM's Python, on a processor with every extension.
emulated() {
    PYTHONPATH=$folder/site qemu-aarch64 -cpu max -L "$root" "$root/usr/bin/python3" "$@"
}

cp -r tests/python "$folder/tests"
mkdir "$folder/answers"
"$native/peers/bin/python" scripts/wheel_answers.py write "$folder/answers"
emulated scripts/wheel_answers.py compare "$folder/answers"
cd "$folder/tests"
# shellcheck disable=SC2086
emulated -m pytest -q -rs -W error -p no:cacheprovider --ignore=test_notebooks.py \
    ${DENSENET_TESTS:-test_errors.py test_mistakes.py}
