# SPDX-License-Identifier: MIT
"""Networks whose head is not one linear with bias, against PyTorch: as pickled modules, which say
everything, as state dicts and TorchScript; what is assumed is said; converted files give the same
answers without a warning."""
import json
import os
import subprocess

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
FUNCTIONAL = ("fc1, fc2", "names out of order")  # whose ReLU is no module
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
            guessed = (assumed and state) or name in FUNCTIONAL
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


def grids(folder):
    """Windows of the means follow from the picture's size, which must give the grid."""
    for build, size, side in ((lambda: Grid(2), 48, "6x6"), (lambda: Grid(4), 96, "12x12")):
        net, _, expected = network(folder, build, size)
        torch.save(net.state_dict(), f"{folder}/state.pth")
        found, error = answers(folder, f"{folder}/state.pth")
        check(f"a grid of {side}", near(found, expected) and "is taken for grid=3,linear=4" in error, error)
        run("convert", f"{folder}/state.pth", f"{folder}/out.pth")
        check("it keeps its head", near(answers(folder, f"{folder}/out.pth")[0], expected) and
              info(f"{folder}/out.pth")["warning"] is None)
    # New maps first: the classifier's columns change places by channel.
    arch = weight_parity.SMALL
    state = files.trained(arch, seed=3)
    width = state["classifier.weight"].shape[1]
    state["classifier.weight"] = torch.randn(10, width * 4).view(10, width, 4)
    first = files.new_maps_first(state, arch)
    flat = {name: tensor.flatten(1) if name == "classifier.weight" else tensor for name, tensor in state.items()}
    torch.save({name: tensor.flatten(1) if name == "classifier.weight" else tensor for name, tensor in first.items()},
               f"{folder}/first.pth")
    weight_parity.compare("a grid, new maps first", f"{folder}/first.pth", flat)
    numpy.save(f"{folder}/x.npy", numpy.zeros((1, 3, 40, 48), "float32"))
    refused("a picture that does not give the grid",
            run("forward", "-w", f"{folder}/out.pth", "-i", f"{folder}/x.npy", "-o", f"{folder}/no.npy"),
            "pictures of 48x40 leave last maps of 6x5, which do not divide into the 3x3 means", absent=f"{folder}/no.npy")
    print("grids: two sizes, new maps first, a picture of another size")


def unknown_names(folder):
    """Heads of networks whose names say nothing."""
    for name in ("no bias", "1x1 convolution", "1x1 convolution without bias", "linear, ReLU, dropout, linear",
                 "linear, norm, ReLU, linear", "two linears side by side"):
        net, _, expected = network(folder, HEADS[name][0])
        state = files.words(net.state_dict(), None)
        torch.save(state, f"{folder}/in.pth")
        files.save_safetensors(state, f"{folder}/in.safetensors")
        ordered = name == "1x1 convolution without bias"  # which only its place tells from a transition
        for file in ("in.pth", "in.safetensors")[:1 if ordered else 2]:
            found, error = answers(folder, f"{folder}/{file}", "--concat", "last")
            check(f"{name} under other names in {file}", near(found, expected), error)
    print("heads of unknown names: six, in order and sorted")


def maps_of(net, picture):
    """The heat maps of every output, from autograd: pixels times gradient times map, which is exact
    if the head is linear on means; of maxima the gradients of a channel are added up first."""
    body = net[0] if isinstance(net, nn.Sequential) else net.features
    kept = []
    hook = body.register_forward_hook(lambda module, given, made: (kept.append(made), made.clone())[1])
    outputs = net.double()(picture.double())
    hook.remove()
    made, maxima = kept[0], any(isinstance(m, AdaptiveConcatPool2d) for m in net.modules())
    values = made if maxima else made.relu()
    found = []
    for image in range(len(picture)):
        for output in range(outputs.shape[1]):
            gradient, = torch.autograd.grad(outputs[image, output], made, retain_graph=True)
            gradient, value = gradient[image], values[image]
            if maxima:
                weights = gradient.sum((1, 2), keepdim=True)
                found.append((weights * value).sum(0))
            else:
                found.append(value[0].numel() * (gradient * value).sum(0))
    return torch.stack(found).detach().numpy()


