# SPDX-License-Identifier: MIT
"""What the comparisons of ONNX files share: networks with settled statistics, exports, and the program's
logits beside PyTorch's."""
import json
import warnings

from weight_parity import check, run

import numpy
import torch
import torchvision
from torch import nn
from torch.onnx import TrainingMode

TOLERANCE = 2e-6
UNFOLDED = {"do_constant_folding": False, "training": TrainingMode.PRESERVE}


def settle(net, size, channels=3):
    """Statistics, scales and biases as training leaves them."""
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
            nn.init.normal_(module.weight, 1, 0.2)
            nn.init.normal_(module.bias, 0, 0.2)
            module.momentum = None
    net.train()
    with torch.no_grad():
        for _ in range(2):
            net(torch.randn(4, channels, *size))
    return net.eval()


def small(seed=1, classes=5, **options):
    torch.manual_seed(seed)
    return settle(torchvision.models.DenseNet(8, (2, 3, 2), 12, num_classes=classes, **options), (64, 64))


def export(net, path, opset=13, size=(64, 64), channels=3, example=None, **options):
    example = torch.randn(2, channels, *size) if example is None else example
    axes = {"pictures": {0: "n", 2: "height", 3: "width"}} if options.pop("dynamic", False) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net.eval(), example, path, opset_version=opset, input_names=["pictures"], dynamic_axes=axes, **options)


def compare(what, net, path, size=(64, 64), channels=3, tolerance=TOLERANCE, expect=None, **said):
    """The program's logits of a file against a network's; `said`: what info --json has."""
    x = torch.randn(2, channels, *size, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        expected = (net(x) if expect is None else expect(x)).numpy()
    numpy.save(f"{path}.x.npy", x.numpy())
    done = run("forward", "-w", path, "-i", f"{path}.x.npy", "-o", f"{path}.y.npy")
    found = numpy.load(f"{path}.y.npy") if done.returncode == 0 else expected * 0
    error = numpy.abs(found - expected).max() / numpy.abs(expected).max()
    check(what, error < tolerance, f"relative error {error:.1e} {done.stderr if error >= tolerance else ''}")
    info = json.loads(run("info", "--json", path).stdout or "{}")
    wrong = {key: info.get(key) for key, value in said.items() if info.get(key) != value}
    check(f"{what}, said", not wrong, str(wrong) if wrong else "")
