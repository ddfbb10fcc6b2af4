# SPDX-License-Identifier: MIT
"""The wheel has the licences of the libraries inside it."""
import importlib.metadata
import json

import pytest


def test_each_library_inside_has_its_licence():
    try:
        files = importlib.metadata.files("libdensenet") or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package is not installed from a wheel")
    if not any(file.parts[0] == "libdensenet.libs" for file in files):
        pytest.skip("no libraries inside")
    licences = next(file for file in files if file.match("licenses/LIBRARIES.txt")).read_text()
    components = json.loads(next(file for file in files if file.match("auditwheel.cdx.json")).read_text())["components"]
    names = {part["name"] for part in components} - {"libdensenet"}
    assert names and all(f"\n{name} " in licences for name in names)
    assert "Independent JPEG Group" in licences and "Sam Leffler" in licences
    assert "LIBRARIES.txt" in importlib.metadata.metadata("libdensenet").get_all("License-File")
