# SPDX-License-Identifier: MIT
"""The reference PyTorch module, extended to every architecture this project knows.

Class names, order of modules and state_dict names are the reference model's
wherever it has the thing; a plain layer (no bottleneck) is a DenseLayer, the
CIFAR stem is a conv1 of one convolution without a max-pool after it. As in
the reference, a layer's new maps come first in the concatenation.
"""
from collections import namedtuple

import torch
from torch import nn

Arch = namedtuple("Arch", "blocks growth stem_channels bottleneck compression stem channels classes")
IMAGENET = {
    121: (32, [6, 12, 24, 16]), 169: (32, [6, 12, 32, 32]), 201: (32, [6, 12, 48, 32]),
    264: (32, [6, 12, 64, 48]), 161: (48, [6, 12, 36, 24]),
}


def imagenet(depth, **changes):
    growth, blocks = IMAGENET[depth]
    return Arch(blocks, growth, 2 * growth, 4, 0.5, "imagenet", 3, 1000)._replace(**changes)


def cifar(depth, growth, bottleneck, **changes):
    """densenet-L-K, or densenet-bc-L-K with bottlenecks."""
    layers = (depth - 4) // (6 if bottleneck else 3)
    rest = (2 * growth, 4, 0.5) if bottleneck else (16, 0, 1.0)
    return Arch([layers] * 3, growth, *rest, "cifar", 3, 10)._replace(**changes)


def norm_relu_conv(channels, out, kernel):
    return [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=False)]


class DenseLayer(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.residual = nn.Sequential(*norm_relu_conv(channels, growth, 3))

    def forward(self, x):
        return torch.cat([self.residual(x), x], dim=1)


class Bottleneck(DenseLayer):
    def __init__(self, channels, growth, width):
        nn.Module.__init__(self)
        self.residual = nn.Sequential(*norm_relu_conv(channels, width, 1), *norm_relu_conv(width, growth, 3))


class Transition(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.transition = nn.Sequential(*norm_relu_conv(channels, out, 1), nn.AvgPool2d(2))

    def forward(self, x):
        return self.transition(x)


def stem_convolutions(arch):
    """(in, out, kernel, stride) of each."""
    if arch.stem == "deep":
        hidden = arch.growth
        return [(arch.channels, hidden, 3, 2), (hidden, hidden, 3, 1), (hidden, arch.stem_channels, 3, 1)]
    kernel, stride = (7, 2) if arch.stem == "imagenet" else (3, 1)
    return [(arch.channels, arch.stem_channels, kernel, stride)]


class DenseNet(nn.Module):
    def __init__(self, arch):
        super().__init__()
        stem = []
        for i, o, kernel, stride in stem_convolutions(arch):
            stem.append(nn.Conv2d(i, o, kernel, stride, kernel // 2, bias=False))
            if arch.stem != "cifar":
                stem += [nn.BatchNorm2d(o), nn.ReLU()]
        self.conv1 = nn.Sequential(*stem)
        if arch.stem in ("imagenet", "deep"):
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.dense_channels = arch.stem_channels
        self.dense_blocks = nn.Sequential(
            *[self._block(arch, n, i == len(arch.blocks) - 1) for i, n in enumerate(arch.blocks)])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(self.dense_channels, arch.classes)

    def _block(self, arch, count, last):
        layers = []
        for _ in range(count):
            if arch.bottleneck:
                layers.append(Bottleneck(self.dense_channels, arch.growth, arch.bottleneck * arch.growth))
            else:
                layers.append(DenseLayer(self.dense_channels, arch.growth))
            self.dense_channels += arch.growth
        if last:
            layers += [nn.BatchNorm2d(self.dense_channels), nn.ReLU()]
        else:
            out = int(self.dense_channels * arch.compression)
            layers.append(Transition(self.dense_channels, out))
            self.dense_channels = out
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.conv1(x)
        if hasattr(self, "maxpool"):
            x = self.maxpool(x)
        return self.fc(torch.flatten(self.avgpool(self.dense_blocks(x)), 1))
