# SPDX-License-Identifier: MIT
"""Training compared with PyTorch: the same weights, batches and optimiser, then
losses, gradients, weights and running statistics. float64 PyTorch says which of
the two float32 results is nearer to the truth."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from blur_modules import BlurPool2d

DRIVER = os.environ["DENSENET_TRAIN_DRIVER"]
IMAGENET, CIFAR, CIFAR_NORM, DEEP = range(4)
USUAL, POOL, NO_POOL, BLUR = range(4)

BASE = {
    "blocks": (2, 3), "growth": 12, "stem": IMAGENET, "stem_channels": 24, "stem_hidden": 16,
    "bottleneck": 4, "compression": 0.5, "classes": 10, "channels": 3,
}


class Norm(nn.Sequential):
    def __init__(self, channels):
        super().__init__(nn.BatchNorm2d(channels), nn.ReLU())


class Pool(nn.Module):
    """A head's: "mean", "max+mean", "grid=3" or "grid=1x3"."""

    def __init__(self, name):
        super().__init__()
        sides = [int(side) for side in name[5:].split("x")] if name.startswith("grid=") else [1]
        self.name, self.grid = name, (sides[0], sides[-1])

    def forward(self, x):
        if self.name == "mean":
            return x.mean((2, 3))
        mean = functional.adaptive_avg_pool2d(x, self.grid).flatten(1)
        most = functional.adaptive_max_pool2d(x, 1).flatten(1)
        return {"max+mean": torch.cat([most, mean], 1), "mean+max": torch.cat([mean, most], 1), "max": most,
                "avgmax": 0.5 * (mean + most)}.get(self.name, mean) if "max" in self.name else mean

    def width(self, channels):
        return channels * (2 if "+" in self.name else self.grid[0] * self.grid[1])


def make_head(text, channels):
    """The modules of a head in the library's words."""
    pool, *parts = text.split(",")
    made = [Pool(pool)]
    channels = made[0].width(channels)
    for part in parts:
        kind, _, out = part.partition("=")
        if kind.startswith("linear"):
            made.append(nn.Linear(channels, int(out), bias=kind == "linear"))
            channels = int(out)
        else:
            made.append({"norm": lambda: nn.BatchNorm1d(channels), "relu": nn.ReLU, "dropout": nn.Identity}[kind]())
    return nn.Sequential(*made)


