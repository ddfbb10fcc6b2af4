# SPDX-License-Identifier: MIT
"""make_seeds_dicom.py DIR: files for fuzz_dicom, in DIR/dicom/: every syntax, photometric interpretation and way from
values to shades. A byte before the file chooses a frame and a window."""
import os
import sys

import dicom_files as files
import dicom_streams

E = files.element


def tables():
    def table(tag):
        return files.sequence(0x28, tag, E(0x28, 0x3002, "US", [4, 0, 16]) + E(0x28, 0x3006, "US", [0, 9, 999, 65535]))
    window = E(0x28, 0x1050, "DS", "100") + E(0x28, 0x1051, "DS", "50")
    line = E(0x28, 0x1052, "DS", "-7.5") + E(0x28, 0x1053, "DS", "2")
    yield "tables", {"more": table(0x3000) + table(0x3010)}
    yield "line", {"more": line + window}
    yield "sigmoid", {"more": line + window + E(0x28, 0x1056, "LO", "SIGMOID")}
    yield "exact", {"more": window + E(0x28, 0x1056, "LO", "LINEAR_EXACT") + E(0x2050, 0x20, "CS", "INVERSE")}
    yield "inverted", {"photometric": "MONOCHROME1", "high": 7, "stored": 5}
    groups = files.sequence(0x5200, 0x9230, files.sequence(0x28, 0x9132, window), files.sequence(0x28, 0x9132, window, undefined=True),
                            undefined=True)
    yield "groups", {"more": groups, "frames": 2}
    palette = b"".join(E(0x28, 0x1101 + c, "US", [4, 0, 16]) for c in range(3))
    palette += b"".join(E(0x28, 0x1201 + c, "OW", [0, 999, 9999, 65535]) for c in range(3))
    yield "palette", {"photometric": "PALETTE COLOR", "more": palette}
    yield "private", {"begin": E(9, 0x10, "LO", "NOBODY") + E(9, 0x1001, "UN", b"\1\2\3\4")}
    yield "nested", {"begin": files.sequence(8, 0x1140, files.sequence(8, 0x1140, b"", undefined=True), undefined=True)}


def seeds():
    flat = bytes(range(24))
    for name, options in tables():
        yield name, files.dicom(flat * options.get("frames", 1), 4, 6, **options)
    for syntax in (files.IMPLICIT, files.EXPLICIT, files.DEFLATED, files.BIG):
        yield "syntax" + syntax[17:], files.dicom(flat * 2, 4, 6, syntax, allocated=16, stored=12, signed=1)
    yield "rle", files.dicom(files.encapsulate([[files.rle(flat, 1, 1)], [files.rle(flat, 1, 1)]], True), 4, 6, files.RLE, frames=2)
    yield "bits", files.dicom(flat, 6, 16, allocated=1, frames=2)
    yield "wide", files.dicom(flat * 4, 4, 6, allocated=32)
    for photometric in ("RGB", "YBR_FULL"):
        yield photometric, files.dicom(flat * 3, 4, 6, samples=3, photometric=photometric, planar=1)
    yield "half", files.dicom(flat * 2, 4, 6, samples=3, photometric="YBR_FULL_422")
    yield "bare", files.dicom(flat, 4, 6, preamble=False)
    for name, (bits, samples, uid) in dicom_streams.KINDS.items():
        pixels = files.encapsulate([[dicom_streams.stream(name)]])
        yield name, files.dicom(pixels, 12, 17, files.ROOT + uid, samples=samples, allocated=16 if bits > 8 else 8,
                                photometric="RGB" if samples == 3 else "MONOCHROME2")


folder = os.path.join(sys.argv[1], "dicom")
os.makedirs(folder, exist_ok=True)
for number, (title, data) in enumerate(seeds()):
    with open(os.path.join(folder, title.replace(" ", "-")), "wb") as stream:
        stream.write(bytes([number % 4]) + data)
