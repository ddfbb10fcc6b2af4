# SPDX-License-Identifier: MIT
"""Small networks of torchvision's whose heads are not one linear with bias, with what the library
calls each head, and PyTorch's answers."""
import json

import weight_parity
from weight_parity import run

import numpy
import torch
import torchvision
from torch import nn
from torch.nn import functional

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


class Backwards(Two):
    """Names whose order is not that of the computation."""

    def __init__(self):
        super().__init__()
        self.z_first, self.a_last = self.fc1, self.fc2
        del self.fc1, self.fc2

    def forward(self, x):
        x = functional.relu(self.features(x)).mean((2, 3))
        return self.a_last(functional.relu(self.z_first(x)))


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


class Windows(nn.Module):
    """Means of so many rows and columns of the maps, by a module that a state dict leaves out."""

    def __init__(self, rows, columns):
        super().__init__()
        self.features, self.pool = base().features, nn.AdaptiveAvgPool2d((rows, columns))
        self.linear = nn.Linear(WIDTH * rows * columns, 4)

    def forward(self, x):
        return self.linear(self.pool(functional.relu(self.features(x))).flatten(1))


def check(what, good, found=""):
    weight_parity.check(what, good, "" if good else found)


def base(classifier=None):
    net = torchvision.models.densenet.DenseNet(4, (2, 2), 8, 4, num_classes=4)
    assert net.classifier.in_features == WIDTH
    if classifier is not None:
        net.classifier = classifier
    return net


def trained_like(net, size=64, seed=0):
    """Random parameters, and the running statistics that pictures leave with them."""
    torch.manual_seed(seed)
    norms = [m for m in net.modules() if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))]
    with torch.no_grad():
        for name, tensor in net.named_parameters():
            if tensor.dim() > 1:
                tensor.normal_(0, (2 / tensor[0].numel()) ** 0.5)
            elif name.endswith("bias"):
                tensor.normal_(0, 0.3)
            else:
                tensor.uniform_(0.5, 1.5)
        for norm in norms:
            norm.momentum = None
        net.train()(torch.randn(16, 3, size, size))
        for norm in norms:
            norm.momentum = 0.1
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
    "names out of order": (Backwards, "mean,linear=9,relu,linear=4", "mean,linear=9,relu,linear=4"),
    "fastai": (fastai, "max+mean,norm,dropout,linear-no-bias=9,relu,norm,dropout,linear-no-bias=4",
               "max+mean,norm,dropout,linear-no-bias=9,relu,norm,dropout,linear-no-bias=4"),
    "cut, with ReLU and pool as modules": (
        lambda: nn.Sequential(base().features, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(WIDTH, 4)),
        "mean,linear=4", "mean,linear=4"),
}
LOG = ("log-softmax",)
FUNCTIONAL = ("fc1, fc2", "names out of order")  # whose ReLU is not a module
CURVED = (*FUNCTIONAL, "linear, ReLU, dropout, linear", "linear, norm, ReLU, linear", "fastai")
MISTAKEN = ("cut, with ReLU and pool as modules",)  # as state dicts, whose ReLU is none of the tensors


def network(folder, build, size=64):
    """A network, a picture, and PyTorch's answer in double, before any softmax."""
    net = trained_like(build(), size)
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
