# SPDX-License-Identifier: MIT
"""make_seeds_onnx.py DIR: ONNX files for fuzz_onnx, in DIR/onnx/: small networks in the zoo's form and with
other operators, and graphs that depart."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import onnx_bytes as onnx
import onnx_graphs

FOLDER = os.path.join(sys.argv[1], "onnx")
os.makedirs(FOLDER, exist_ok=True)


def save(name, data):
    with open(os.path.join(FOLDER, name), "wb") as stream:
        stream.write(data)


def plain(end, before=(), shape=(1, 3, 8, 8), opset=13):
    """A layer of 3x3 in one block; `before`, what is done to pictures; `end`, the nodes of its head."""
    graph = onnx_graphs.Graph()
    graph.nodes += list(before)
    x = graph.conv("p" if before else "x", 2, 3, 3)
    y = graph.conv(graph.node("Relu", [graph.norm(x, 2)]), 1, 2, 3, bias=True)
    z = graph.node("Concat", [y, x], axis=1)
    graph.node("Relu", [graph.norm(z, 3)], "maps")
    graph.tensor((2, 3), graph.numbers(6), name="w")
    graph.tensor((2,), graph.numbers(2), name="b")
    graph.tensor((2,), [0, -1], "q", name="rows")
    graph.tensor((2,), [2, 3], "q", name="axes")
    graph.tensor((3, 1, 1), [100.0, 110.0, 120.0], name="mean")
    graph.tensor((2,), [0, -1], "q", name="sizes")
    graph.tensor((2, 6), graph.numbers(12), name="wide")
    graph.nodes += end
    return graph.model("x", "y", shape, (1, 2), opset=opset)


mean = onnx.node("GlobalAveragePool", ["maps"], "g")
gemm = onnx.node("Gemm", ["f", "w", "b"], "y", transB=1)
flatten = onnx.node("Flatten", ["g"], "f")
save("gemm", plain([mean, flatten, gemm]))
save("reshape", plain([onnx.node("ReduceMean", ["maps", "axes"], "g", keepdims=0), onnx.node("Reshape", ["g", "rows"], "f"), gemm], opset=18))
save("matmul", plain([mean, onnx.node("Squeeze", ["g"], "f", axes=[2, 3]), onnx.node("Transpose", ["w"], "t", perm=[1, 0]),
                      onnx.node("MatMul", ["f", "t"], "m"), onnx.node("Add", ["m", "b"], "l"), onnx.node("Softmax", ["l"], "y", axis=1)]))
save("grid", plain([onnx.node("AveragePool", ["maps"], "g", kernel_shape=[8, 8]), flatten, gemm]))
save("oblong", plain([onnx.node("AveragePool", ["maps"], "g", kernel_shape=[8, 4], strides=[8, 4]), flatten,
                      onnx.node("Gemm", ["f", "wide", "b"], "y", transB=1)]))
RECORD = {"arch": "densenet", "blocks": "1", "growth": "1", "stem_channels": "2", "bottleneck": "0", "channels": "3", "classes": "2",
          "compression": "0.5", "bn_epsilon": "1e-05", "stem": "cifar", "head": "mean,dropout,linear=2", "concat": "last",
          "batches_tracked": "7", "temperature": "2", "preprocess": "cifar10"}
save("recorded", plain([mean, flatten, gemm]) + onnx.message([(14, [(1, f"densenet.{key}"), (2, text)]) for key, text in RECORD.items()]))
save("shape", plain([mean, onnx.node("Shape", ["g"], "s"), onnx.node("Constant", [], "i", value_ints=[0]),
                     onnx.node("Gather", ["s", "i"], "n"), onnx.node("Constant", [], "o", value_ints=[-1]),
                     onnx.node("Concat", ["n", "o"], "r", axis=0), onnx.node("Reshape", ["g", "r"], "f"), gemm]))
save("prepared", plain([mean, flatten, gemm], [
    onnx.node("Cast", ["x"], "c", to=1), onnx.node("Transpose", ["c"], "turned", perm=[0, 3, 1, 2]), onnx.node("Sub", ["turned", "mean"], "less"),
    onnx.node("Div", ["less", "mean"], "p")], (1, 8, 8, 3)))
save("quantised", plain([onnx.node("QuantizeLinear", ["maps", "b"], "q"), onnx.node("DequantizeLinear", ["q", "b"], "d"),
                         onnx.node("GlobalAveragePool", ["d"], "g"), flatten, gemm]))
save("sigmoid-inside", plain([onnx.node("Sigmoid", ["maps"], "d"), onnx.node("GlobalAveragePool", ["d"], "g"), flatten, gemm]))
for form, opset in (("broadcast", 6), ("unsqueeze", 9), ("shaped", 9)):
    save(f"zoo-{form}", onnx_graphs.zoo(form, opset, growth=1, layers=(1, 1)))
save("external", onnx.model([onnx.node("Relu", ["x"], "y")], [[(1, 4), (2, 1), (8, "t"), (14, 1), (13, [(1, "location"), (2, "w")])]],
                            [onnx.value_info("x", (1, 3, 8, 8))], [onnx.value_info("y", (1, 3))]))
