# SPDX-License-Identifier: MIT
"""make_seeds_infer.py DIR: requests of the Open Inference Protocol for fuzz_infer, in DIR/infer/."""
import base64
import json
import os
import struct
import sys

PICTURE = b"P5 1 1 255\n\x80"
NUMBERS = [0.5, -1, 2e-3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
NESTED = [[[[0.5, -1], [2e-3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]]]]
FOLDER = os.path.join(sys.argv[1], "infer")


def write(name, header, body):
    with open(os.path.join(FOLDER, name), "wb") as stream:
        stream.write(header.encode() + b"\n" + body)


def save(name, tensor, data=None, **rest):
    """A request with one input; with data after the JSON, if there are some."""
    if data is not None:
        tensor.setdefault("parameters", {})["binary_data_size"] = len(data)
    text = json.dumps({"inputs": [{"name": "input", **tensor}], **rest}).encode()
    write(name, "-" if data is None else str(len(text)), text + (data or b""))


def framed(*elements):
    return b"".join(struct.pack("<I", len(element)) + element for element in elements)


os.makedirs(FOLDER, exist_ok=True)
FLOATS = {"datatype": "FP32", "shape": [1, 3, 2, 2]}
BOTH = [{"name": "output", "parameters": {"classification": 2, "binary_data": True}},
        {"name": "probabilities"}]
save("flat", {**FLOATS, "data": NUMBERS}, id="flat")
save("nested", {"data": NESTED, **FLOATS}, outputs=BOTH)
save("binary", dict(FLOATS), struct.pack("<12f", *NUMBERS), parameters={"binary_data_output": True})
save("doubles", {"datatype": "FP64", "shape": [1, 3, 2, 2]}, struct.pack("<12d", *NUMBERS))
save("halves", {"datatype": "FP16", "shape": [1, 1, 3, 4]}, struct.pack("<12e", *NUMBERS))
save("strings", {"datatype": "BYTES", "shape": [2], "data": ["a\u00e9\n", ""]},
     parameters={"timeout": 5000000})
save("base64", {"datatype": "BYTES", "shape": [1, 1], "data": [[base64.b64encode(PICTURE).decode()]],
                "parameters": {"content_type": "base64"}})
save("files", {"datatype": "BYTES", "shape": [2]}, framed(PICTURE, b""), outputs=BOTH)
write("raw_tensor", "0", struct.pack("<12f", *NUMBERS))
write("raw_file", "0", PICTURE)
write("index", "-", b'{"ready": true}')
write("unload", "-", b'{"parameters": {"unload_dependents": false}}')
write("load", "-", b'{"parameters": {"config": "{}"}}')
