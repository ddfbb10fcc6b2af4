# SPDX-License-Identifier: MIT
"""make_seeds_npy.py DIR: arrays for fuzz_npy, in DIR/npy/."""
import os
import struct
import sys

ARRAYS = {
    "float32": ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytes(24)),
    "float64": ("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", bytes(24)),
    "uint8": ("{\"shape\": (4, 1), \"descr\": \"|u1\", \"fortran_order\": False}", b"abcd"),
    "scalar": ("{'descr': '<f4', 'fortran_order': True, 'shape': (), }", bytes(4)),
    "empty": ("{'descr': '<f4', 'fortran_order': False, 'shape': (7, 0), }", b""),
    "huge": ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999, 9), }", b""),
}

folder = os.path.join(sys.argv[1], "npy")
os.makedirs(folder, exist_ok=True)
for name, (text, elements) in ARRAYS.items():
    for version, length in ((1, "<H"), (2, "<I")):
        with open(os.path.join(folder, "%s-%d" % (name, version)), "wb") as stream:
            stream.write(b"\x93NUMPY" + bytes([version, 0]) + struct.pack(length, len(text)) +
                         text.encode() + elements)
