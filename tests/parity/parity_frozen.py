# SPDX-License-Identifier: MIT
"""Frozen TorchScript, whose weights are constants of its code: answers are those of the module that was frozen,
or it is refused."""
import re
import zipfile

from weight_parity import ODD, check, main, run

import numpy
import torch
from torch import nn
from torch.nn import functional as F

import reference_extended
from blur_modules import blurred
from onnx_parity import compare, settle, small

FORMS = (("traced", True), ("traced", False), ("scripted", True), ("scripted", False))


def freeze(net, path, form="traced", numerics=True, size=(64, 64), channels=3):
    made = torch.jit.script(net) if form == "scripted" else torch.jit.trace(net, torch.randn(2, channels, *size))
    torch.jit.freeze(made, optimize_numerics=numerics).save(path)


def exact(net):
    """In double precision, of single-precision pictures."""
    def answers(x):
        found = net.double()(x.double())
        net.float()
        return found
    return answers


def forms(folder):
    net, path = small(), f"{folder}/net.pt"
    for form, numerics in FORMS:
        freeze(net, path, form, numerics)
        compare(f"{form}, {'folded' if numerics else 'as written'}", net, path, expect=exact(net),
                format="torchscript", dialect="graph of operators", blocks=[2, 3, 2], classes=5)
    state = f"{folder}/again.safetensors"
    done = run("convert", path, state)
    compare("converted", net, state, expect=exact(net))
    check("convert says nothing", done.returncode == 0 and not done.stderr, done.stderr)


def family(folder):
    for name, arch in ODD.items():
        channels, size = arch.channels, (128, 96) if arch.stem in ("imagenet", "deep") else (24, 32)
        net = settle(reference_extended.DenseNet(arch), size, channels)
        freeze(net, f"{folder}/odd.pt", size=size, channels=channels)
        compare(name, net, f"{folder}/odd.pt", size, channels, tolerance=1e-5, expect=exact(net))
    net = settle(blurred(), (64, 64))
    freeze(net, f"{folder}/blur.pt")
    compare("a stem that blurs", net, f"{folder}/blur.pt", tolerance=1e-5, expect=exact(net), stem_pool="blur")


class Head(nn.Module):
    """small(), with what comes before and after its maps."""

    def __init__(self, end, before=None, classifier=None):
        super().__init__()
        net = small(3)
        self.features, self.classifier = net.features, classifier or net.classifier
        self.before, self.end = before or nn.Identity(), end

    def forward(self, x):
        return self.end(self, F.relu(self.features(self.before(x)), inplace=True))


class Normalise(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor([0.2, 0.3, 0.25]).view(3, 1, 1))

    def forward(self, x):
        return (x - self.mean) / self.deviation


def pooled(maps):
    return F.adaptive_avg_pool2d(maps, 1)


def wide(inputs):
    torch.manual_seed(8)
    return nn.Linear(inputs, 5)


def heads(folder):
    width = small(3).classifier.in_features
    plain = {
        "flattened": lambda net, maps: net.classifier(torch.flatten(pooled(maps), 1)),
        "a view of its own size": lambda net, maps: net.classifier(pooled(maps).view(maps.size(0), -1)),
        "reshaped": lambda net, maps: net.classifier(pooled(maps).reshape(-1, width)),
        "squeezed twice": lambda net, maps: net.classifier(pooled(maps).squeeze(3).squeeze(2)),
        "means of both axes": lambda net, maps: net.classifier(maps.mean([2, 3])),
        "means that keep their axes": lambda net, maps: net.classifier(maps.mean((-2, -1), keepdim=True).flatten(1)),
        "maxima": lambda net, maps: net.classifier(F.adaptive_max_pool2d(maps, 1).flatten(1)),
        "maxima by amax": lambda net, maps: net.classifier(maps.amax((2, 3))),
        "a product": lambda net, maps: pooled(maps).flatten(1).matmul(net.classifier.weight.t()) + net.classifier.bias,
        "a ReLU in place": lambda net, maps: net.classifier(F.relu(pooled(maps).flatten(1), inplace=True)),
        "half the sum of both": lambda net, maps: net.classifier(
            (0.5 * (pooled(maps) + F.adaptive_max_pool2d(maps, 1))).flatten(1)),
        "contiguous": lambda net, maps: net.classifier(pooled(maps).contiguous().flatten(1).detach()),
    }
    for name, end in plain.items():
        net = Head(end).eval()
        for numerics in (True, False):
            freeze(net, f"{folder}/head.pt", numerics=numerics)
            compare(name, net, f"{folder}/head.pt", expect=exact(net))
    both = Head(lambda net, maps: net.classifier(torch.cat([pooled(maps), F.adaptive_max_pool2d(maps, 1)], 1).flatten(1)),
                classifier=wide(2 * width)).eval()
    freeze(both, f"{folder}/both.pt")
    compare("means and maxima", both, f"{folder}/both.pt", expect=exact(both), head="mean+max,linear=5")
    ends = {"softmax": ("classes", lambda net, maps: net.classifier(maps.mean([2, 3])).softmax(1)),
            "sigmoid": ("labels", lambda net, maps: torch.sigmoid(net.classifier(maps.mean([2, 3]))))}
    for name, (task, end) in ends.items():
        freeze(Head(end).eval(), f"{folder}/end.pt")
        logits = Head(plain["flattened"]).eval()
        compare(f"logits before a {name}", logits, f"{folder}/end.pt", expect=exact(logits), task=task)
    prepared = Head(plain["flattened"], Normalise()).eval()
    freeze(prepared, f"{folder}/prepared.pt")
    raw = Head(plain["flattened"]).eval()
    compare("its own mean and deviation", raw, f"{folder}/prepared.pt", expect=exact(raw))
    info = run("info", f"{folder}/prepared.pt").stdout
    check("info shows them", "0.4" in info and "0.25" in info, info if "0.25" not in info else "")


