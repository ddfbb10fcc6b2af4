# SPDX-License-Identifier: MIT
"""Networks whose convolutions have biases, as in Dive into Deep Learning, give PyTorch's logits: in the
book's own modules, and in torchvision's with the default of nn.Conv2d; odd sizes of pictures included."""
import json

from weight_parity import check, main, refused, run

import numpy
import torch
import torchvision
from torch import nn


def d2l_layer(channels, growth):
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, growth, kernel_size=3, padding=1))


class D2lBlock(nn.Module):
    def __init__(self, layers, channels, growth):
        super().__init__()
        self.net = nn.Sequential(*(d2l_layer(channels + i * growth, growth) for i in range(layers)))

    def forward(self, x):
        for layer in self.net:
            x = torch.cat((x, layer(x)), dim=1)
        return x


def d2l(blocks, growth, channels, pictures, classes, flat):
    """The book's class (blocks by name), or its older script (all in one Sequential)."""
    stem = nn.Sequential(nn.Conv2d(pictures, channels, kernel_size=7, stride=2, padding=3), nn.BatchNorm2d(channels),
                         nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2, padding=1))
    parts = [("0", stem)]
    for i, layers in enumerate(blocks):
        parts.append((f"dense_blk{i + 1}", D2lBlock(layers, channels, growth)))
        channels += layers * growth
        if i != len(blocks) - 1:
            parts.append((f"tran_blk{i + 1}", nn.Sequential(
                nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels // 2, kernel_size=1),
                nn.AvgPool2d(kernel_size=2, stride=2))))
            channels //= 2
    end = [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(channels, classes)]
    if flat:
        return nn.Sequential(*(part for _, part in parts), *end)
    whole = nn.Module()
    whole.net = nn.Sequential()
    for name, part in [*parts, ("last", nn.Sequential(*end))]:
        whole.net.add_module(name, part)
    whole.forward = whole.net.forward
    return whole


def biased_torchvision(stem_norm=True):
    net = torchvision.models.DenseNet(8, (2, 3, 2), 12, num_classes=5)
    for parent in list(net.modules()):
        for name, conv in list(parent.named_children()):
            if isinstance(conv, nn.Conv2d):
                setattr(parent, name, nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding))
    if not stem_norm:
        net.features.conv0 = nn.Conv2d(3, 12, 3, 1, 1)
        for name in ("norm0", "relu0", "pool0"):
            delattr(net.features, name)
    return net


def settle(net, size, pictures):
    """Statistics, scales and biases as training leaves them: of these maps, and of some weight."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.2)
            nn.init.normal_(module.bias, 0, 0.2)
            module.momentum = None
        elif isinstance(module, nn.Conv2d):
            nn.init.normal_(module.bias, 0, 0.7)
    net.train()
    with torch.no_grad():
        for _ in range(2):
            net(torch.randn(4, pictures, *size))
    return net.eval()


def compare(what, net, path, size, pictures, state=None):
    x = torch.randn(2, pictures, *size)
    with torch.no_grad():
        expected = net(x).numpy()
    torch.save(net.state_dict() if state is None else state, path)
    numpy.save(f"{path}.x.npy", x.numpy())
    done = run("forward", "-w", path, "-i", f"{path}.x.npy", "-o", f"{path}.y.npy")
    found = numpy.load(f"{path}.y.npy") if done.returncode == 0 else expected * 0
    error = numpy.abs(found - expected).max() / numpy.abs(expected).max()
    check(what, error < 1e-5, f"relative error {error:.1e} {done.stderr}")
    check(f"{what}, said", "biases of convolutions were subtracted from running means" in run("info", path).stdout)


def book(folder):
    torch.manual_seed(1)
    for flat in (False, True):
        net = settle(d2l((4, 4, 4, 4), 32, 64, 1, 10, flat), (96, 96), 1)
        compare(f"d2l's network, {'one Sequential' if flat else 'blocks by name'}", net, f"{folder}/d2l.pth", (96, 96), 1)
        found = json.loads(run("info", "--json", f"{folder}/d2l.pth").stdout)
        check("its architecture", (found["blocks"], found["growth"], found["bottleneck"], found["stem"], found["concat"]) ==
              ([4, 4, 4, 4], 32, 0, "imagenet", "last"), str(found) if found["growth"] != 32 else "")
    net = settle(d2l((2, 3), 8, 12, 3, 4, True), (45, 61), 3)
    compare("a small one, odd sizes", net, f"{folder}/d2l.pth", (45, 61), 3)


def torchvisions(folder):
    torch.manual_seed(2)
    for stem_norm, size in ((True, (71, 50)), (False, (19, 22))):
        net = settle(biased_torchvision(stem_norm), size, 3)
        compare(f"torchvision's with biases, stem norm {stem_norm}", net, f"{folder}/tv.pth", size, 3)
    partly = {k: v for k, v in net.state_dict().items() if not k.endswith("conv2.bias")}
    for module in net.features.modules():
        if hasattr(module, "conv2"):
            module.conv2.bias.data.zero_()
    compare("biases in some", net, f"{folder}/tv.pth", size, 3, partly)
    partly["features.conv0.bias"] = torch.zeros(5)
    torch.save(partly, f"{folder}/tv.pth")
    refused("a bias of another length", run("convert", f"{folder}/tv.pth", f"{folder}/no.pth"),
            '"features.conv0.bias" is 5, 12 is expected', absent=f"{folder}/no.pth")


main((book, torchvisions))