class DenseNet(nn.Module):
    """Tensors in the order of the computation, as the library lays them out."""

    def __init__(self, arch):
        super().__init__()
        stem, growth = arch["stem"], arch["growth"]
        channels, width = arch["stem_channels"], arch["bottleneck"] * growth
        if stem == DEEP:
            hidden = arch["stem_hidden"]
            sizes = [(arch["channels"], hidden, 2), (hidden, hidden, 1), (hidden, channels, 1)]
            self.stem = nn.Sequential()
            for i, (a, b, stride) in enumerate(sizes):
                self.stem.append(nn.Conv2d(a, b, 3, stride, 1, bias=False))
                self.stem.append(Norm(b))
        elif stem == IMAGENET:
            side, stride = arch.get("stem_kernel", 7), arch.get("stem_stride", 2)
            self.stem = nn.Sequential(
                nn.Conv2d(arch["channels"], channels, side, stride, side // 2, bias=False), Norm(channels))
        else:
            self.stem = nn.Sequential(nn.Conv2d(arch["channels"], channels, 3, 1, 1, bias=False))
            if stem == CIFAR_NORM:
                self.stem.append(Norm(channels))
        pool = arch.get("stem_pool", USUAL)
        if pool == POOL or (pool == USUAL and stem in (IMAGENET, DEEP)):
            self.stem.append(nn.MaxPool2d(3, 2, 1))
        if pool == BLUR:
            self.stem.extend([nn.MaxPool2d(3, 1, 1), BlurPool2d(channels)])
        self.blocks, self.ends = nn.ModuleList(), nn.ModuleList()
        order = []
        for number, layers in enumerate(arch["blocks"]):
            block = nn.ModuleList()
            for _ in range(layers):
                layer = nn.Sequential(Norm(channels))
                if width:
                    layer.extend([nn.Conv2d(channels, width, 1, bias=False), Norm(width)])
                layer.append(nn.Conv2d(width or channels, growth, 3, 1, 1, bias=False))
                block.append(layer)
                channels += growth
            self.blocks.append(block)
            last = number == len(arch["blocks"]) - 1
            linear = arch.get("linear_final" if last else "linear_transitions")
            end = nn.Sequential(nn.BatchNorm2d(channels) if linear else Norm(channels))
            if not last:
                kept = int(channels * arch["compression"])
                end.extend([nn.Conv2d(channels, kept, 1, bias=False), nn.AvgPool2d(2)])
                channels = kept
            self.ends.append(end)
            order += [block, end]
        self.classifier = make_head(arch.get("head", f"mean,linear={arch['classes']}"), channels)
        self.order = [self.stem, *order, self.classifier]

    def forward(self, x):
        x = self.stem(x)
        for block, end in zip(self.blocks, self.ends):
            for layer in block:
                x = torch.cat([x, layer(x)], 1)
            x = end(x)
        return self.classifier(x)

    def tensors(self):
        for module in self.order:
            for name, tensor in module.state_dict(keep_vars=True).items():
                if "num_batches" not in name:
                    yield tensor


def flat(tensors):
    return np.concatenate([t.detach().double().numpy().ravel() for t in tensors])


def gradients(model):
    return flat(torch.zeros_like(t) if t.grad is None else t.grad for t in model.tensors())


def make_optimiser(name, parameters, rate):
    if name == "adamw":
        return torch.optim.AdamW(parameters, rate)
    return torch.optim.SGD(parameters, rate, momentum=0.9, nesterov=True, weight_decay=1e-4)


def train_torch(case, start, inputs, targets, dtype, autocast=False):
    model = DenseNet(case["arch"]).to(dtype)
    for tensor, values in zip(model.tensors(), start):
        tensor.data.copy_(values)
    trained = list(model.tensors())[case.get("frozen", 0):]
    for tensor in list(model.tensors())[:case.get("frozen", 0)]:
        tensor.requires_grad_(False)
    optimiser = make_optimiser(case["optimiser"], [t for t in trained if t.requires_grad],
                               case["rate"])
    result, losses, parts = {}, [], case.get("parts", 1)
    for step in range(case["steps"]):
        optimiser.zero_grad()
        total = 0.0
        for part in range(parts):
            x, y = inputs[step * parts + part].to(dtype), targets[step * parts + part]
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                logits = model(x)
                loss = functional.cross_entropy(logits, y) / parts
            loss.backward()
            total += loss.item()
        if step == 0:
            result["logits"] = logits.detach().double().numpy().ravel()
            result["gradients"] = gradients(model)
        optimiser.step()
        losses.append(total)
    result["losses"] = np.array(losses)
    result["weights"] = flat(t for t in model.tensors())
    return result


def train_here(case, start, inputs, targets, folder, level=None, **extra):
    arch, classes = case["arch"], case["arch"]["classes"]
    onehot = functional.one_hot(targets, classes)
    files = {"parameters": flat(start), "inputs": inputs.numpy(), "targets": onehot.numpy()}
    for name, values in files.items():
        np.ascontiguousarray(values, np.float32).tofile(folder / name)
    keys = {**arch, **{name: folder / name for name in files}, "out": folder / "out"}
    keys["blocks"] = ",".join(map(str, arch["blocks"]))
    keys |= {k: case[k] for k in ("optimiser", "rate", "steps", "parts", "frozen") if k in case}
    keys |= {"images": inputs.shape[1], "height": inputs.shape[3], "width": inputs.shape[4]}
    keys |= extra
    command = [DRIVER, "arch=densenet121", *(f"{k}={v}" for k, v in keys.items())]
    kernels = {"DENSENET_CPU": level} if level else {}
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **kernels})
    out = np.fromfile(folder / "out", np.float32)
    sizes = [inputs.shape[1] * classes, files["parameters"].size, case["steps"],
             files["parameters"].size]
    assert out.size == sum(sizes)
    logits, grads, losses, weights = np.split(out.astype(np.float64), np.cumsum(sizes)[:-1])
    return {"logits": logits, "gradients": grads, "losses": losses, "weights": weights}


