# SPDX-License-Identifier: MIT
"""Published weights, fetched into the cache that the program `densenet` uses too."""
from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.request
from typing import Dict, List, Optional

from . import _native
from ._errors import FileError, logger

BLOCK = 1 << 20


def published() -> List[Dict[str, Optional[str]]]:
    """The weights that torchvision, TorchXRayVision and Keras publish: name, file, url, publisher."""
    return _native.published()


def published_row(name: str) -> Optional[Dict[str, Optional[str]]]:
    return next((row for row in published() if row["name"] == name), None)


def _refuse_other(path: str, row: Dict[str, Optional[str]]) -> None:
    """Raises unless the file has the digest that its publisher states, if one is."""
    kind = "sha256" if row["sha256"] else "md5"
    if not row[kind]:
        return
    digest = hashlib.new(kind)
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            digest.update(block)
    if not digest.hexdigest().startswith(str(row[kind])):
        raise FileError(f"{row['url']}: its {kind} is {digest.hexdigest()}, not the published {row[kind]}; "
                        f"nothing was kept")


def pull(name: str) -> str:
    """Fetches published weights unless they are there; returns their file. It appears whole, and
    only with the digest that its publisher states. Raises FileError, KeyError for other names."""
    row = published_row(name)
    if row is None:
        raise KeyError(f"no published weights are called {name!r}; published() lists them")
    folder = _native.cache_folder()
    path = os.path.join(folder, str(row["file"]))
    if os.path.exists(path):
        return path
    os.makedirs(folder, exist_ok=True)
    logger.info("%s: fetching from %s", name, row["publisher"])
    handle, part = tempfile.mkstemp(dir=folder, prefix=".pull-")
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(str(row["url"]), timeout=60) as answer:
            for block in iter(lambda: answer.read(BLOCK), b""):
                file.write(block)
        _refuse_other(part, row)
        os.replace(part, path)
    except OSError as fault:
        if isinstance(fault, FileError):
            raise
        raise FileError(f"{row['url']}: cannot be fetched: {fault}") from fault
    finally:
        if os.path.exists(part):
            os.unlink(part)
    return path