def heat_maps(folder):
    """Exact where the head is linear on means; elsewhere weighted by gradients, and called so."""
    driver = os.environ["DENSENET_CAM_DRIVER"]
    cases = {name: build for name, (build, _, _) in HEADS.items() if name not in MISTAKEN + LOG}
    cases["plain"], cases["grid"] = base, lambda: Grid(2)
    cases["norms without ReLU"] = lambda: base(norm_drop())
    for name, build in cases.items():
        size = 48 if name == "grid" else 64
        net, picture, _ = network(folder, build, size)
        torch.save(net, f"{folder}/module.pt")
        picture.numpy().tofile(f"{folder}/x")
        done = subprocess.run([driver, f"{folder}/module.pt", f"{folder}/x", "2", str(size), str(size), f"{folder}/maps"],
                              capture_output=True, text=True, check=True)
        expected = maps_of(net, picture)
        found = numpy.fromfile(f"{folder}/maps", "float32").reshape(expected.shape)
        exact = done.stdout.strip() == "exact"
        check(f"heat maps: {name}", near(found, expected), abs(found - expected).max() / abs(expected).max())
        with torch.no_grad():
            logits = net.double()(picture.double()).flatten().numpy()
        sums = found.mean((1, 2)).reshape(2, -1)
        differences = logits.reshape(2, -1) - sums
        constant = abs(differences[0] - differences[1]).max() < BOUND * abs(logits).max()
        check(f"heat maps: {name} are called exact or not", exact == (name not in CURVED), done.stdout)
        check(f"heat maps: {name} are what they are called", constant or not exact, done.stdout)
    print(f"heat maps: {len(cases)} heads")


def called_by_name(folder):
    """Where the program shows a gradient-weighted map, it says so."""
    from PIL import Image
    Image.fromarray(numpy.random.default_rng(0).integers(0, 255, (64, 64, 3), "uint8")).save(f"{folder}/a.png")
    for name, exact in (("no bias", True), ("fc1, fc2", False)):
        net, _, _ = network(folder, HEADS[name][0])
        torch.save(net, f"{folder}/module.pt")
        for form in ((), ("--json",)):
            done = run("predict", "-w", f"{folder}/module.pt", f"{folder}/a.png", "--cam", f"{folder}/heat", *form)
            check(f"predict {form} with {name}", done.returncode == 0 and
                  ("gradient" in done.stdout) != exact, done.stdout + done.stderr)
    print("gradient-weighted maps are called so")


def misfits(folder):
    """What is no head is refused with what was found."""
    def attempt(what, net, *words, module=True):
        torch.save(net if module else net.state_dict(), f"{folder}/in.pth")
        refused(what, run("convert", f"{folder}/in.pth", f"{folder}/no.pth"), f"{folder}/in.pth: ", *words, absent=f"{folder}/no.pth")

    attempt("an activation of another kind", base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Tanh(), nn.Linear(9, 4))),
            'its head has a module of class Tanh, "classifier.1", which is not supported')
    attempt("something after the sigmoid", base(nn.Sequential(nn.Linear(WIDTH, 4), nn.Sigmoid(), nn.ReLU())),
            'of class ReLU, "classifier.2"')
    attempt("a sigmoid between linears", base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Sigmoid(), nn.Linear(9, 4))),
            'a sigmoid or softmax before "classifier.2"')
    attempt("a mean of what was rectified", nn.Sequential(base().features, nn.ReLU(), nn.Conv2d(WIDTH, 4, 1), nn.ReLU(),
                                                          nn.AdaptiveAvgPool2d(1)), 'of class AdaptiveAvgPool2d, "4"')
    apart = base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Linear(8, 4)))
    attempt("linears that do not fit", apart, "2 linears and norms, which do not follow one another",
            '"classifier.1" reads 8 values where there are 9', module=False)
    attempt("a linear of other maps", base(nn.Linear(WIDTH + 1, 4)), f'"classifier" reads {WIDTH + 1} values', module=False)
    attempt("a norm alone", base(nn.Sequential(nn.BatchNorm1d(WIDTH))), "a norm, but no linear", module=False)
    print("misfits: 7 kinds")


main((logits, objectives, without_head, grids, unknown_names, heat_maps, called_by_name, misfits))
