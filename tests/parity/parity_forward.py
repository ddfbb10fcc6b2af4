# SPDX-License-Identifier: MIT
"""The forward pass against PyTorch: every named network and odd ones, sizes and
batches, inner layers, thread counts; `verify` finds a layer that was tampered with."""
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    import torchvision
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from reference_extended import Arch, DenseNet, cifar, imagenet

DENSENET = os.environ["DENSENET"]
DUMP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "dump_reference.py")
BOUND = 2e-4  # relative to the largest logit
failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    print(f"{what}: {figure}{'' if good else '   FAILED'}")


def densenet(*arguments, expect=0, **environment):
    done = subprocess.run([DENSENET, *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment})
    assert done.returncode == expect, f"{arguments}: status {done.returncode}\n{done.stderr}"
    return done.stdout


def trained_like(model):
    """Norms that do something, as after training."""
    for name, tensor in list(model.named_parameters()) + list(model.named_buffers()):
        if tensor.dim() == 1 and "fc" not in name and "classifier" not in name:
            with torch.no_grad():
                if name.endswith("running_mean") or name.endswith("bias"):
                    tensor.normal_(0, 0.1)
                else:
                    tensor.uniform_(0.7, 1.3)
    return model.eval()


def relative(found, expected):
    return abs(found - expected).max() / abs(expected).max()


class Case:
    """A network and an input, in files, and PyTorch's answer in double."""

    def __init__(self, folder, model, shape):
        self.weights, self.input = f"{folder}/net.pth", f"{folder}/x.npy"
        self.folder, self.model = folder, trained_like(model)
        torch.save(self.model.state_dict(), self.weights)
        pictures = torch.randn(*shape)
        numpy.save(self.input, pictures.numpy())
        with torch.no_grad():
            self.expected = self.model.double()(pictures.double()).numpy()
        self.model.float()

    def run(self, *options, threads=2, **environment):
        output = f"{self.folder}/y.npy"
        densenet("forward", "--weights", self.weights, "--input", self.input, "--output", output,
                 "--threads", str(threads), *options, **environment)
        return numpy.load(output)


NETWORKS = {
    "torchvision densenet121": (lambda: torchvision.models.densenet121(), (1, 3, 224, 224)),
    "torchvision densenet161": (lambda: torchvision.models.densenet161(), (1, 3, 96, 130)),
    "reference densenet169": (lambda: DenseNet(imagenet(169)), (2, 3, 64, 64)),
    "reference densenet201": (lambda: DenseNet(imagenet(201)), (1, 3, 97, 61)),
    "reference densenet264": (lambda: DenseNet(imagenet(264)), (1, 3, 64, 64)),
    "densenet-40-12": (lambda: DenseNet(cifar(40, 12, False)), (2, 3, 32, 32)),
    "densenet-bc-100-12": (lambda: DenseNet(cifar(100, 12, True)), (3, 3, 32, 32)),
    "two blocks, grey, five classes": (
        lambda: DenseNet(Arch([3, 4], 7, 13, 3, 0.7, "cifar", 1, 5)), (4, 1, 19, 26)),
    "five blocks": (
        lambda: DenseNet(Arch([1, 2, 1, 2, 1], 9, 10, 2, 0.5, "imagenet", 3, 11)), (1, 3, 131, 77)),
    "norm after a CIFAR stem": (
        lambda: DenseNet(Arch([2, 2, 2], 12, 24, 4, 0.5, "cifar-norm", 3, 10)), (2, 3, 33, 31)),
    "deep stem": (
        lambda: DenseNet(Arch([2, 3], 8, 16, 4, 0.5, "deep", 3, 4)), (2, 3, 50, 64)),
    "one block": (lambda: DenseNet(Arch([5], 6, 12, 4, 0.5, "imagenet", 3, 3)), (1, 3, 1, 40)),
}


def compare_networks(folder):
    for name, (build, shape) in NETWORKS.items():
        torch.manual_seed(len(name))
        case = Case(folder, build(), shape)
        error = relative(case.run(), case.expected)
        check(f"{name} {shape}", error < BOUND, f"relative error {error:.1e}")


def compare_bits(folder):
    """One to seven threads, any batch: the same bits."""
    torch.manual_seed(3)
    case = Case(folder, torchvision.models.densenet121(num_classes=20), (3, 3, 71, 90))
    first = case.run(threads=1)
    for threads in (2, 3, 7):
        check(f"bits with {threads} threads", (case.run(threads=threads) == first).all())
    check("bits one picture at a time", (case.run("--batch", "1") == first).all())
    best = subprocess.run([os.environ["DENSENET"], "--version"], capture_output=True, text=True, check=True).stdout
    for level in ("baseline", "avx2")[:1 + ("avx512" in best)] if "avx" in best else ():
        error = relative(case.run(DENSENET_CPU=level), case.expected)
        check(f"level {level}", error < BOUND, f"relative error {error:.1e}")


