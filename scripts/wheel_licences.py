#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""wheel_licences.py WHEEL [ROOT]: adds the licences of the libraries that auditwheel has put inside a wheel.

auditwheel's list of components (sboms/auditwheel.cdx.json) names the system's package of each; a
Debian package has its licences in /usr/share/doc/PACKAGE/copyright, under ROOT (/), and an RPM
names them. They become licenses/LIBRARIES.txt of the wheel. Fails if one has none, or a library
no package.
"""
import base64
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse
import zipfile

NAME = "LIBRARIES.txt"
COMMON = pathlib.Path("/usr/share/common-licenses")


def packages(wheel):
    """Kinds, names and versions of the system's packages that the libraries come from, each once."""
    name = next(name for name in wheel.namelist() if name.endswith("sboms/auditwheel.cdx.json"))
    found = []
    for component in json.loads(wheel.read(name))["components"]:
        kind, _, rest = component["purl"].partition("pkg:")[2].partition("/")
        if kind != "pypi":
            found.append((kind, urllib.parse.unquote(component["name"]), component["version"]))
    inside = [name for name in wheel.namelist() if ".libs/" in name and not name.endswith("/")]
    if len(found) < len(inside):
        found += map(debian_package, inside)
    return sorted(set(found))


def debian_package(library):
    """The package of a library inside, which auditwheel does not find if dpkg knows its folder as /lib."""
    name = re.sub(r"-[0-9a-f]{8}(?=\.so)", "", pathlib.PurePath(library).name)
    command = ["dpkg-query", "--search", f"*/{name}"]
    listed = shutil.which("dpkg-query") and subprocess.run(command, capture_output=True, text=True).stdout
    package = re.search(rf"^(\S+): \S*/lib/[^/\s]+/{re.escape(name)}$", listed or "", re.MULTILINE)
    if not package:
        sys.exit(f"wheel_licences.py: no package of the system has {name}")
    command = ["dpkg-query", "--show", "--showformat=${Version}", package[1]]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "deb", package[1].partition(":")[0], version


def licence_of(kind, name, root):
    """The text that the system under root has of a package's licences."""
    copyright = pathlib.Path(root, "usr/share/doc", name, "copyright")
    if kind == "deb" and copyright.is_file():
        return copyright.read_text(encoding="utf-8", errors="replace")
    if kind == "rpm":
        files = subprocess.run(["rpm", "-q", "--licensefiles", name], capture_output=True, text=True, check=True)
        return "\n".join(pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
                         for path in files.stdout.split("\n") if os.path.isfile(path))
    return ""


def all_licences(wheel, root):
    """One text: a head and its licences for each package, then those that they only point at."""
    parts, pointed = ["The wheel holds libraries of these packages of the system it was built on.\n"], set()
    for kind, name, version in packages(wheel):
        text = licence_of(kind, name, root)
        if not text.strip():
            sys.exit(f"wheel_licences.py: the system has no licence of {name} {version}")
        parts.append(f"{'=' * 78}\n{name} {version}\n{'=' * 78}\n{text}")
        pointed.update(re.findall(rf"{COMMON}/([\w.+-]*\w)", text))
    for name in sorted(name for name in pointed if (COMMON / name).is_file()):
        text = (COMMON / name).read_text(encoding="utf-8")
        parts.append(f"{'=' * 78}\n{COMMON / name}\n{'=' * 78}\n{text}")
    return "\n".join(parts)


def row(name, data):
    """A file's line of the wheel's RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return [name, f"sha256={digest}", str(len(data))]


def main(path, root="/"):
    with zipfile.ZipFile(path) as wheel:
        record = next(name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
        facts, added = record.replace("RECORD", "METADATA"), record.replace("RECORD", f"licenses/{NAME}")
        listed = f"\nLicense-File: {NAME}\nLicense-File: ".encode()
        ours = {facts: wheel.read(facts).replace(b"\nLicense-File: ", listed, 1),
                added: all_licences(wheel, root).encode()}
        kept = [(item, wheel.read(item)) for item in wheel.infolist() if item.filename not in (record, *ours)]
        rows = [line for line in csv.reader(io.StringIO(wheel.read(record).decode())) if line[0] not in ours]
    rows[-1:-1] = [row(name, data) for name, data in ours.items()]
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    with zipfile.ZipFile(f"{path}.new", "w", zipfile.ZIP_DEFLATED) as wheel:
        for item, data in kept:
            wheel.writestr(item, data, zipfile.ZIP_DEFLATED)
        for name, data in ours.items():
            wheel.writestr(name, data)
        wheel.writestr(record, lines.getvalue())
    os.replace(f"{path}.new", path)


if __name__ == "__main__":
    main(*sys.argv[1:])
