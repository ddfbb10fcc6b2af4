# SPDX-License-Identifier: MIT
"""make_exports.py FOLDER: files of torch's newer exporter, with its sidecar, and of onnxruntime's static
quantisation in both of its forms; and what PyTorch computes. Needs torch 2.15, onnxscript, onnxruntime 1.32."""
import json
import os
import sys

import numpy
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, max_pool2d

FOLDER, GROWTH, LAYERS, CLASSES, SIDE = sys.argv[1], 4, (2, 1), 3, 32


class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(width), nn.Conv2d(width, 4 * GROWTH, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(4 * GROWTH), nn.Conv2d(4 * GROWTH, GROWTH, 3, padding=1, bias=False)

    def forward(self, maps):
        x = torch.relu(self.norm1(torch.cat(maps, 1)))
        return self.conv2(torch.relu(self.norm2(self.conv1(x))))


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv0, self.norm0 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        self.blocks, self.norms, self.convs = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for count in LAYERS:
            self.blocks.append(nn.ModuleList(Layer(width + i * GROWTH) for i in range(count)))
            width += count * GROWTH
            self.norms.append(nn.BatchNorm2d(width))
            if len(self.blocks) < len(LAYERS):
                self.convs.append(nn.Conv2d(width, width // 2, 1, bias=False))
                width //= 2
        self.classifier = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = max_pool2d(torch.relu(self.norm0(self.conv0(x))), 3, 2, 1)
        for i, block in enumerate(self.blocks):
            maps = [x]
            for layer in block:
                maps.append(layer(maps))
            x = torch.relu(self.norms[i](torch.cat(maps, 1)))
            if i < len(self.convs):
                x = avg_pool2d(self.convs[i](x), 2)
        return self.classifier(torch.flatten(adaptive_avg_pool2d(x, 1), 1))


def settled():
    torch.manual_seed(7)
    net = Net()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.2)
            nn.init.normal_(module.bias, 0, 0.2)
            module.momentum = None
    for _ in range(2):
        net(torch.randn(4, 3, SIDE, SIDE))
    return net.eval()


def lighten(path):
    """Without what tells of the machine that wrote it, or only repeats the graph."""
    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for value in (*model.graph.initializer, *model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    model.graph.ClearField("metadata_props")
    model.ClearField("functions")
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


class Pictures(CalibrationDataReader):
    def __init__(self, name):
        self.left = iter([{name: numpy.random.default_rng(i).standard_normal((1, 3, SIDE, SIDE)).astype("f")} for i in range(6)])

    def get_next(self):
        return next(self.left, None)


def picture():
    """The test's, without random numbers."""
    return (numpy.arange(3 * SIDE * SIDE) * 37 % 101 / 50 - 1).reshape(1, 3, SIDE, SIDE).astype("f")


net, x = settled(), torch.from_numpy(picture())
exported = os.path.join(FOLDER, "exported.onnx")
torch.onnx.export(net, (x,), exported, opset_version=18, dynamo=True, external_data=True, dynamic_shapes=({0: "n"},), verbose=False)
old = os.path.join(FOLDER, "old.onnx")
torch.onnx.export(net, (x,), old, opset_version=13, dynamo=False, input_names=["pictures"])
for kind in (QuantFormat.QDQ, QuantFormat.QOperator):
    path = os.path.join(FOLDER, f"{kind.name.lower()}.onnx")
    quantize_static(old, path, Pictures("pictures"), quant_format=kind, per_channel=True)
    lighten(path)
os.remove(old)
lighten(exported)
found = onnxruntime.InferenceSession(exported).run(None, {"x": x.numpy()})[0]
logits = net(x).detach().numpy()
assert numpy.abs(found - logits).max() < 1e-5
with open(os.path.join(FOLDER, "logits.json"), "w", encoding="ascii") as file:
    json.dump([round(float(number), 6) for number in logits[0]], file)
    file.write("\n")
