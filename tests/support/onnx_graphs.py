# SPDX-License-Identifier: MIT
"""Small DenseNets as ONNX graphs of odd makes: the model zoo's, which came from Caffe, and quantised ones."""
import random

import onnx_bytes as onnx


class Graph:
    """Nodes and tensors, made in order; numbers are random, and always the same."""

    def __init__(self, seed=1):
        self.random, self.nodes, self.tensors, self.shapes, self.count = random.Random(seed), [], [], {}, 0

    def numbers(self, count, low=-0.5, high=0.5):
        return [self.random.uniform(low, high) for _ in range(count)]

    def tensor(self, shape, numbers, code="f", name=None):
        name = name or f"t{len(self.tensors)}"
        self.tensors.append(onnx.tensor(name, shape, numbers, code))
        self.shapes[name] = shape
        return name

    def node(self, kind, inputs, output=None, **attributes):
        self.count += 1
        output = output or f"v{self.count}"
        self.nodes.append(onnx.node(kind, inputs, output, **attributes))
        return output

    def conv(self, x, out, ins, side, stride=1, output=None, bias=False, spelt=None):
        weight = self.tensor((out, ins, side, side), self.numbers(out * ins * side * side))
        inputs = [x, weight, *([self.tensor((out,), self.numbers(out))] if bias else [])]
        inputs += [self.spelt_bias(x, weight, *spelt)] if spelt else []
        return self.node("Conv", inputs, output, kernel_shape=[side, side], strides=[stride, stride], pads=[side // 2] * 4)

    def spelt_bias(self, x, weight, number, times=1):
        """As torch's newer exporter writes one of a single number if it does not optimise."""
        length = self.node("Shape", [weight], start=0, end=1)
        length = self.node("Expand", [length, self.tensor((1,), [1], "q")])
        if times != 1:
            length = self.node("Mul", [length, self.tensor((1,), [times], "q")])
        return self.node("Expand", [self.node("CastLike", [self.tensor((), [number]), x]), length])

    def norm(self, x, width, unit=False):
        vectors = [[1.0] * width, [0.0] * width] if unit else [self.numbers(width, 0.5, 1.5), self.numbers(width)]
        vectors += [self.numbers(width), self.numbers(width, 0.5, 1.5)]
        return self.node("BatchNormalization", [x, *(self.tensor((width,), v) for v in vectors)], epsilon=1e-5)

    def model(self, x, y, shape=(1, 3, 32, 32), classes=(1, 3, 1, 1), **options):
        return onnx.model(self.nodes, self.tensors, [onnx.value_info(x, shape)], [onnx.value_info(y, classes)], **options)


def caffe_norm(graph, x, width, form):
    """BatchNormalization of unit scale, then Mul and Add; form: how their vectors get their shape."""
    x = graph.norm(x, width, unit=True)
    for kind, low, high in (("Mul", 0.5, 1.5), ("Add", -0.5, 0.5)):
        numbers = graph.numbers(width, low, high)
        if form == "broadcast":
            x = graph.node(kind, [x, graph.tensor((width,), numbers)], broadcast=1, axis=1)
        else:
            vector = graph.tensor((width,) if form == "unsqueeze" else (width, 1, 1), numbers)
            vector = graph.node("Unsqueeze", [vector], axes=[1, 2]) if form == "unsqueeze" else vector
            x = graph.node(kind, [x, vector])
    return graph.node("Relu", [x])


def zoo(form="unsqueeze", opset=9, growth=4, layers=(2, 1), names=("data_0", "fc6_1"), bias=None,
        cast=None):
    """The family of densenet-3 to densenet-12: initialisers are inputs too, the classifier is a convolution. bias: of the
    first convolution, a number and how many times too long it is. cast: what the stem's maps are turned into, and back."""
    graph, width = Graph(), 8
    x = graph.conv(names[0], width, 3, 7, 2, spelt=bias)
    x = caffe_norm(graph, x, width, form)
    x = graph.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    if cast:
        x = graph.node("Cast", [graph.node("Cast", [x], to=cast)], to=1)
    for number, count in enumerate(layers):
        for _ in range(count):
            y = graph.conv(caffe_norm(graph, x, width, form), 4 * growth, width, 1)
            y = graph.conv(caffe_norm(graph, y, 4 * growth, form), growth, 4 * growth, 3)
            x, width = graph.node("Concat", [x, y], axis=1), width + growth
        x = caffe_norm(graph, x, width, form)
        if number + 1 < len(layers):
            x, width = graph.conv(x, width // 2, width, 1), width // 2
            x = graph.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
    x = graph.conv(graph.node("GlobalAveragePool", [x]), 3, width, 1, output=names[1], bias=True)
    inputs = [onnx.value_info(name, shape) for name, shape in graph.shapes.items()]
    return graph.model(names[0], x, opset=opset, also_inputs=inputs)
