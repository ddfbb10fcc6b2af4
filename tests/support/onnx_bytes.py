# SPDX-License-Identifier: MIT
"""ONNX files byte by byte, without the onnx package: messages as lists of (field, value), where a value is
an int, a float (of 4 bytes), bytes, text, or a list of fields."""
import struct

FLOAT, UINT8, INT8, INT32, INT64, HALF = 1, 2, 3, 6, 7, 10
TYPES = {"f": FLOAT, "B": UINT8, "b": INT8, "i": INT32, "q": INT64, "e": HALF}


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def message(fields):
    out = b""
    for field, value in fields:
        if isinstance(value, int):
            out += varint(field << 3) + varint(value)
        elif isinstance(value, float):
            out += varint(field << 3 | 5) + struct.pack("<f", value)
        else:
            data = value.encode() if isinstance(value, str) else message(value) if isinstance(value, list) else bytes(value)
            out += varint(field << 3 | 2) + varint(len(data)) + data
    return out


def parse(data):
    """(field, value) with an int, 4 or 8 bytes as such, or bytes."""
    def number(at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            shift += 7
            at += 1
            if data[at - 1] < 128:
                return value, at

    at, fields = 0, []
    while at < len(data):
        key, at = number(at)
        if key & 7 == 0:
            value, at = number(at)
        elif key & 7 == 2:
            length, at = number(at)
            value, at = data[at:at + length], at + length
        else:
            length = 4 if key & 7 == 5 else 8
            value, at = struct.unpack("<f" if length == 4 else "<d", data[at:at + length])[0], at + length
        fields.append((key >> 3, value))
    return fields


def of(fields, number):
    return [value for field, value in fields if field == number]


def tensor(name, shape, numbers, code="f"):
    """code: as struct has it; f, e, b, B, i or q."""
    return [*((1, size) for size in shape), (2, TYPES[code]), (8, name), (9, struct.pack(f"<{len(numbers)}{code}", *numbers))]


def raw_tensor(name, shape, kind, data):
    return [*((1, size) for size in shape), (2, kind), (8, name), (9, data)]


def attribute(name, value):
    if isinstance(value, float):
        return [(1, name), (2, value), (20, 1)]
    if isinstance(value, int):
        return [(1, name), (3, value), (20, 2)]
    if isinstance(value, str):
        return [(1, name), (4, value), (20, 3)]
    if value and isinstance(value[0], tuple):
        return [(1, name), (5, value), (20, 4)]
    return [(1, name), *((8, item) for item in value), (20, 7)]


def node(kind, inputs, outputs, name=None, domain="", **attributes):
    outputs = [outputs] if isinstance(outputs, str) else outputs
    inputs = [inputs] if isinstance(inputs, str) else inputs
    return [*((1, item) for item in inputs), *((2, item) for item in outputs),
            (3, name if name is not None else f"{kind}_{outputs[0]}"), (4, kind),
            *((5, attribute(key, value)) for key, value in attributes.items()), *([(7, domain)] if domain else [])]


def value_info(name, shape, kind=FLOAT):
    dims = [(1, [(2, size) if isinstance(size, str) else (1, size)]) for size in shape]
    return [(1, name), (2, [(1, [(1, kind), (2, dims)])])]


def model(nodes, tensors, inputs, outputs, opset=13, metadata=(), producer="test", also_inputs=()):
    graph = [*((1, item) for item in nodes), (2, "graph"), *((5, item) for item in tensors),
             *((11, item) for item in [*inputs, *also_inputs]), *((12, item) for item in outputs)]
    return message([(1, 7), (2, producer), (7, graph), (8, [(2, opset)]), *((14, [(1, k), (2, v)]) for k, v in metadata)])
