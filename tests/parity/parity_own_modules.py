# SPDX-License-Identifier: MIT
"""Networks as people write them around DenseNets, as pickled modules, TorchScript and state dicts:
the answer is PyTorch's without a word, or a sentence says what is not computed or not known."""
from weight_parity import main, run

import numpy
import torch
import torchvision
from torch import nn
from torch.nn import functional

from head_networks import WIDTH, base, check, near, trained_like
from own_networks import ALL, RECORDED, RIGHT, compare, compare_all, own

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



# ---- classes of other packages ----

@own
class Pooled(nn.Module):
    """A head whose functions are not modules."""

    def __init__(self, pool):
        super().__init__()
        self.features, self.classifier, self.pool = base().features, nn.Linear(WIDTH, 4), pool

    def forward(self, x):
        return self.classifier(POOLS[self.pool](self.features(x)))


POOLS = {
    "mean": lambda x: functional.relu(x).mean((2, 3)),
    "mean, dropout": lambda x: functional.dropout(functional.adaptive_avg_pool2d(torch.relu(x), 1).flatten(1), training=False),
    "no relu": lambda x: x.mean([-1, -2]),
    "maximum": lambda x: functional.adaptive_max_pool2d(functional.relu(x), 1).flatten(1),
    "corner": lambda x: functional.relu(x)[:, :, 0, 0],
    "generalised mean": lambda x: functional.relu(x).clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3),
    "channels": lambda x: functional.relu(x).mean(1).flatten(1)[:, :WIDTH],
}


@own
class Changed(nn.Module):
    """What goes in or comes out is changed."""

    def __init__(self, change):
        super().__init__()
        self.net, self.change = base(), change

    def forward(self, x):
        if self.change == "reversed":
            return self.net(x.flip(1))
        return self.net(x).softmax(1) if self.change == "softmax" else self.net(2 * x - 1)


@own
class Transition(nn.Module):
    """With or without a ReLU that is not a module."""

    def __init__(self, transition, relu):
        super().__init__()
        self.norm, self.conv, self.relu = transition.norm, transition.conv, relu

    def forward(self, x):
        x = self.norm(x)
        if self.relu:
            x = functional.relu(x)
        return functional.avg_pool2d(self.conv(x), 2)


def transitions(*relus):
    net = torchvision.models.densenet.DenseNet(4, (2, 2, 2), 8, 4, num_classes=4)
    for number, relu in enumerate(relus, 1):
        name = f"transition{number}"
        setattr(net.features, name, Transition(getattr(net.features, name), relu))
    return net


def impostor(name, function):
    """A class that has the name of one of PyTorch's."""
    return own(type(name, (nn.Module,), {"forward": lambda self, x: function(x)}))


def own_classes(folder):
    unread = "the forward() of its class %s is not in the file"
    traced = lambda **words: {"module": unread % "Pooled", "trace": words.get("trace", RIGHT)}
    cases = {pool: (lambda pool=pool: Pooled(pool), traced(**said)) for pool, said in {
        "mean": {}, "mean, dropout": {}, "no relu": {}, "maximum": {"trace": "class Pooled has adaptive_max_pool2d"},
        "corner": {"trace": "select"}, "generalised mean": {"trace": "pow"}, "channels": {"trace": "mean"}}.items()}
    for change, word in {"reversed": "flip", "softmax": "softmax", "scaled": "sub"}.items():
        cases[change] = (lambda change=change: Changed(change), {
            "module": unread % "Changed", "trace": f"class Changed has {word}", "script": word})
    for name, relus, word in (("functional ReLUs", (True, True), RIGHT), ("none", (False, False), RIGHT),
                              ("of some", (True, False), "with and without a ReLU")):
        cases[f"{name} of transitions"] = (lambda relus=relus: transitions(*relus), {
            "module": unread % "Transition", "trace": word, "script": "class Transition has if"})
    two = lambda *between: lambda: base(nn.Sequential(nn.Linear(WIDTH, 9), *(make() for make in between), nn.Linear(9, 4)))
    for name, function in {"ReLU": torch.sigmoid, "Dropout": lambda x: x / 2, "Identity": torch.neg}.items():
        cases[f"a {name} of its own"] = (two(impostor(name, function)), {
            form: f'of class {name} (not torch.nn\'s), "classifier.1"' for form in ("module", "trace")})
    flatten = impostor("Flatten", lambda x: 2 * x.flatten(1))
    cases["a Flatten of its own"] = (lambda: nn.Sequential(base().features, nn.ReLU(), nn.AdaptiveAvgPool2d(1), flatten(),
                                                           nn.Linear(WIDTH, 4)), {"module": "class Flatten (not torch.nn's)"})
    compare_all(folder, cases)



# ---- pools before the classifier ----

@own
class Attribute(nn.Module):
    """A pool that is registered first and used last."""

    def __init__(self, pool):
        super().__init__()
        self.pool, self.features, self.classifier = pool, base().features, nn.Linear(WIDTH, 4)

    def forward(self, x):
        return self.classifier(self.pool(functional.relu(self.features(x))).flatten(1))


