#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""wheel_licences.py WHEEL: adds the licences of the libraries that auditwheel has put inside a wheel.

auditwheel's list of components (sboms/auditwheel.cdx.json) names the system's package of each; a
Debian package has its licences in /usr/share/doc/PACKAGE/copyright, and an RPM names them. They
become licenses/LIBRARIES.txt of the wheel. Fails if one has none.
"""
import base64
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import zipfile

NAME = "LIBRARIES.txt"
COMMON = pathlib.Path("/usr/share/common-licenses")


def packages(wheel):
    """Kinds, names and versions of the system's packages that the libraries come from, each once."""
    name = next(name for name in wheel.namelist() if name.endswith("sboms/auditwheel.cdx.json"))
    found = set()
    for component in json.loads(wheel.read(name))["components"]:
        kind, _, rest = component["purl"].partition("pkg:")[2].partition("/")
        if kind != "pypi":
            found.add((kind, urllib.parse.unquote(component["name"]), component["version"]))
    return sorted(found)


def licence_of(kind, name):
    """The text that the system has of a package's licences."""
    copyright = pathlib.Path("/usr/share/doc", name, "copyright")
    if kind == "deb" and copyright.is_file():
        return copyright.read_text(encoding="utf-8", errors="replace")
    if kind == "rpm":
        files = subprocess.run(["rpm", "-q", "--licensefiles", name], capture_output=True, text=True, check=True)
        return "\n".join(pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
                         for path in files.stdout.split("\n") if os.path.isfile(path))
    return ""


def all_licences(wheel):
    """One text: a head and its licences for each package, then those that they only point at."""
    parts, pointed = ["The wheel holds libraries of these packages of the system it was built on.\n"], set()
    for kind, name, version in packages(wheel):
        text = licence_of(kind, name)
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


def main(path):
    with zipfile.ZipFile(path) as wheel:
        record = next(name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
        facts, added = record.replace("RECORD", "METADATA"), record.replace("RECORD", f"licenses/{NAME}")
        listed = f"\nLicense-File: {NAME}\nLicense-File: ".encode()
        ours = {facts: wheel.read(facts).replace(b"\nLicense-File: ", listed, 1),
                added: all_licences(wheel).encode()}
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
    main(sys.argv[1])
