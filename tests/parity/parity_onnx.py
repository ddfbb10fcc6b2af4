# SPDX-License-Identifier: MIT
"""Files of torch's exporter give PyTorch's logits: of every set of operators, folded and not, with lists and
chains of concatenations, new maps last or first, halves, other heads; and what is no DenseNet is refused."""
import json
import re

from onnx_parity import UNFOLDED, compare, export, settle, small
from weight_parity import check, main, refused, run

import numpy
import onnx_changes
import onnx_graphs
import torch
import torchvision
from torch import nn


class Chain(nn.Module):
    """Layers that join two at a time; a classifier after a norm without ReLU, or none."""

    def __init__(self, newest_first, layers=(3, 2), growth=8, stem=12, cifar=True, classes=4):
        super().__init__()
        self.newest_first = newest_first
        self.stem = nn.Conv2d(3, stem, 3, 1, 1, bias=False) if cifar else nn.Sequential(
            nn.Conv2d(3, stem, 5, 2, 2, bias=False), nn.BatchNorm2d(stem), nn.ReLU())
        self.blocks, self.transitions, width = nn.ModuleList(), nn.ModuleList(), stem
        for number, count in enumerate(layers):
            self.blocks.append(nn.ModuleList(nn.Sequential(
                nn.BatchNorm2d(width + i * growth), nn.ReLU(), nn.Conv2d(width + i * growth, growth, 3, padding=1, bias=False))
                for i in range(count)))
            width += count * growth
            if number + 1 < len(layers):
                self.transitions.append(nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, width // 2, 1),
                                                      nn.AvgPool2d(2)))
                width //= 2
        self.norm, self.line = nn.BatchNorm2d(width), nn.Linear(width, classes)

    def forward(self, x):
        x = self.stem(x)
        for number, block in enumerate(self.blocks):
            for layer in block:
                new = layer(x)
                x = torch.cat((new, x) if self.newest_first else (x, new), 1)
            if number < len(self.transitions):
                x = self.transitions[number](x)
        return self.line(torch.flatten(nn.functional.adaptive_avg_pool2d(torch.relu(self.norm(x)), 1), 1))


def exports(folder):
    """torchvision's densenet in every form that torch writes."""
    net, path = small(), f"{folder}/net.onnx"
    for opset in (9, 11, 13, 17):
        export(net, path, opset)
        compare(f"opset {opset}, folded", net, path, format="ONNX", concat="last", concat_from="graph", blocks=[2, 3, 2])
    export(net, path, 9, **UNFOLDED)
    compare("unfolded", net, path, growth=8, stem="imagenet", function="graph", bn_epsilon=1e-5)
    whole = run("convert", path, f"{folder}/out.pth")
    state = torch.load(f"{folder}/out.pth", weights_only=True) if whole.returncode == 0 else {}
    wrong = [name for name, tensor in net.state_dict().items()
             if "num_batches" not in name and not torch.equal(state.get(name, torch.zeros(0)), tensor)]
    check("its tensors are those that were exported", not wrong, str(wrong[:3]) if wrong else "")
    export(net, path, 13, dynamic=True, keep_initializers_as_inputs=True)
    compare("dynamic axes, another size", net, path, size=(71, 50))


def other_types(folder):
    """Weights in halves, or as bytes with their steps, are the floats that they stand for."""
    net, path = small(), f"{folder}/net.onnx"
    export(net, path, 13, **UNFOLDED)
    with open(path, "rb") as file:
        data = file.read()
    for what, changed in (("f16", onnx_changes.halves(data)), ("f32", onnx_changes.quantised(data))):
        with open(path, "wb") as file:
            file.write(changed)
        run("convert", path, f"{folder}/out.pth", "--dtype", "f32")
        like = small()
        missing = like.load_state_dict(torch.load(f"{folder}/out.pth", weights_only=True), strict=False)
        far = max((a - b).abs().max().item() for a, b in zip(like.parameters(), net.parameters()))
        check(f"the numbers of {what}", 0 < far < 0.01 and not missing.unexpected_keys, f"{far:.1e} apart")
        compare(f"from {what}", like.eval(), path, dtype=what)