@own
class Called(nn.Module):
    def __init__(self, side):
        super().__init__()
        self.features, self.classifier, self.side = base().features, nn.Linear(WIDTH * (8 // side) ** 2, 4), side

    def forward(self, x):
        return self.classifier(functional.avg_pool2d(functional.relu(self.features(x)), self.side).flatten(1))


def pools(folder):
    """Of pictures of 64x64, whose last maps are 8x8: what a pool of fixed windows makes of them."""
    cut = lambda pool, cells=1: lambda: nn.Sequential(base().features, nn.ReLU(), pool, nn.Flatten(),
                                                      nn.Linear(WIDTH * cells, 4))
    small, other = "pictures 56 wide and 56 high are needed", "a pool of other means than the head reads"
    cases = {
        "8x8": (cut(nn.AvgPool2d(8)), RIGHT), "7x7": (cut(nn.AvgPool2d(7)), small), "5x5": (cut(nn.AvgPool2d(5)), "40 wide and 40 high"),
        "padded": (cut(nn.AvgPool2d(6, 6, 1)), other), "divided": (cut(nn.AvgPool2d(8, divisor_override=2)), other),
        "overlapping": (cut(nn.AvgPool2d(5, 3), 4), other), "higher than wide": (cut(nn.AvgPool2d((8, 4)), 2), other),
        "two": (cut(nn.Sequential(nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1))), "a second pool"),
        "adaptive": (cut(nn.AdaptiveAvgPool2d((1, 1))), RIGHT), "of 2x2": (cut(nn.AdaptiveAvgPool2d(2), 4), RIGHT),
        "a maximum": (cut(nn.AdaptiveMaxPool2d(1)), RIGHT), "maxima of 2x2": (cut(nn.AdaptiveMaxPool2d(2), 4), "does not fit a head for 16 maps"),
        "maxima of means": (cut(nn.Sequential(nn.AvgPool2d(2), nn.AdaptiveMaxPool2d(1))), "AvgPool2d"),
        "maxima in windows": (cut(nn.MaxPool2d(8)), "MaxPool2d"),
        "of a convolution": (lambda: nn.Sequential(base().features, nn.ReLU(), nn.Conv2d(WIDTH, 4, 1), nn.AvgPool2d(7),
                                                   nn.Flatten()), small),
    }
    compare_all(folder, cases, RECORDED)
    for name, build, said in (("an attribute", Attribute(nn.AvgPool2d(8)), RIGHT), ("too small", Attribute(nn.AvgPool2d(7)), small),
                              ("called", Called(8), RIGHT), ("called, too small", Called(7), small)):
        compare(folder, name, lambda build=build: build, said, ("trace",))
    path, copy = f"{folder}/module.pt", f"{folder}/copy.pth"
    torch.save(trained_like(cut(nn.AvgPool2d(7))()), path)
    run("convert", path, copy)
    done = run("forward", "-w", copy, "-i", f"{folder}/x.npy", "-o", f"{folder}/no.npy")
    check("a converted file keeps its window", done.returncode == 2 and small in done.stderr, done.stderr)
    check("and says so", "mean,window=7,linear=4" in run("info", copy).stdout)


def odd_attributes(folder):
    """Attributes of a type or length that PyTorch's have not are no usual values."""
    for path, name, value in (("features.conv0", "stride", ""), ("features.conv0", "stride", ()), ("features.conv0", "padding", (3, 3, 3)),
                              ("features.transition1.pool", "stride", {}), ("features.norm5", "eps", "1e-5"),
                              ("features.denseblock1.denselayer1.conv2", "dilation", "2"),
                              ("features.denseblock1.denselayer1.conv2", "padding_mode", 0),
                              ("features.denseblock1.denselayer1.conv1", "padding", "reflect")):
        net = base()
        setattr(net.get_submodule(path), name, value)
        torch.save(net, f"{folder}/odd.pt")
        said = run("info", f"{folder}/odd.pt")
        check(f"{path}.{name} = {value!r}", said.returncode == 2 and path in said.stderr, said.stderr)


@own
class Gate(nn.Module):
    """A squeeze and excitation."""

    def __init__(self, width):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(width, 4), nn.ReLU(), nn.Linear(4, width), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


def gated():
    net = base()
    layer = net.features.denseblock1.denselayer1
    layer.norm2 = nn.Sequential(layer.norm2, Gate(16))
    return net


def gates(folder):
    inside = '"features.denseblock1.denselayer1.norm2.1.fc.0" lies between its layers'
    compare(folder, "a gate in a layer", gated, {form: inside for form in RECORDED} | {"state": "is taken for"}, ALL)


def mixed_transitions(folder):
    """Of a state dict, whose statistics are too young to tell."""
    compare(folder, "young statistics", lambda: transitions(True, False),
            "whether its transitions have a ReLU cannot be known: one each was assumed", ("state",))


def stem_stride(folder):
    """Nothing but a module or an option tells it; of the usual 7x7 info says so, others get a warning."""
    net = base()
    torch.save(net, f"{folder}/module.pt")
    torch.save(net.state_dict(), f"{folder}/state.pt")
    for file, options, assumed in (("state.pt", (), True), ("state.pt", ("--stem-stride", "1"), False), ("module.pt", (), False)):
        said = run("info", f"{folder}/{file}", *options).stdout
        check(f"the stride of {file} {options}", ("stem's stride assumed" in said) == assumed, said)


main((beside, own_classes, pools, odd_attributes, gates, mixed_transitions, stem_stride))