class InPlace(nn.Module):
    """Two readers of memory that one of them changes."""

    def __init__(self, change):
        super().__init__()
        net = small(4)
        self.features, self.classifier, self.change = net.features, net.classifier, change

    def forward(self, x):
        maps = self.features(x)
        return self.classifier(self.change(maps))


def changed_before(maps):
    F.relu_(maps)
    return maps.mean([2, 3])


def changed_after(maps):
    means = maps.mean([2, 3])
    F.relu_(maps)
    return means


def changed_view(maps):
    rows = maps.flatten(2)
    F.relu_(rows)
    return maps.mean([2, 3])


def changed_vector(maps):
    means = pooled(maps)
    F.relu_(means.flatten(1))
    return means.flatten(1)


def never_wrong(what, net, path, size=(64, 64)):
    x = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(5))
    numpy.save(f"{path}.x.npy", x.numpy())
    with torch.no_grad():
        expected = net(x).numpy()
    done = run("forward", "-w", path, "-i", f"{path}.x.npy", "-o", f"{path}.y.npy")
    if done.returncode == 0:
        found = numpy.load(f"{path}.y.npy")
        check(what, numpy.allclose(found, expected, atol=1e-5 * numpy.abs(expected).max()), "computed")
    else:
        check(what, done.returncode == 2 and done.stderr.count("\n") == 1, f"refused: {done.stderr.strip()[-120:]}")


def memory(folder):
    for change in (changed_before, changed_after, changed_view, changed_vector):
        net, path = InPlace(change).eval(), f"{folder}/{change.__name__}.pt"
        freeze(net, path)
        never_wrong(change.__name__, net, path)


class Decides(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = small(5)

    def forward(self, x):
        if bool(x.sum() > 0):
            x = x + 1
        return self.net(x)


class Repeats(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = small(5)

    def forward(self, x):
        for _ in range(x.size(0)):
            x = x * 2
        return self.net(x)


def changed_code(source, path, change):
    """A copy of an archive whose code is changed; left out: None."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(".py"):
                data = change(data.decode())
            if data is not None:
                new.writestr(name, data)


def refusals(folder):
    def refused(what, path, *said):
        done = run("info", path)
        good = done.returncode == 2 and all(part in done.stderr for part in said) and done.stderr.count("\n") == 1
        check(what, good, done.stderr if not good else "")

    import torchvision
    path, net = f"{folder}/no.pt", f"{folder}/net.pt"
    freeze(torchvision.models.resnet18().eval(), path)
    refused("a ResNet", path, "is not a DenseNet", "its node")
    freeze(Decides().eval(), path, "scripted")
    refused("a decision", path, "its code decides while it runs (if ")
    freeze(Repeats().eval(), path, "scripted")
    refused("a loop", path, "its code has a loop")
    freeze(small(), net)
    changes = {
        "no code": (lambda t: None, "is TorchScript without its code (code/__torch__...)"),
        "no forward()": (lambda t: t.replace("def forward", "def backward"), "its code has no forward()"),
        "nothing returned": (lambda t: re.sub(r"return \w+", "return 1", t), "returns no tensor"),
        "another function": (lambda t: t.replace("torch.relu_(input9)", "torch.gelu(input9)"), "(torch.gelu)"),
        "training": (lambda t: t.replace("False, 0., 1", "True, 0., 1", 1), "(torch.batch_norm)"),
        "no such constant": (lambda t: t.replace("CONSTANTS.c3,", "CONSTANTS.c300,"), "its node"),
        "a bracket too few": (lambda t: t.replace("[1, 1])", "[1, 1)", 1), "its code has no"),
        "brackets without end": (lambda t: t.replace("torch.relu_(input)", "(" * 100 + "input"), "nested more than"),
    }
    for what, (change, said) in changes.items():
        changed_code(net, path, change)
        refused(what, path, said)
    with zipfile.ZipFile(net) as archive:
        length = max(archive.getinfo(name).file_size for name in archive.namelist() if name.endswith(".py"))
    for cut in range(0, length - 20, length // 40):
        changed_code(net, path, lambda text: text[:cut])
        refused(f"code cut after {cut} bytes", path)
    traced = torch.jit.trace(small(), torch.rand(1, 3, 32, 32))
    torch.jit.optimize_for_inference(traced).save(path)
    never_wrong("optimize_for_inference", small(), path)


if __name__ == "__main__":
    main((forms, family, heads, memory, refusals))