def zoo(folder):
    """The zoo's form gives the same as its tensors in a network of PyTorch, blue first."""
    path = f"{folder}/net.onnx"
    for form, opset in (("broadcast", 6), ("unsqueeze", 9), ("shaped", 9)):
        with open(path, "wb") as file:
            file.write(onnx_graphs.zoo(form, opset))
        net = torchvision.models.DenseNet(4, (2, 1), 8, num_classes=3).eval()
        done = run("convert", path, f"{folder}/out.pth")
        net.load_state_dict(torch.load(f"{folder}/out.pth", weights_only=True), strict=False)
        weights = net.features.conv0.weight.data
        said = run("info", path)
        check(f"zoo, {form}: it says so", done.returncode == 0 and "BGR" in said.stdout)
        first = onnx_graphs.Graph().numbers(8 * 3 * 49)
        expected = torch.tensor(first).view(8, 3, 7, 7)[:, [2, 1, 0]]
        check(f"zoo, {form}: turned to RGB", torch.equal(weights, expected), "" if torch.equal(weights, expected) else "other weights")
        compare(f"zoo, {form}", net, path, size=(32, 32), blocks=[2, 1], growth=4)


def spelt_out(folder):
    """A bias that the graph makes of one number and the length of the weights."""
    path = f"{folder}/net.onnx"

    def write(*bias):
        with open(path, "wb") as file:
            file.write(onnx_graphs.zoo("shaped", 18, bias=bias))
        return run("convert", path, f"{folder}/out.pth")

    write(0.0)
    plain = torch.load(f"{folder}/out.pth", weights_only=True)
    write(0.25)
    net = torchvision.models.DenseNet(4, (2, 1), 8, num_classes=3).eval()
    plain["features.norm0.running_mean"] -= 0.25
    net.load_state_dict(plain, strict=False)
    compare("a bias of a quarter", net, path, size=(32, 32), blocks=[2, 1], growth=4)
    for times in (2, -1, 1 << 40):
        done = write(0.25, times)
        check(f"a bias {times} times as long", done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr)


def casts(folder):
    """Maps in another floating-point type are the same maps; in whole numbers they are not."""
    path = f"{folder}/net.onnx"
    for kind, status in ((1, 0), (10, 0), (11, 0), (6, 2), (7, 2), (9, 2)):
        with open(path, "wb") as file:
            file.write(onnx_graphs.zoo("shaped", 13, cast=kind))
        done = run("convert", path, f"{folder}/out.pth")
        check(f"a cast to type {kind}", done.returncode == status and ("is no float" in done.stderr) == bool(status), done.stderr)


def orders(folder):
    """The order of maps comes from the graph, whatever tensors are called."""
    path = f"{folder}/net.onnx"
    torch.manual_seed(3)
    for newest_first in (False, True):
        net = settle(Chain(newest_first), (32, 32))
        export(net, path, 13, size=(32, 32))
        compare(f"a chain, newest first: {newest_first}", net, path, size=(32, 32), stem="cifar",
                concat="first" if newest_first else "last")
    net = settle(Chain(True, cifar=False), (32, 32))
    export(net, path, 11, size=(32, 32))
    compare("a norm and no pool after a 5x5 stem", net, path, size=(32, 32))


class Head(nn.Module):
    def __init__(self, end, pool=None):
        super().__init__()
        self.features, self.end = small().features, end
        self.pool = pool or (lambda x: nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))

    def forward(self, x):
        return self.end(self.pool(torch.relu(self.features(x))))


def both(x):
    return torch.cat((nn.functional.adaptive_max_pool2d(x, 1), nn.functional.adaptive_avg_pool2d(x, 1)), 1).flatten(1)


