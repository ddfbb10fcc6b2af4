# SPDX-License-Identifier: MIT
"""bfloat16 against PyTorch: errors of logits and of inner layers are no larger than those of
PyTorch's own autocast to bfloat16, the bits are those of any number of threads, and every
command that computes takes --precision."""
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    import torchvision
    from PIL import Image
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from reference_extended import Arch, DenseNet, cifar, imagenet

DENSENET = os.environ["DENSENET"]
failures = 0

NETWORKS = {
    "torchvision densenet121": (lambda: torchvision.models.densenet121(num_classes=30), (2, 3, 160, 131)),
    "densenet169": (lambda: DenseNet(imagenet(169)), (2, 3, 64, 64)),
    "densenet-40-12": (lambda: DenseNet(cifar(40, 12, False)), (8, 3, 32, 32)),
    "densenet-bc-100-12": (lambda: DenseNet(cifar(100, 12, True)), (8, 3, 32, 32)),
    "odd widths, grey": (lambda: DenseNet(Arch([3, 4], 7, 13, 3, 0.7, "cifar", 1, 5)), (8, 1, 19, 26)),
    "a norm after the stem": (lambda: DenseNet(Arch([2, 2, 2], 12, 24, 4, 0.5, "cifar-norm", 3, 10)), (8, 3, 33, 31)),
    "a deep stem": (lambda: DenseNet(Arch([2, 3], 8, 16, 4, 0.5, "deep", 3, 4)), (8, 3, 50, 64)),
}


def check(what, good, figure=""):
    global failures
    failures += not good
    print(f"{what}: {figure}{'' if good else '   FAILED'}")


def densenet(*arguments, expect=0):
    done = subprocess.run([DENSENET, *arguments], capture_output=True, text=True)
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


class Case:
    """A network and pictures in files, PyTorch's answer in double, and its autocast's."""

    def __init__(self, folder, build, shape):
        torch.manual_seed(sum(shape))
        self.weights, self.input, self.output = f"{folder}/net.pth", f"{folder}/x.npy", f"{folder}/y.npy"
        model, pictures = trained_like(build()), torch.randn(*shape)
        torch.save(model.state_dict(), self.weights)
        numpy.save(self.input, pictures.numpy())
        with torch.no_grad():
            with torch.autocast("cpu", dtype=torch.bfloat16):
                self.autocast = model(pictures).double().numpy()
            self.exact = model.double()(pictures.double()).numpy()

    def run(self, *options, threads=2):
        densenet("forward", "--weights", self.weights, "--input", self.input, "--output", self.output,
                 "--threads", str(threads), *options)
        return numpy.load(self.output)

    def error(self, found):
        """Root mean square, as a share of the answers' deviation between outputs and pictures."""
        return float(numpy.sqrt(((found - self.exact) ** 2).mean()) / self.exact.std())


def compare_logits(folder):
    for name, (build, shape) in NETWORKS.items():
        case = Case(folder, build, shape)
        ours, autocast = case.error(case.run("--precision", "bf16")), case.error(case.autocast)
        check(f"{name} {shape}", 1e-5 < ours < 1.5 * autocast, f"error {ours:.1e}, autocast's {autocast:.1e}")


def compare_bits(folder):
    case = Case(folder, *NETWORKS["torchvision densenet121"])
    first = case.run("--precision", "bf16", threads=1)
    for threads in (2, 3, 5):
        check(f"bits with {threads} threads", (case.run("--precision", "bf16", threads=threads) == first).all())
    check("bits one picture at a time", (case.run("--precision", "bf16", "--batch", "1") == first).all())


def compare_features(folder):
    case = Case(folder, *NETWORKS["a deep stem"])
    for name in ("stem", "block1.layer2", "block1.layer2.bottleneck", "transition1", "block2", "final", "pool"):
        exact, half = case.run("--features", name), case.run("--features", name, "--precision", "bf16")
        error = abs(half - exact).max() / abs(exact).max()
        check(f"feature {name}", exact.shape == half.shape and 0 < error < 0.02, f"largest difference {error:.1e}")


def commands_say_it(folder):
    case = Case(folder, *NETWORKS["odd widths, grey"])
    bench = ("bench", "densenet-bc-22-8", "--runs", "1", "--json")
    made, exact = json.loads(densenet(*bench, "--precision", "bf16")), json.loads(densenet(*bench))
    check("bench names its precision", made["precision"] == "bf16")
    check("bench names floats", exact["precision"] == "f32" and exact["bytes"] > made["bytes"])
    reference = f"{folder}/reference.npz"
    numpy.savez(reference, input=numpy.load(case.input), classifier=case.exact.astype(numpy.float32))
    verify = ("verify", "--weights", case.weights, "--reference", reference)
    densenet(*verify)
    densenet(*verify, "--precision", "bf16")
    densenet(*verify, "--precision", "bf16", "--tolerance", "1e-6", expect=1)
    densenet("forward", "--weights", case.weights, "--input", case.input, "--output", case.output,
             "--precision", "int7", expect=2)


def evaluations_side_by_side(folder):
    """Agreement and error are those of the logits that forward writes."""
    case = Case(folder, lambda: DenseNet(Arch([2, 2], 8, 16, 2, 0.5, "cifar", 3, 2)), (6, 3, 24, 24))
    pictures = numpy.random.default_rng(5).integers(0, 256, (6, 24, 24, 3), dtype=numpy.uint8)
    for i, picture in enumerate(pictures):
        os.makedirs(f"{folder}/data/{'ab'[i % 2]}", exist_ok=True)
        Image.fromarray(picture).save(f"{folder}/data/{'ab'[i % 2]}/{i}.png")
    numpy.save(case.input, (pictures.transpose(0, 3, 1, 2) / 255).astype(numpy.float32))
    exact, half = case.run(), case.run("--precision", "bf16")
    eval_ = ("eval", f"{folder}/data", "--weights", case.weights, "--preprocess", "none,resize=24x24")
    rows = json.loads(densenet(*eval_, "--compare", "f32,bf16", "--json"))
    error = numpy.sqrt(((half - exact) ** 2).mean()) / exact.std()
    check("side by side: error of the logits", abs(rows[1]["logits_error"] / error - 1) < 1e-3, f"{error:.1e}")
    check("side by side: agreement",
          rows[1]["agree"] == (half.argmax(1) == exact.argmax(1)).mean() and "agree" not in rows[0])
    alone = json.loads(densenet(*eval_, "--precision", "bf16", "--json"))
    check("side by side: figures", all(rows[1][k] == alone[k] for k in ("loss", "top1", "samples")))
    check("side by side, as a table", "bf16" in densenet(*eval_, "--compare", "f32,bf16"))
    for wrong in (("f32",), ("f32,int3",), ("f32,bf16", "--precision", "bf16"), ("f32,bf16", "--confusion", "m.png"),
                  ("f32,bf16,bf16-weights,bf16-maps,f16",), ("bf16,f32,f32",)):
        densenet(*eval_, "--compare", *wrong, expect=2)


with tempfile.TemporaryDirectory() as scratch:
    compare_logits(scratch)
    compare_bits(scratch)
    compare_features(scratch)
    commands_say_it(scratch)
    evaluations_side_by_side(scratch)
print("all fine" if not failures else f"{failures} failed")
sys.exit(failures != 0)