def compare_features(folder):
    """Inner tensors by both kinds of names."""
    torch.manual_seed(4)
    case = Case(folder, torchvision.models.densenet121(num_classes=20), (2, 3, 64, 64))
    kept = {}
    for name, module in case.model.named_modules():
        module.register_forward_hook(lambda _m, _i, o, name=name: kept.__setitem__(name, o.clone()))
    with torch.no_grad():
        case.model(torch.from_numpy(numpy.load(case.input)))
    for ours, theirs in {"block1.layer3": "features.denseblock1.denselayer3", "stem": "features.pool0",
                         "block2": "features.denseblock2", "transition3": "features.transition3"}.items():
        found, expected = case.run("--features", ours), kept[theirs].numpy()
        error = relative(found, expected)
        check(f"feature {ours}", found.shape == expected.shape and error < BOUND, f"{error:.1e}")
        check(f"feature {theirs}", (case.run("--features", theirs) == found).all())
    pooled = kept["features.norm5"].relu().mean(dim=(2, 3)).numpy()
    check("feature pool", relative(case.run("--features", "pool"), pooled) < BOUND)


def layers_that_hand_on_their_input(folder, case, dump):
    """Such outputs are compared by the new maps, wherever they are; arrays without a counterpart are named."""
    passed_on = f"{folder}/passed-on.npz"
    verify = ("verify", "--weights", case.weights, "--reference", passed_on, "--json")
    arrays = dict(numpy.load(dump))
    layers = [name for name in arrays if re.fullmatch(r"features\.denseblock2\.denselayer\d+", name)]
    for what, order in (("last", 1), ("first", -1)):
        changed = dict(arrays, strange=arrays["input"], **{"features.denseblock1": arrays["input"]})
        for name in layers:
            changed[name] = numpy.concatenate([numpy.zeros_like(arrays[name]), arrays[name]][::order], axis=1)
        numpy.savez(passed_on, **changed)
        said = json.loads(densenet(*verify))
        compared, skipped = [row["layer"] for row in said["layers"]], [row["layer"] for row in said["skipped"]]
        check(f"new maps {what}", said["within"] and set(layers) <= set(compared), said["largest_error"])
        check("skipped", {"strange", "features.denseblock1", "features.conv0"} <= set(skipped) and
              not set(skipped) & set(compared) and len(skipped) + len(compared) + 1 == len(changed))
        changed[layers[4]][0, -5:] += 1
        changed[layers[4]][0, :5] += 1
        numpy.savez(passed_on, **changed)
        check("a layer that departs", json.loads(densenet(*verify, expect=1))["first_departure"]["layer"] == layers[4])


def dump_script(folder):
    """What may be dumped, and the message if nothing can be."""
    case = Case(folder, torchvision.models.densenet121(), (1, 3, 64, 64))
    for model, word in (("torchvision.models:densenet121", ""), ("torchvision.models", "MODULE:CALL is expected"),
                        ("nosuch:net", "No module named"), ("math:pi", "torch.nn.Module is expected")):
        done = subprocess.run([sys.executable, DUMP, model, case.weights, f"{folder}/dump.npz", "--input", case.input],
                              capture_output=True, text=True, check=False)
        good = done.returncode == 2 and done.stderr.startswith("usage:") and word in done.stderr if word else (
            done.returncode == 0)
        check(f"dump of {model}", good, done.stderr.strip().split("\n")[-1])


def verify_finds_the_layer(folder):
    dump = f"{folder}/dump.npz"
    torch.manual_seed(5)
    case = Case(folder, torchvision.models.densenet121(num_classes=20), (1, 3, 64, 64))
    subprocess.run([sys.executable, DUMP,
                    "torchvision.models:densenet121(num_classes=20)", case.weights, dump,
                    "--input", case.input], check=True, stdout=subprocess.DEVNULL)
    verify = ("verify", "--weights", case.weights, "--reference", dump)
    print(densenet(*verify).strip())
    layers_that_hand_on_their_input(folder, case, dump)
    state = torch.load(case.weights)
    state["features.denseblock2.denselayer7.conv2.weight"] *= 1.01
    torch.save(state, case.weights)
    said = densenet(*verify, expect=1)
    check("verify names the tampered layer", "block2.layer7 " in said, said.strip())


def initialise(folder):
    """`init`: PyTorch's ranges, the same numbers from a seed."""
    paths = [f"{folder}/{n}.pth" for n in "abc"]
    for path, seed in zip(paths, "778"):
        densenet("init", "densenet121", "--seed", seed, "--scheme", "pytorch", "--output", path)
    a, b, c = (torch.load(path) for path in paths)
    check("init by seed", all((a[k] == b[k]).all() for k in a) and any((a[k] != c[k]).any() for k in a))
    model = torchvision.models.densenet121()
    model.load_state_dict(a, strict=True)
    torch.manual_seed(0)
    worst = 0
    for module in DenseNet(imagenet(121)).modules():  # its convolutions keep PyTorch's default
        if isinstance(module, torch.nn.Conv2d) and module.weight.numel() > 5000:
            twin = next(v for v in a.values() if v.shape == module.weight.shape)
            worst = max(worst, abs(twin.std() / module.weight.std() - 1).item(),
                        abs(twin.abs().max() / module.weight.abs().max() - 1).item())
    check("init as PyTorch's default", worst < 0.05, f"deviations and bounds within {worst:.1%}")


def main():
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        compare_networks(folder)
        compare_bits(folder)
        compare_features(folder)
        verify_finds_the_layer(folder)
        dump_script(folder)
        initialise(folder)
    sys.exit(failures > 0)


main()
