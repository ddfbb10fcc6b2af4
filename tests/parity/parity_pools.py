# SPDX-License-Identifier: MIT
"""timm's global pools, max, avgmax and catavgmax, from their definitions: as config.json, the metadata, an ONNX
graph, a pickled module, TorchScript and --head-pool say them; catavgmax also by its classifier's width. Those of
timm itself, where it is installed."""
import json
import os
import sys
import types

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


def of_timm(name, function):
    """A class under the name and module that timm's has, which is all that a file records of it."""
    place = "timm.layers.adaptive_avgmax_pool"
    for depth in (1, 2, 3):
        package = ".".join(place.split(".")[:depth])
        sys.modules.setdefault(package, types.ModuleType(package))
    made = type(name, (nn.Module,), {"forward": lambda self, x: function(x), "__module__": place})
    setattr(sys.modules[place], name, made)
    return made


KEPT = lambda kind: lambda x: pooled(x, kind)[:, :, None, None]
TIMMS = {"FastAdaptiveAvgPool": "avg", "FastAdaptiveMaxPool": "max", "AdaptiveAvgMaxPool2d": "avgmax", "FastAdaptiveAvgMaxPool": "avgmax",
         "AdaptiveCatAvgMaxPool2d": "catavgmax", "FastAdaptiveCatAvgMaxPool": "catavgmax"}
CLASSES = {name: of_timm(name, KEPT(kind)) for name, kind in TIMMS.items()}
SELECT = of_timm("SelectAdaptivePool2d", None)
SELECT.forward = lambda self, x: self.flatten(self.pool(x))


class Selecting(Net):
    """As timm's DenseNet: a module pools, which is registered before the classifier."""

    def __init__(self, kind, pool):
        super().__init__(kind)
        classifier = self.classifier
        del self.classifier
        self.global_pool = SELECT()
        self.global_pool.pool, self.global_pool.flatten = pool, nn.Flatten(1)
        self.classifier = classifier

    def forward(self, x):
        return self.classifier(self.global_pool(functional.relu(self.features(x))))


def recorded(folder):
    for name, kind in {"AdaptiveMaxPool2d": "max", **TIMMS}.items():
        pool = CLASSES[name]() if name in CLASSES else nn.AdaptiveMaxPool2d(1)
        net = settle(Selecting(kind, pool), (64, 64))
        torch.save(net, f"{folder}/module.pt")
        torch.jit.trace(net, torch.randn(1, 3, 64, 64), check_trace=False).save(f"{folder}/trace.pt")
        for form in ("module", "trace"):
            said = same(f"{name}, {form}", net, folder, f"{folder}/{form}.pt")
            check(f"{name}, {form}: nothing is assumed of its head", "head" not in said, said)
    for what, net, word in (("maxima of 2x2", Selecting("avg", nn.AdaptiveMaxPool2d(2)), "pool of other means"),
                            ("another's class", Selecting("avg", type("FastAdaptiveMaxPool", (nn.Identity,), {"__module__": "__main__"})()),
                             "class FastAdaptiveMaxPool")):
        globals()["FastAdaptiveMaxPool"] = type(net.global_pool.pool)
        torch.save(net, f"{folder}/odd.pt")
        refused(what, run("info", f"{folder}/odd.pt"), "odd.pt", word)


def asked(folder):
    """Of a state dict, only the caller can say it."""
    for kind, word in (("max", "max"), ("avgmax", "avgmax"), ("catavgmax", "mean+max")):
        net = network(kind, 4)
        torch.save(net.state_dict(), f"{folder}/state.pth")
        said = same(f"{kind}, asked for", net, folder, f"{folder}/state.pth", "--head-pool", word)
        check(f"{kind}, asked for, is not assumed", "head" not in said, said)
        done = run("convert", f"{folder}/state.pth", f"{folder}/{kind}.safetensors", "--head-pool", word)
        same(f"{kind}, asked for and kept", net, folder, f"{folder}/{kind}.safetensors")
    for kind, word in (("avg", "mean+max"), ("catavgmax", "max")):
        torch.save(network(kind).state_dict(), f"{folder}/state.pth")
        refused(f"{word} of {kind}", run("info", f"{folder}/state.pth", "--head-pool", word), "state.pth", f"cannot read {word}")
    for word in ("grid", "average", ""):
        done = run("info", f"{folder}/state.pth", "--head-pool", word)
        check(f"--head-pool '{word}'", done.returncode == 2 and done.stderr.count("\n") <= 2, done)
    for word in ("max", "avgmax", "max+mean", "mean+max"):
        done = run("init", "--blocks", "1,1", "--growth", "4", "--classes", "3", "--head-pool", word, "-o", f"{folder}/made.safetensors")
        found = json.loads(run("info", "--json", f"{folder}/made.safetensors").stdout)["head"] if done.returncode == 0 else ""
        check(f"init --head-pool {word}", found == f"{word},linear=3", (found, done.stderr))


def real_timm(folder):
    for name in [name for name in sys.modules if name.split(".")[0] == "timm"]:
        del sys.modules[name]  # the classes above
    try:
        from timm.models.densenet import DenseNet
    except ImportError:
        print("timm is not installed: its own modules are not compared")
        return
    for kind in ("max", "avgmax", "catavgmax", "fast", "fastmax", "fastavgmax", "fastcatavgmax"):
        net = settle(DenseNet(growth_rate=8, block_config=(2, 2), num_classes=5, global_pool=kind), (64, 64))
        torch.save(net, f"{folder}/module.pt")
        torch.jit.trace(net, torch.randn(1, 3, 64, 64), check_trace=False).save(f"{folder}/trace.pt")
        for form in ("module", "trace"):
            same(f"timm's {kind}, {form}", net, folder, f"{folder}/{form}.pt")


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
    main((configs, recorded, asked, graphs, precisions, real_timm))
