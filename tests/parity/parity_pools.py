# SPDX-License-Identifier: MIT
"""timm's global pools, max, avgmax and catavgmax, from their definitions: as config.json, the metadata and an
ONNX graph say them; catavgmax also by its classifier's width."""
import json
import os

from weight_parity import check, main, refused, run

import numpy
import torch
import torchvision
from torch import nn
from torch.nn import functional

from onnx_parity import compare, export, settle

TEXTS = {"avg": "mean,linear=5", "max": "max,linear=5", "avgmax": "avgmax,linear=5", "catavgmax": "mean+max,linear=5"}


def pooled(x, kind):
    mean, most = (pool(x, 1).flatten(1) for pool in (functional.adaptive_avg_pool2d, functional.adaptive_max_pool2d))
    return {"avg": mean, "max": most, "avgmax": 0.5 * (mean + most), "catavgmax": torch.cat((mean, most), 1)}[kind]


class Net(torchvision.models.DenseNet):
    def __init__(self, kind):
        super().__init__(8, (2, 3), 12, num_classes=5)
        self.kind = kind
        if kind == "catavgmax":
            self.classifier = nn.Linear(2 * self.classifier.in_features, 5)

    def forward(self, x):
        return self.classifier(pooled(functional.relu(self.features(x)), self.kind))


def network(kind, seed=1):
    torch.manual_seed(seed)
    return settle(Net(kind), (64, 64))


def same(what, net, folder, path, *options, tolerance=2e-6):
    x = torch.randn(3, 3, 70, 58, generator=torch.Generator().manual_seed(7))
    numpy.save(f"{folder}/x.npy", x.numpy())
    done = run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy", *options)
    with torch.no_grad():
        right = net(x).numpy()
    found = numpy.load(f"{folder}/y.npy") if done.returncode == 0 else right * 0
    error = numpy.abs(found - right).max() / numpy.abs(right).max()
    check(what, error < tolerance, f"relative error {error:.1e} {done.stderr if error >= tolerance else ''}")
    return done.stderr


def hub(folder, net, **config):
    torch.save(net.state_dict(), f"{folder}/pytorch_model.bin")
    with open(f"{folder}/config.json", "w", encoding="ascii") as file:
        json.dump({"architecture": "densenet_small", "num_classes": 5, **config}, file)
    return folder


def configs(folder):
    """timm writes global_pool beside the architecture, or into pretrained_cfg."""
    for kind, text in TEXTS.items():
        net, place = network(kind), f"{folder}/{kind}"
        os.makedirs(place)
        for name, config in ((kind, {"global_pool": kind}), (f"{kind}, in pretrained_cfg", {"pretrained_cfg": {"global_pool": kind}}),
                             (f"fast{kind}", {"global_pool": f"fast{kind}"})):
            said = same(name, net, place, hub(place, net, **config))
            check(f"{name} is not assumed", "head" not in said, said)
        found = json.loads(run("info", "--json", place).stdout)
        check(f"{kind}: its text", found["head"] == text, found["head"])
        for ending in ("safetensors", "pth", "onnx"):
            done = run("convert", place, f"{folder}/{kind}.{ending}")
            check(f"{kind}: written", done.returncode == 0, done.stderr)
            same(f"{kind}: kept in .{ending}", net, folder, f"{folder}/{kind}.{ending}")
            found = json.loads(run("info", "--json", f"{folder}/{kind}.{ending}").stdout)
            check(f"{kind}: its text in .{ending}", found["head"] == text, found["head"])
    net = network("catavgmax")
    torch.save(net.state_dict(), f"{folder}/state.pth")
    said = same("by its width", net, folder, f"{folder}/state.pth")
    check("by its width, with a warning", "its head is taken for mean+max" in said, said)
    net = network("avg")
    lying = hub(f"{folder}/avg", net, global_pool="catavgmax")
    same("a config that the classifier contradicts", net, folder, lying)


class Twice(Net):
    """The sum, not its half."""

    def forward(self, x):
        maps = functional.relu(self.features(x))
        return self.classifier(pooled(maps, "avg") + pooled(maps, "max"))


def graphs(folder):
    path = f"{folder}/net.onnx"
    for kind in ("max", "avgmax", "catavgmax"):
        for opset in (9, 13, 17):
            net = network(kind, 2)
            export(net, path, opset)
            compare(f"{kind}, opset {opset}", net, path, stem="imagenet", head=TEXTS[kind])
    export(settle(Twice("avg"), (64, 64)), path)
    refused("a sum", run("info", path), "net.onnx", "sums of means and maxima, not half of them")


def precisions(folder):
    for kind in ("max", "avgmax", "catavgmax"):
        net, place = network(kind, 3), f"{folder}/{kind}-rounded"
        os.makedirs(place)
        hub(place, net, global_pool=kind)
        same(f"{kind}, bfloat16", net, place, place, "--precision", "bf16", tolerance=0.03)
        done = run("quantize", place, "-o", f"{place}/bytes.safetensors")
        check(f"{kind}: quantised", done.returncode == 0, done.stderr)
        same(f"{kind}, bytes", net, place, f"{place}/bytes.safetensors", "--precision", "int8", tolerance=0.6)


if __name__ == "__main__":
    main((configs, graphs, precisions))
