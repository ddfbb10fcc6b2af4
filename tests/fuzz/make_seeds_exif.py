# SPDX-License-Identifier: MIT
"""make_seeds_exif.py DIR: for fuzz_exif, in DIR/exif/, blocks of EXIF and files
around them; a byte before each says which it is."""
import os
import sys

import exif_files

folder = os.path.join(sys.argv[1], "exif")
os.makedirs(folder, exist_ok=True)
for number, block in enumerate(exif_files.every_block()):
    for kind, data in enumerate((block, *(around(block) for around in exif_files.AROUND))):
        with open(os.path.join(folder, f"{number}-{kind}"), "wb") as stream:
            stream.write(bytes([kind]) + data)
