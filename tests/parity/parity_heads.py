# SPDX-License-Identifier: MIT
"""Networks whose head is not one linear with bias, against PyTorch: as pickled modules, which say
everything, as state dicts and TorchScript; what is assumed is said; converted files give the same
answers without a warning."""
import json
import os

import weight_parity
from weight_parity import main, refused, run

import numpy
import torch
import torchvision
from torch import nn
from torch.nn import functional

import weight_files as files

WIDTH = 16  # maps of the last block
BOUND = 1e-5


class AdaptiveConcatPool2d(nn.Module):
    """fastai's."""

    def __init__(self):
        super().__init__()
        self.ap, self.mp = nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1)

    def forward(self, x):
        return torch.cat([self.mp(x), self.ap(x)], 1)


class Two(nn.Module):
    """Two linears by name, and a ReLU that only the code knows."""

    def __init__(self):
        super().__init__()
        self.features, self.fc1, self.fc2 = base().features, nn.Linear(WIDTH, 9), nn.Linear(9, 4)

    def forward(self, x):
        x = functional.relu(self.features(x)).mean((2, 3))
        return self.fc2(functional.relu(self.fc1(x)))


class Convolution(nn.Module):
    """A 1x1 convolution of the maps, then the mean."""

    def __init__(self, bias=True):
        super().__init__()
        self.features, self.classifier = base().features, nn.Conv2d(WIDTH, 4, 1, bias=bias)

    def forward(self, x):
        return self.classifier(functional.relu(self.features(x))).mean((2, 3))


class Grid(nn.Module):
    """Means of windows, flattened, as pytorch-cifar's code on larger pictures."""

    def __init__(self, side):
        super().__init__()
        self.features, self.linear = base().features, nn.Linear(WIDTH * 9, 4)
        self.side = side

    def forward(self, x):
        return self.linear(functional.avg_pool2d(functional.relu(self.features(x)), self.side).flatten(1))


def check(what, good, found=""):
    weight_parity.check(what, good, "" if good else found)


def base(classifier=None):
    net = torchvision.models.densenet.DenseNet(4, (2, 2), 8, 4, num_classes=4)
    assert net.classifier.in_features == WIDTH
    if classifier is not None:
        net.classifier = classifier
    return net


def trained_like(net, seed=0):
    torch.manual_seed(seed)
    for name, tensor in [*net.named_parameters(), *net.named_buffers()]:
        with torch.no_grad():
            if tensor.dim() > 1:
                tensor.normal_(0, (2 / tensor[0].numel()) ** 0.5)
            elif name.endswith(("running_mean", "bias")):
                tensor.normal_(0, 0.3)
            elif tensor.dim():
                tensor.uniform_(0.5, 1.5)
    return net.eval()


def relu_drop():
    return nn.Sequential(nn.Linear(WIDTH, 9), nn.ReLU(), nn.Dropout(), nn.Linear(9, 4))


def norm_drop():
    return nn.Sequential(nn.Linear(WIDTH, 9), nn.BatchNorm1d(9), nn.Dropout(), nn.Linear(9, 4))


def fastai():
    head = nn.Sequential(
        AdaptiveConcatPool2d(), nn.Flatten(), nn.BatchNorm1d(2 * WIDTH), nn.Dropout(0.25),
        nn.Linear(2 * WIDTH, 9, bias=False), nn.ReLU(inplace=True), nn.BatchNorm1d(9), nn.Dropout(0.5),
        nn.Linear(9, 4, bias=False))
    return nn.Sequential(nn.Sequential(base().features), head)


