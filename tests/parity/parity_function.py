# SPDX-License-Identifier: MIT
"""Networks of the same tensors and another function: from what a pickled module or TorchScript's
code records, from what batch norms recorded, and from options, the answer is PyTorch's; what is of
another family is refused by the module's name; altered files are found by `info --check`."""
import copy
import json
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy
    import torch
    import torchvision
    from torch import nn
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from checking import check, finish

DENSENET = os.environ["DENSENET"]
BOUND = 2e-4  # relative to the largest logit
SIZE = 64
warnings.filterwarnings("ignore")


def run(*arguments, status=0):
    done = subprocess.run([DENSENET, *arguments], capture_output=True, text=True)
    assert done.returncode == status, f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def pictures(count, seed):
    """Smooth blobs and some noise, of mean 0 and deviation 1, as normalised photographs are."""
    generator = torch.Generator().manual_seed(seed)
    coarse = [nn.functional.interpolate(torch.randn(count, 3, side, side, generator=generator), (SIZE, SIZE),
                                        mode="bilinear") for side in (2, 5, 13)]
    x = sum(coarse) + 0.3 * torch.randn(count, 3, SIZE, SIZE, generator=generator)
    return (x - x.mean()) / x.std()


def build(seed=0, eps=1e-5, **changes):
    """A torchvision network with norms that do something; `changes` replace modules by path."""
    torch.manual_seed(seed)
    net = torchvision.models.DenseNet(growth_rate=16, block_config=(3, 4, 3), num_init_features=32, bn_size=2,
                                      num_classes=7)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = eps
            nn.init.uniform_(module.weight, 0.6, 1.4)
            nn.init.normal_(module.bias, 0, 0.3)
    for path, module in changes.items():
        place = net
        *parents, last = path.replace("__", ".").split(".")
        for parent in parents:
            place = getattr(place, parent)
        setattr(place, last, copy.deepcopy(module))
    return net


