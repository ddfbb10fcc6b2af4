# SPDX-License-Identifier: MIT
"""make_seeds_form.py DIR: forms for fuzz_form, in DIR/form/."""
import os
import sys

FOLDER = os.path.join(sys.argv[1], "form")
TYPE = b"multipart/form-data; boundary="
PART = b'Content-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: image/png\r\n\r\n'
SEEDS = {
    "one": TYPE + b"b\n--b\r\n" + PART % b"a.png" + b"bytes\r\n--b--\r\n",
    "two": TYPE + b'"a b"\npreamble\r\n--a b \r\n' + PART % rb"a\"b" + b"1\r\n--a bc\r\n\r\n--a b\r\n\r\n2\r\n--a b--",
    "folded": TYPE + b"b; charset=x\n--b\r\nContent-Disposition: form-data;\r\n name=x\r\n\r\n\r\n--b--",
    "headless": TYPE + b"b\n--b\r\n\r\nbytes\r\n--b\r\n--b--",
    "open": TYPE + b"b\n--b\r\n" + PART % b"a" + b"bytes\r\n--b\r\n",
    "long": TYPE + b"b" * 71 + b"\n--" + b"b" * 71 + b"--",
    "empty": TYPE + b"\n",
}

os.makedirs(FOLDER, exist_ok=True)
for name, data in SEEDS.items():
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(data)