# The network, the head's text as a module, and as a state dict: None if nothing is assumed.
HEADS = {
    "no bias": (lambda: base(nn.Linear(WIDTH, 4, bias=False)), "mean,linear-no-bias=4", None),
    "1x1 convolution": (Convolution, "mean,linear=4", None),
    "1x1 convolution without bias": (lambda: Convolution(False), "mean,linear-no-bias=4", None),
    "linear, ReLU, dropout, linear": (
        lambda: base(relu_drop()), "mean,linear=9,relu,dropout,linear=4", "mean,linear=9,relu,dropout,linear=4"),
    "dropout, linear": (lambda: base(nn.Sequential(nn.Dropout(), nn.Linear(WIDTH, 4))), "mean,linear=4", None),
    "two linears side by side": (
        lambda: base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Linear(9, 4))), "mean,linear=9,linear=4", None),
    "linear, norm, ReLU, linear": (
        lambda: base(nn.Sequential(nn.Linear(WIDTH, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 4))),
        "mean,linear=9,norm,relu,linear=4", "mean,linear=9,norm,relu,linear=4"),
    "log-softmax": (
        lambda: base(nn.Sequential(nn.Linear(WIDTH, 9), nn.ReLU(), nn.Linear(9, 4), nn.LogSoftmax(1))),
        "mean,linear=9,relu,linear=4", "mean,linear=9,relu,linear=4"),
    "fc1, fc2": (Two, "mean,linear=9,relu,linear=4", "mean,linear=9,relu,linear=4"),
    "fastai": (fastai, "max+mean,norm,dropout,linear-no-bias=9,relu,norm,dropout,linear-no-bias=4",
               "max+mean,norm,dropout,linear-no-bias=9,relu,norm,dropout,linear-no-bias=4"),
    "cut, with ReLU and pool as modules": (
        lambda: nn.Sequential(base().features, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(WIDTH, 4)),
        "mean,linear=4", "mean,linear=4"),
}
LOG = ("log-softmax",)
MISTAKEN = ("cut, with ReLU and pool as modules",)  # as state dicts, whose ReLU is none of the tensors


def network(folder, build, size=64):
    """A network, a picture, and PyTorch's answer in double, before any softmax."""
    net = trained_like(build())
    picture = torch.randn(2, 3, size, size)
    numpy.save(f"{folder}/x.npy", picture.numpy())
    with torch.no_grad():
        expected = net.double()(picture.double()).numpy()
    return net.float(), picture, expected


def answers(folder, path, *options):
    done = run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy", *options)
    return (numpy.load(f"{folder}/y.npy") if done.returncode == 0 else None), done.stderr


def info(path):
    done = run("info", "--json", path)
    return json.loads(done.stdout) if done.returncode == 0 else {"warning": done.stderr, "head": None}


def near(found, expected):
    return found is not None and found.shape == expected.shape and \
        abs(found - expected).max() < BOUND * abs(expected).max()


def same_answer(found, expected, log_softmax):
    if log_softmax and found is not None:
        found = torch.log_softmax(torch.tensor(found).double(), 1).numpy()
    return near(found, expected)


def logits(folder):
    for name, (build, text, assumed) in HEADS.items():
        net, picture, expected = network(folder, build)
        log = name in LOG
        torch.save(net, f"{folder}/module.pt")
        torch.jit.save(torch.jit.trace(net, picture), f"{folder}/script.pt")
        torch.save(net.state_dict(), f"{folder}/state.pth")
        files.save_safetensors(net.state_dict(), f"{folder}/state.safetensors")
        for file in ("module.pt", "script.pt", "state.pth", "state.safetensors"):
            path = f"{folder}/{file}"
            state, said = file.startswith("state"), info(path)
            differs = state and name in MISTAKEN
            check(f"{name}: {file}'s head", said["head"] == (assumed if state and assumed else text), said["head"])
            guessed = (assumed and state) or (name == "fc1, fc2")
            check(f"{name}: what {file} leaves open is said",
                  bool(guessed) == ("is taken for" in (said["warning"] or "")), said["warning"])
            found, error = answers(folder, path)
            check(f"{name}: {file}", differs or same_answer(found, expected, log), error)
            for out in ("out.safetensors", "out.pth"):
                run("convert", path, f"{folder}/{out}")
                again, error = answers(folder, f"{folder}/{out}")
                check(f"{name}: {file} as {out}", again is not None and (again == found).all() and
                      info(f"{folder}/{out}")["warning"] is None and info(f"{folder}/{out}")["head"] == said["head"], error)
                run("convert", f"{folder}/{out}", f"{folder}/{out}.again.{out[-3:]}", "--naming", "reference")
            again, error = answers(folder, f"{folder}/out.pth.again.pth")
            check(f"{name}: in the reference's names", near(again, found), error)
    print(f"heads: {len(HEADS)}, as modules, TorchScript and state dicts")