def recorded(net, updates=3):
    """With the statistics of pictures."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean of all updates
    with torch.no_grad():
        net.train()
        for seed in range(updates):
            net(pictures(16, 100 + seed))
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.1
            module.num_batches_tracked.fill_(100)
    return net.eval()


def answer(folder, weights, *options):
    numpy.save(f"{folder}/x.npy", pictures(2, 7).numpy())
    done = run("forward", "--weights", weights, "--input", f"{folder}/x.npy", "--output", f"{folder}/y.npy", *options)
    return numpy.load(f"{folder}/y.npy"), done.stderr


def expected(net):
    with torch.no_grad():
        return copy.deepcopy(net).double()(pictures(2, 7).double()).numpy()


def compare(what, found, right):
    error = abs(found - right).max() / abs(right).max()
    check(what, error < BOUND, f"relative error {error:.1e}")


def no_relu_transitions():
    return {f"features__transition{b}__relu": nn.Identity() for b in (1, 2)}


STEM_3X3 = {"features__conv0": nn.Conv2d(3, 32, 3, 1, 1, bias=False)}
# name: what is changed, the options that say the same of a state dict
VARIANTS = {
    "torchvision's own": ({}, ()),
    "no stem pool": ({"features__pool0": nn.Identity()}, ("--stem-pool", "none")),
    "3x3 stem, pool kept": (STEM_3X3, ("--stem-pool", "max")),
    "3x3 stem with stride 2": ({"features__conv0": nn.Conv2d(3, 32, 3, 2, 1, bias=False)},
                               ("--stem-pool", "max", "--stem-stride", "2")),
    "5x5 stem": ({"features__conv0": nn.Conv2d(3, 32, 5, 2, 2, bias=False)}, ()),
    "7x7 stem with stride 1, no pool": ({"features__conv0": nn.Conv2d(3, 32, 7, 1, 3, bias=False),
                                         "features__pool0": nn.Identity()},
                                        ("--stem-stride", "1", "--stem-pool", "none")),
    "transitions without ReLU": (no_relu_transitions(), ("--transition-relu", "no")),
}


def compare_variants(folder):
    """Each source of truth on its own: modules; options; statistics."""
    for name, (changes, options) in VARIANTS.items():
        net = build(1, **changes)
        module, state = f"{folder}/module.pth", f"{folder}/state.pth"
        torch.save(net.eval(), module)
        torch.save(net.state_dict(), state)
        right = expected(build(1, **changes).eval())
        found, said = answer(folder, module)
        compare(f"{name}, by its module", found, right)
        check(f"{name}: a module is taken at its word", "assumed" not in said, said.strip())
        compare(f"{name}, by options", answer(folder, state, *options)[0], right)
        copy = f"{folder}/copy.safetensors"
        run("convert", module, copy)
        found, said = answer(folder, copy)
        compare(f"{name}, converted", found, right)
        check(f"{name}: a converted file is known", said == "", said.strip())


# what statistics alone tell of a state dict, and what must be said
TOLD = {
    "torchvision's own": "",
    "no stem pool": "stride",
    "3x3 stem, pool kept": "stride",
    "transitions without ReLU": "",
}


def compare_statistics(folder):
    for name, assumed in TOLD.items():
        changes, _ = VARIANTS[name]
        net, state = recorded(build(2, **changes)), f"{folder}/state.pth"
        torch.save(net.state_dict(), state)
        found, said = answer(folder, state)
        compare(f"{name}, by statistics", found, expected(net))
        check(f"{name}: what is assumed is said", bool(assumed) == bool(said) and assumed in said, said.strip())
        check(f"{name}: statistics agree", run("info", "--check", state).returncode == 0)


def compare_epsilon(folder):
    net = build(3, eps=1e-3).eval()
    torch.save(net, f"{folder}/module.pth")
    torch.save(net.state_dict(), f"{folder}/state.pth")
    right = expected(net)
    compare("epsilon, by its module", answer(folder, f"{folder}/module.pth")[0], right)
    compare("epsilon, by an option", answer(folder, f"{folder}/state.pth", "--bn-epsilon", "1e-3")[0], right)


# modules of another family, by the place that names them
OTHERS = {
    "features.relu0": {"features__relu0": nn.LeakyReLU(0.1)},
    "features.denseblock1.denselayer2.relu2": {"features__denseblock1__denselayer2__relu2": nn.SiLU()},
    "features.transition1.pool": {"features__transition1__pool": nn.MaxPool2d(2, 2)},
    "features.pool0": {"features__pool0": nn.AvgPool2d(3, 2, 1)},
    "features.conv0": {"features__conv0": nn.Conv2d(3, 32, 7, 2, padding="valid", bias=False)},
    "features.denseblock2.denselayer1.conv2":
        {"features__denseblock2__denselayer1__conv2": nn.Conv2d(32, 16, 3, 1, 2, dilation=2, bias=False)},
}


def compiled(net, how):
    net = net.eval()
    return torch.jit.script(net) if how == "scripted" else torch.jit.trace(net, pictures(1, 3))


CODED = {
    **VARIANTS,
    "padding by a word": ({"features__denseblock1__denselayer1__conv2": nn.Conv2d(32, 16, 3, padding="same", bias=False)}, ()),
    "one number for a pool": ({"features__transition1__pool": nn.AvgPool2d(2),
                               "features__pool0": nn.MaxPool2d((3, 3), (2, 2), padding=1)}, ()),
    "a 3x3 stem, its pool kept, no ReLU in transitions": ({**STEM_3X3, **no_relu_transitions()}, ()),
    "a 3x3 stem, its pool Identity": ({**STEM_3X3, "features__pool0": nn.Identity()}, ()),
}


def compare_code(folder):
    """TorchScript says in code what attributes of a pickled module say."""
    path, copy = f"{folder}/script.pt", f"{folder}/copy.safetensors"
    for how in ("scripted", "traced"):
        for name, (changes, _) in CODED.items():
            net = build(6, 1e-3, **changes)
            torch.jit.save(compiled(net, how), path)
            found, said = answer(folder, path)
            compare(f"{how}, {name}", found, expected(net))
            check(f"{how}, {name}: code is taken at its word", said == "", said.strip())
        run("convert", path, copy)
        compare(f"{how}, converted", answer(folder, copy)[0], expected(net))


def refuse_code(folder):
    """What the code says is another function is refused by the module's name, as of a pickle."""
    layer = "features.denseblock2.denselayer2.conv2"
    others = {
        **OTHERS,
        layer: {layer.replace(".", "__"): nn.Conv2d(32, 16, 3, padding=1, padding_mode="circular", bias=False)},
        "features.transition2.pool": {"features__transition2__pool": nn.AvgPool2d(2, ceil_mode=True)},
        "features.transition1.norm": {"features__transition1__norm": nn.BatchNorm2d(80, eps=0.01)},
    }
    for how in ("scripted", "traced"):
        for place, changes in others.items():
            torch.jit.save(compiled(build(5, **changes), how), f"{folder}/other.pt")
            said = run("info", f"{folder}/other.pt", status=2).stderr
            check(f"{how}, {place} is refused by name", place in said and "other.pt" in said, said.strip())


