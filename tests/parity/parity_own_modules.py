# SPDX-License-Identifier: MIT
"""Networks as people write them around DenseNets, as pickled modules, TorchScript and state dicts:
the answer is PyTorch's without a word, or a sentence says what is not computed or not known."""
import sys

from weight_parity import main, run

import numpy
import torch
from torch import nn

from head_networks import WIDTH, base, check, near, trained_like

RIGHT = None
RECORDED, ALL = ("module", "trace", "script"), ("module", "trace", "script", "state")


def own(made):
    """Pickled by its name; tests may be run from anywhere."""
    sys.modules["__main__"].__dict__[made.__name__] = made
    made.__module__, made.__qualname__ = "__main__", made.__name__
    return made


def save(net, form, picture, path):
    if form == "script":
        torch.jit.save(torch.jit.script(net), path)
    elif form == "trace":
        torch.jit.save(torch.jit.trace(net, picture), path)
    else:
        torch.save(net if form == "module" else net.state_dict(), path)


def compare(folder, name, build, said, forms, size=64):
    """said: RIGHT, or words of the sentence; of a dictionary those of each form."""
    net = trained_like(build(), size).eval()
    picture = torch.randn(2, 3, size, size)
    numpy.save(f"{folder}/x.npy", picture.numpy())
    with torch.no_grad():
        right = net(picture).numpy()
    for form in said if isinstance(said, dict) else forms:
        words = said[form] if isinstance(said, dict) else said
        path = f"{folder}/{form}.pt"
        save(net, form, picture, path)
        done = run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy")
        if words is not RIGHT:
            check(f"{name}, {form}: said", words in done.stderr and done.stderr.count("\n") <= 2, done.stderr)
            continue
        found = numpy.load(f"{folder}/y.npy") if done.returncode == 0 else None
        check(f"{name}, {form}", near(found, right) and (form == "state" or done.stderr == ""), done.stderr)


def compare_all(folder, cases, forms=ALL):
    for name, (build, said) in cases.items():
        compare(folder, name, build, said, forms)
    print(f"{len(cases)} kinds")


# ---- tensors beside the network ----

@own
class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = base()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None])
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225])[:, None, None])

    def forward(self, x):
        return self.net((x - self.mean) / self.std)


@own
class Around(nn.Module):
    """A normalisation of its own before the network."""

    def __init__(self):
        super().__init__()
        self.normalize, self.net = Inner(), base()

    def forward(self, x):
        return self.net(self.normalize(x))


@own
class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("pixel_mean", torch.tensor(0.5))
        self.register_buffer("pixel_std", torch.tensor(0.2))

    def forward(self, x):
        return (x - self.pixel_mean) / self.pixel_std


@own
class Scaled(nn.Module):
    """A learnt scale of logits, of one number or none of a shape."""

    def __init__(self, shape):
        super().__init__()
        self.net, self.logit_scale = base(), nn.Parameter(torch.full(shape, 3.0))

    def forward(self, x):
        return self.net(x) * self.logit_scale


@own
class Scale(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.scale = nn.Parameter(torch.full(shape, 2.5))

    def forward(self, x):
        return x * self.scale


def beside(folder):
    scaled = lambda shape: base(nn.Sequential(nn.Linear(WIDTH, 4), Scale(shape)))
    compare_all(folder, {
        "mean and std": (Normed, 'normalise pictures itself, by "mean", "std"'),
        "a module's": (Around, '"normalize.pixel_mean", "normalize.pixel_std"'),
        "a learnt scale": (lambda: Scaled((1,)), 'left out beside the network: "logit_scale"'),
        "of no shape": (lambda: Scaled(()), 'left out beside the network: "logit_scale"'),
        "a scale in the head": (lambda: scaled((1,)), "classifier.1"),
        "of no shape, in the head": (lambda: scaled(()), "classifier.1"),
    })


main((beside,))