def objectives(folder):
    """A sigmoid at the end makes labels, a softmax classes, however deep in what Sequential."""
    ends = {
        "labels": (lambda: base(nn.Sequential(nn.Linear(WIDTH, 4), nn.Sigmoid())),
                   lambda: nn.Sequential(base(), nn.Sigmoid()),
                   lambda: base(nn.Sequential(nn.Sequential(nn.Linear(WIDTH, 9), nn.ReLU()),
                                              nn.Sequential(nn.Linear(9, 4), nn.Identity()), nn.Sigmoid()))),
        "classes": (lambda: base(nn.Sequential(nn.Linear(WIDTH, 4), nn.LogSoftmax(1))),
                    lambda: nn.Sequential(base(), nn.Softmax(1)), base)}
    for task, builds in ends.items():
        for number, build in enumerate(builds):
            net, picture, expected = network(folder, build)
            torch.save({"net": net}, f"{folder}/module.pt")
            torch.jit.save(torch.jit.script(net.eval()) if number != 1 else torch.jit.trace(net, picture), f"{folder}/script.pt")
            for file in ("module.pt", "script.pt"):
                said = info(f"{folder}/{file}")
                check(f"{task} {number} in {file}", said.get("task") == task and said["warning"] is None, said)
                run("convert", f"{folder}/{file}", f"{folder}/out.pth")
                check(f"{task} {number} of {file} converted", info(f"{folder}/out.pth").get("task") == task)
                found, error = answers(folder, f"{folder}/{file}")
                found = torch.tensor(found).double()
                found = found.sigmoid() if task == "labels" else found.softmax(1) if number == 1 else \
                    found.log_softmax(1) if number == 0 else found
                check(f"{task} {number}: the answer of {file}", near(found.numpy(), expected), error)
    print("objectives: sigmoid, softmax and log-softmax as modules")


def without_head(folder):
    """Features, info and training's start; answers are refused in a sentence."""
    cut = lambda: nn.Sequential(*list(base().children())[:-1])
    builds = {"Identity": lambda: base(nn.Identity()), "children": cut, "features": lambda: base().features}
    for name, build in builds.items():
        net, picture, expected = network(folder, build)
        torch.save(net, f"{folder}/module.pt")
        torch.save(net.state_dict(), f"{folder}/state.pth")
        for file in ("module.pt", "state.pth"):
            path = f"{folder}/{file}"
            said = info(path)
            check(f"{name} in {file}", said["head"] == "none" and said["classes"] == 0, said)
            feature = "pool" if name == "Identity" else "final"
            found, error = answers(folder, path, "--features", feature)
            check(f"{name} in {file}: {feature}", near(found, expected) or (file, name) == ("state.pth", "features"), error)
            refused(f"{name}: logits", run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/no.npy"),
                    "has no head", absent=f"{folder}/no.npy") if file == "module.pt" else None
            run("convert", path, f"{folder}/out.safetensors")
            again, _ = answers(folder, f"{folder}/out.safetensors", "--features", feature)
            check(f"{name} of {file} converted", again is not None and (again == found).all() and
                  info(f"{folder}/out.safetensors")["warning"] is None)
            check(f"{name}: the summary", "Linear" not in run("summary", "-w", path).stdout)
    print(f"without a head: {len(builds)} kinds, as modules and state dicts")


def misfits(folder):
    """What is no head is refused with what was found."""
    def attempt(what, net, *words, module=True):
        torch.save(net if module else net.state_dict(), f"{folder}/in.pth")
        refused(what, run("convert", f"{folder}/in.pth", f"{folder}/no.pth"), f"{folder}/in.pth: ", *words, absent=f"{folder}/no.pth")

    attempt("an activation of another kind", base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Tanh(), nn.Linear(9, 4))),
            'its head has a Tanh ("classifier.1"), which is not supported')
    attempt("something after the sigmoid", base(nn.Sequential(nn.Linear(WIDTH, 4), nn.Sigmoid(), nn.ReLU())), "its head has a ReLU")
    apart = base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Linear(8, 4)))
    attempt("linears that do not fit", apart, "2 linears and norms, which do not follow one another",
            '"classifier.1" reads 8 values where there are 9', module=False)
    attempt("a linear of other maps", base(nn.Linear(WIDTH + 1, 4)), f'"classifier" reads {WIDTH + 1} values', module=False)
    attempt("a norm alone", base(nn.Sequential(nn.BatchNorm1d(WIDTH))), "a norm, but no linear", module=False)
    print("misfits: 5 kinds")


main((logits, objectives, without_head, misfits))