def difference(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def worst_tensor(model, a, b):
    """The largest relative difference of a single tensor."""
    worst, at = 0, 0
    for tensor in model.tensors():
        piece = slice(at, at + tensor.numel())
        at += tensor.numel()
        scale = np.linalg.norm(b[piece])
        if scale > 0:
            worst = max(worst, np.linalg.norm(a[piece] - b[piece]) / scale)
    return worst


def numbers_for(case):
    torch.manual_seed(case.get("seed", 1))
    model = DenseNet(case["arch"])
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.3)
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    start = [t.detach().clone() for t in model.tensors()]
    n, height, width = case["size"]
    batches = case["steps"] * case.get("parts", 1)
    inputs = torch.randn(batches, n, case["arch"]["channels"], height, width)
    targets = torch.randint(case["arch"]["classes"], (batches, n))
    return model, start, inputs, targets


HEADS = {
    "head of two linears": "mean,linear=17,relu,dropout,linear=10",
    "head with a norm": "mean,linear=17,norm,relu,linear=10",
    "head without bias": "mean,linear-no-bias=10",
    "head that begins and ends with norms": "mean,norm,linear=10,norm",
    "head of ReLU first": "mean,relu,linear=10",
    "head with maxima": "max+mean,norm,dropout,linear-no-bias=17,relu,norm,dropout,linear-no-bias=10",
    "head of maxima alone": "max,linear=10",
    "head of halves": "avgmax,linear=10",
    "head of means, then maxima": "mean+max,linear=10",
    "head of a grid": "grid=3,linear=10",
    "head of a grid of one row": "grid=1x3,linear=10",
}

# Relative, of losses and of all weights and running statistics together.
STEP_LIMIT, EPOCH_LIMIT = 1e-4, 2e-3

# Ways of training that must not change a bit. Emulated kernels are slow: there the longest
# trainings are not repeated, the other cases are.
WAYS = ({"threads": 1}, {"threads": 3}, {"low_memory": 1})


def ways_of(case):
    long = case["steps"] > 1 or sum(case["arch"]["blocks"]) > 40
    return () if long and os.environ.get("DENSENET_CPU", "").endswith("-emulated") else WAYS


def run_case(name, case):
    model, start, inputs, targets = numbers_for(case)
    with tempfile.TemporaryDirectory() as path:
        here = train_here(case, start, inputs, targets, Path(path))
        again = [train_here(case, start, inputs, targets, Path(path), **way) for way in ways_of(case)]
    single = train_torch(case, start, inputs, targets, torch.float32)
    double = train_torch(case, start, inputs, targets, torch.float64)
    limit = STEP_LIMIT if case["steps"] == 1 else EPOCH_LIMIT
    faults = []
    print(f"{name}: {case['steps']} step(s), {sum(t.numel() for t in start)} numbers")
    for key in ("logits", "gradients", "losses", "weights"):
        ours = difference(here[key], single[key])
        truth = [difference(result[key], double[key]) for result in (here, single)]
        if key in ("losses", "weights") and not ours < limit:
            faults.append(key)
        print(f"    {key:10} {ours:.1e} from PyTorch's float32; from float64: "
              f"{truth[0]:.1e} here, {truth[1]:.1e} PyTorch")
    tensors = [worst_tensor(model, result["gradients"], double["gradients"])
               for result in (here, single)]
    print("    worst tensor's gradient from float64: {:.1e} here, {:.1e} PyTorch".format(*tensors))
    for key in here:
        if not all(np.array_equal(here[key], other[key]) for other in again):
            faults.append(f"bits of {key} depend on threads or --memory")
    if faults:
        print("    FAILED:", ", ".join(faults))
    return bool(faults)