def heads(folder):
    path, width = f"{folder}/net.onnx", small().classifier.in_features
    ends = {"two linears": (nn.Sequential(nn.Linear(width, 9), nn.ReLU(), nn.Dropout(), nn.Linear(9, 4)), None),
            "maxima and means, norms": (nn.Sequential(nn.BatchNorm1d(2 * width), nn.Linear(2 * width, 6, bias=False), nn.ReLU(),
                                                      nn.BatchNorm1d(6), nn.Linear(6, 3)), both),
            "a window": (nn.Linear(width, 3), lambda x: nn.functional.avg_pool2d(x, 4).flatten(1)),
            "no bias": (nn.Linear(width, 3, bias=False), lambda x: x.mean((2, 3))),
            "a view": (nn.Linear(width, 3), lambda x: nn.functional.adaptive_avg_pool2d(x, 1).view(x.size(0), -1)),
            "squeezed": (nn.Linear(width, 3), lambda x: nn.functional.adaptive_avg_pool2d(x, 1).squeeze(3).squeeze(2))}
    for what, (end, pool) in ends.items():
        net = settle(Head(end, pool), (64, 64))
        export(net, path, 13, dynamic=what == "a view")
        compare(what, net, path)
    for what, end, task in (("a sigmoid", nn.Sigmoid(), "labels"), ("a softmax", nn.Softmax(1), "classes")):
        plain = small()
        export(nn.Sequential(plain, end), path)
        compare(what, plain, path, task=task)
    export(Head(nn.Identity()), path)
    check("no classifier", json.loads(run("info", "--json", path).stdout)["classes"] == 0)


class Prepared(nn.Module):
    """Bytes or parts of 1, in rows of pixels or planes, blue first or last: prepared in the graph."""

    def __init__(self, net, mean, std, rows, turned):
        super().__init__()
        self.net, self.rows, self.turned = net, rows, turned
        self.register_buffer("mean", torch.tensor(mean).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(-1, 1, 1))

    def forward(self, x):
        x = x.float()
        x = x.permute(0, 3, 1, 2) if self.rows else x
        x = x[:, [2, 1, 0]] if self.turned else x
        return self.net((x - self.mean) / self.std)


def preparation(folder):
    path, net = f"{folder}/net.onnx", small()
    cases = {"bytes": ([100.0, 110.0, 120.0], [51.0, 60.0, 70.0], True, False, torch.randint(255, (1, 64, 64, 3)).byte(), 255),
             "blue first": ([100.0, 110.0, 120.0], [51.0, 60.0, 70.0], False, True, torch.rand(1, 3, 64, 64), 255),
             "parts of 1": ([0.5, 0.4, 0.3], [0.25, 0.2, 0.22], False, False, torch.rand(1, 3, 64, 64), 1)}
    for what, (mean, std, rows, turned, example, whole) in cases.items():
        export(Prepared(net, mean, std, rows, turned), path, 11, example=example)
        order = [2, 1, 0] if turned else [0, 1, 2]
        compare(what, net, path, expect=lambda x, order=order: net(x[:, order]))
        said = run("info", path).stdout.split("preprocessing")[1].split("\n")[0]
        numbers = [[values[order[c]] / whole for c in range(3)] for values in (mean, std)]
        found = [[float(n) for n in part.split(":")] for part in re.findall(r"(?:mean|std)=([0-9.:]+)", said)]
        check(f"{what}: the pipeline", numpy.allclose(found, numbers, rtol=1e-5), f"{numbers} {said}")


def departures(folder):
    """The first node that departs is named."""
    path = f"{folder}/no.onnx"

    def no(what, net, *words, **options):
        export(net.eval(), path, **options)
        refused(what, run("info", path), "no.onnx", *words)

    no("a ResNet", torchvision.models.resnet18(num_classes=3), "its node", "maps with maps", opset=11)
    no("a line of convolutions", nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1)),
       "makes maps that no dense layer adds to")
    net = small()
    net.features.pool0 = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.ReflectionPad2d(1), nn.Conv2d(12, 12, 3, 2, groups=12, bias=False))
    no("a blur", net, "its node", "is no blur of reflected maxima")
    net = small()
    net.features.conv0 = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(3, 12, 7, 2, bias=False))
    no("a stem that reflects", net, "its node", "pads by reflect")
    net = small()
    net.features.denseblock2.denselayer2.conv2 = nn.Conv2d(32, 8, 5, padding=2, bias=False)
    no("a layer of 5x5", net, "5x5")
    net = small()
    net.features.transition1.pool = nn.MaxPool2d(2, 2)
    no("maxima in a transition", net, "MaxPool", "takes maxima")
    net = small()
    net.features.denseblock1.denselayer2.relu1 = nn.Sigmoid()
    no("a sigmoid in a layer", net, "Sigmoid", "is not where a DenseNet has one")


if __name__ == "__main__":
    main((exports, orders, other_types, zoo, spelt_out, casts, heads, preparation, departures))
