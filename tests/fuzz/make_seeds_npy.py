# SPDX-License-Identifier: MIT
"""make_seeds_npy.py DIR: arrays for fuzz_npy, in DIR/npy/, and zip files of them for fuzz_npz, in
DIR/npz/."""
import os
import struct
import sys
import zipfile

ARRAYS = {
    "float32": ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytes(24)),
    "float64": ("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", bytes(24)),
    "uint8": ("{\"shape\": (4, 1), \"descr\": \"|u1\", \"fortran_order\": False}", b"abcd"),
    "scalar": ("{'descr': '<f4', 'fortran_order': True, 'shape': (), }", bytes(4)),
    "empty": ("{'descr': '<f4', 'fortran_order': False, 'shape': (7, 0), }", b""),
    "huge": ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999, 9), }", b""),
}



def array(name, version, length):
    text, elements = ARRAYS[name]
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(length, len(text)) + text.encode() + elements


def folder(name):
    path = os.path.join(sys.argv[1], name)
    os.makedirs(path, exist_ok=True)
    return path


def write_zip(name, compression, members):
    with zipfile.ZipFile(os.path.join(folder("npz"), name), "w", compression) as archive:
        for member, data in members.items():
            archive.writestr(zipfile.ZipInfo(member), data)


for key in ARRAYS:
    for number, packing in ((1, "<H"), (2, "<I")):
        with open(os.path.join(folder("npy"), "%s-%d" % (key, number)), "wb") as stream:
            stream.write(array(key, number, packing))
ALL = {key + ".npy": array(key, 1, "<H") for key in ARRAYS}
write_zip("stored", zipfile.ZIP_STORED, ALL)
write_zip("deflated", zipfile.ZIP_DEFLATED, ALL)
write_zip("zeros", zipfile.ZIP_DEFLATED, {"zeros.npy": array("float32", 1, "<H") + bytes(5000)})
write_zip("stranger", zipfile.ZIP_STORED, {"readme.txt": b"none"})
write_zip("empty", zipfile.ZIP_STORED, {})