def cases():
    step = {"optimiser": "sgd", "rate": 0.1, "steps": 1}
    cifar = {**BASE, "stem": CIFAR, "blocks": (3, 3, 3)}
    plain = {**cifar, "stem_channels": 16, "bottleneck": 0, "compression": 1}
    reference = {**BASE, "blocks": (6, 12, 24, 16), "growth": 32, "stem_channels": 64,
                 "classes": 1000}
    yield "odd sizes", {**step, "arch": BASE, "size": (4, 33, 41)}
    yield "plain", {**step, "arch": plain, "size": (5, 13, 11)}
    yield "stem with norm", {**step, "arch": {**BASE, "stem": CIFAR_NORM}, "size": (3, 16, 15)}
    yield "deep stem, one channel", {
        **step, "arch": {**BASE, "stem": DEEP, "channels": 1}, "size": (3, 45, 37)}
    yield "deep stem that blurs", {
        **step, "arch": {**BASE, "stem": DEEP, "stem_pool": BLUR}, "size": (3, 45, 38)}
    yield "growth 7, one block", {
        **step, "arch": {**BASE, "stem": CIFAR, "growth": 7, "blocks": (4,)}, "size": (2, 32, 32)}
    yield "transitions without ReLU", {
        **step, "arch": {**BASE, "blocks": (2, 2, 2), "linear_transitions": 1}, "size": (4, 40, 36)}
    yield "stem 5x5, stride 3, no pool", {
        **step, "arch": {**BASE, "stem_kernel": 5, "stem_stride": 3, "stem_pool": NO_POOL}, "size": (3, 37, 40)}
    yield "stem 3x3 with a pool", {
        **step, "arch": {**BASE, "stem": CIFAR_NORM, "stem_pool": POOL}, "size": (3, 21, 20)}
    yield "one pixel at the end", {**step, "arch": BASE, "size": (3, 8, 8)}
    yield "accumulated in parts", {**step, "arch": cifar, "size": (4, 16, 16), "parts": 3}
    yield "frozen up to the second block", {
        **step, "arch": {**BASE, "blocks": (2, 2)}, "size": (4, 32, 32), "frozen": 29}
    # For their seeds see the comment on the reference model below.
    head = {**BASE, "blocks": (2, 2), "growth": 7}
    for name, text in HEADS.items():
        yield name, {**step, "arch": {**head, "head": text}, "size": (6, 48, 50), "seed": 3}
    fastai = {**head, "head": HEADS["head with maxima"], "linear_final": 1}
    yield "head, no last ReLU", {**step, "arch": fastai, "size": (5, 33, 40)}
    yield "head, no last ReLU, mean", {
        **step, "arch": {**head, "linear_final": 1}, "size": (5, 33, 40)}
    yield "head, frozen up to its last norm", {
        **step, "arch": fastai, "size": (5, 33, 40), "frozen": len(list(DenseNet(fastai).tensors())) - 5}
    # At random weights the last block's ReLUs see 16 values per channel. One that
    # rounding moves to the other side of zero changes the gradient by a
    # hundredth, also between PyTorch and its own float64: the step has to be a
    # typical one.
    yield "reference model", {**step, "arch": reference, "size": (4, 64, 64), "rate": 0.01}
    epoch = {**step, "rate": 0.02, "steps": 12}
    yield "epoch, head with maxima", {
        **epoch, "steps": 6, "arch": fastai, "size": (8, 33, 32), "seed": 3}
    yield "epoch, bottleneck", {**epoch, "arch": cifar, "size": (8, 32, 32)}
    yield "epoch, plain, AdamW", {
        **epoch, "arch": plain, "size": (8, 20, 20), "optimiser": "adamw", "rate": 1e-3}
    yield "epoch, stem with maximum", {**epoch, "arch": BASE, "size": (8, 40, 40)}


def main():
    torch.set_num_threads(2)
    wanted = sys.argv[1:]
    failures = [name for name, case in cases()
                if (not wanted or any(w in name for w in wanted)) and run_case(name, case)]
    if failures:
        sys.exit("FAILED: " + "; ".join(failures))


if __name__ == "__main__":
    main()