def compare_sequential(folder):
    """A Sequential runs what is registered and nothing else: no ReLU after the last norm."""
    class Layer(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.residual = nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, 8, 3, 1, 1, bias=False))

        def forward(self, x):
            return torch.cat([x, self.residual(x)], 1)

    torch.manual_seed(4)
    net = nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), Layer(16), Layer(24),
        nn.BatchNorm2d(32), nn.Conv2d(32, 16, 1, bias=False), nn.AvgPool2d(2), Layer(16), Layer(24),
        nn.BatchNorm2d(32), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 5))
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.bias, 0, 0.5)
    sys.modules["__main__"].Layer = Layer
    Layer.__qualname__ = "Layer"
    torch.save(net.eval(), f"{folder}/sequential.pth")
    compare("a Sequential without the last ReLU", answer(folder, f"{folder}/sequential.pth", "--concat", "last")[0],
            expected(net))


def compare_exchanged_norms(folder):
    """Names and order suggest the wrong one of two norms of a length; statistics tell."""
    net = recorded(build(6))
    words = {"norm1": "first", "norm2": "second", "conv1": "x", "conv2": "y"}
    state = {}
    for name, tensor in net.state_dict().items():
        parts = name.replace("features.", "f.").replace("denseblock", "b").replace("denselayer", "l").split(".")
        state[".".join(words.get(part, part) if "l" in name else part for part in parts)] = tensor
    torch.save(dict(sorted(state.items())), f"{folder}/exchanged.pth")
    compare("norms in another order", answer(folder, f"{folder}/exchanged.pth")[0], expected(net))


def compare_gaps(folder):
    """Numbers of a Sequential that are missing tell where a ReLU is."""
    for relu in (True, False):
        net = build(10, **({} if relu else no_relu_transitions())).eval()
        state = {}
        for name, tensor in net.state_dict().items():
            for old, new in (("denselayer", "layers."), ("norm1", "0"), ("conv1", "2"), ("norm2", "3"), ("conv2", "5"),
                             (".norm.", ".0."), (".conv.", ".2." if relu else ".1.")):
                name = name.replace(old, new) if "denseblock" in name or "transition" in name else name
            state[name] = tensor
        torch.save(state, f"{folder}/gaps.pth")
        compare(f"numbers {'with' if relu else 'without'} gaps in transitions",
                answer(folder, f"{folder}/gaps.pth", "--concat", "last")[0], expected(net))


def refuse_others(folder):
    class Half(nn.Module):
        def forward(self, x):
            return x / 2

    sys.modules["__main__"].Half = Half
    Half.__qualname__ = "Half"
    others = {
        **OTHERS,
        "features.relu0": {"features__relu0": Half()},
        "features.transition2.pool": {"features__transition2__pool": nn.Sequential(nn.AvgPool2d(2), Half())},
        "features.last": {"features__last": nn.GELU()},
    }
    torch.save(nn.Sequential(nn.AvgPool2d(2), build(5)).eval(), f"{folder}/other.pth")
    check("what runs first is refused by name", "0 is before" in run("info", f"{folder}/other.pth", status=2).stderr)
    for place, changes in others.items():
        torch.save(build(5, **changes).eval(), f"{folder}/other.pth")
        said = run("info", f"{folder}/other.pth", status=2).stderr
        check(f"{place} is refused by name", place in said and "other.pth" in said, said.strip())


def find(folder, state):
    torch.save(state, f"{folder}/altered.pth")
    done = subprocess.run([DENSENET, "info", "--check", "--json", f"{folder}/altered.pth"], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)["first_contradiction"] if done.stdout else None


def swapped(state, a, b):
    return {**state, **{f"{a}.{k}": state[f"{b}.{k}"] for k in PARTS}, **{f"{b}.{k}": state[f"{a}.{k}"] for k in PARTS}}


