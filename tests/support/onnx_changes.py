# SPDX-License-Identifier: MIT
"""Exported ONNX files in other forms: weights in halves, or quantised with DequantizeLinear before them."""
import onnx_bytes as onnx

import numpy


def each_tensor(data, change):
    """change(name, shape, numbers) returns tensors and nodes that stand for it, or None."""
    fields = onnx.parse(data)
    graph = onnx.parse(onnx.of(fields, 7)[0])
    made, nodes = [], []
    for number, value in graph:
        if number != 5:
            made.append((number, value))
            continue
        parts = onnx.parse(value)
        shape, name = onnx.of(parts, 1), onnx.of(parts, 8)[0].decode()
        found = None
        if onnx.of(parts, 2) == [onnx.FLOAT]:
            found = change(name, shape, numpy.frombuffer(onnx.of(parts, 9)[0], numpy.float32).reshape(shape))
        tensors, before = found or ([value], [])
        made += [(5, tensor) for tensor in tensors]
        nodes += [(1, item) for item in before]
    return onnx.message([(n, v) if n != 7 else (7, nodes + made) for n, v in fields])


def halves(data):
    def change(name, shape, numbers):
        return [onnx.raw_tensor(name, shape, onnx.HALF, numbers.astype(numpy.float16).tobytes())], []

    return each_tensor(data, change)


def quantised(data):
    """Weights of convolutions and linears as int8 with a step per output."""
    def change(name, shape, numbers):
        if len(shape) < 2:
            return None
        steps = numpy.abs(numbers).reshape(shape[0], -1).max(1) / 127
        bytes_ = numpy.round(numbers / steps.reshape(-1, *[1] * (len(shape) - 1))).astype(numpy.int8)
        tensors = [onnx.raw_tensor(f"{name}_q", shape, onnx.INT8, bytes_.tobytes()),
                   onnx.raw_tensor(f"{name}_s", shape[:1], onnx.FLOAT, steps.astype(numpy.float32).tobytes()),
                   onnx.raw_tensor(f"{name}_z", shape[:1], onnx.INT8, bytes(shape[0]))]
        return tensors, [onnx.node("DequantizeLinear", [f"{name}_q", f"{name}_s", f"{name}_z"], name, axis=0)]

    return each_tensor(data, change)