PARTS = ("weight", "bias", "running_mean", "running_var")


def compare_among_many(folder):
    """Of modules that do nothing there may be as many as are recorded of no network."""
    for count, status in ((16000, 0), (20000, 2)):
        net = build(4).eval()
        net.features.denseblock1.denselayer1.add_module("none", nn.Sequential(*[nn.Identity() for _ in range(count)]))
        torch.save(net, f"{folder}/many.pth")
        if status:
            said = run("info", f"{folder}/many.pth", status=status).stderr
            check(f"{count} modules are refused", "records more than 16384 modules" in said, said)
        else:
            compare(f"among {count} modules", answer(folder, f"{folder}/many.pth")[0], expected(net))


def find_alterations(folder):
    """Each is found, at the norm after the place."""
    sound, other = (recorded(build(seed)).state_dict() for seed in (8, 9))
    layer = "features.denseblock2.denselayer%d."
    square = "features.denseblock1.denselayer1.conv1.weight"  # 32 maps of 32
    block = {k: v for k, v in other.items() if k.startswith("features.denseblock2.")}
    kernel = sound[layer % 2 + "conv2.weight"]
    alterations = {
        "nothing": (sound, None),
        "a kernel transposed": ({**sound, square: sound[square].transpose(0, 1)}, "features.denseblock1.denselayer1.norm2"),
        "a kernel negated": ({**sound, layer % 2 + "conv2.weight": -kernel}, layer % 3 + "norm1"),
        "two norms swapped": (swapped(sound, layer % 2 + "norm2", layer % 3 + "norm2"), layer % 2 + "norm2"),
        "a block of another network": ({**sound, **block}, layer % 1 + "norm1"),
    }
    for what, (state, place) in alterations.items():
        status, first = find(folder, state)
        check(f"{what}: found", status == (place is not None) and first == place, f"{first}, status {status}")
        check(f"{what}: info names the check", ("densenet info --check" in run("info", f"{folder}/altered.pth").stdout) == bool(place))
    torch.save(sound, f"{folder}/sound.pth")
    status = run("info", "--check", "--transition-relu", "no", f"{folder}/sound.pth", status=1)
    check("a ReLU removed: found", "features.denseblock2.denselayer1.norm1" in status.stdout)


def name_the_stem(folder):
    """A person who names the kind of stem says its stride and pool, which statistics do not outweigh."""
    state, copy = f"{folder}/state.pth", f"{folder}/copy.safetensors"
    for kind, name, other in (("imagenet", "no stem pool", "torchvision's own"),
                              ("cifar-norm", "3x3 stem, pool kept", "3x3 stem, no pool")):
        net, meant = recorded(build(2, **VARIANTS[name][0])), build(2, **VARIANTS.get(other, ({
            **STEM_3X3, "features__pool0": nn.Identity()}, ()))[0])
        meant.load_state_dict(net.state_dict())
        torch.save(net.state_dict(), state)
        found, said = answer(folder, state, "--stem", kind)
        compare(f"{name}, but a stem {kind}", found, expected(meant.eval()))
        check(f"a stem {kind} is not doubted", "assumed" not in said, said.strip())
        run("convert", state, copy, "--stem", kind)
        compare(f"a stem {kind}, converted", answer(folder, copy)[0], expected(meant.eval()))
        other = "cifar" if kind == "cifar-norm" else "cifar-norm"
        said = run("info", state, "--stem", other, status=2).stderr
        check(f"a stem {kind} is no {other}", f"{state}: option stem: {other} is 1 convolution of 3x3" in said and
              said.count("\n") == 1, said)
    found, said = answer(folder, state, "--stem", "cifar-norm", "--stem-pool", "max")
    compare("a kind of stem, and its pool", found, expected(net))


def main():
    with tempfile.TemporaryDirectory() as folder:
        compare_variants(folder)
        compare_statistics(folder)
        name_the_stem(folder)
        compare_epsilon(folder)
        compare_sequential(folder)
        compare_exchanged_norms(folder)
        compare_gaps(folder)
        compare_among_many(folder)
        refuse_others(folder)
        compare_code(folder)
        refuse_code(folder)
        find_alterations(folder)
    finish()


main()
