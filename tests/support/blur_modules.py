# SPDX-License-Identifier: MIT
"""timm's stem that blurs, from its definition: a network of torchvision's with a deep stem, 3x3 maxima with
stride 1 and the filter [1 2 1] x [1 2 1] / 16 of each channel of reflected maps with stride 2."""
from collections import OrderedDict

import torch
import torchvision
from torch import nn
from torch.nn import functional


class BlurPool2d(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.filt_size, self.stride, self.pad_mode = 3, 2, "reflect"
        taps = torch.tensor([1.0, 2.0, 1.0])
        filt = (taps[:, None] * taps / 16)[None, None].repeat(channels, 1, 1, 1)
        self.register_buffer("filt", filt, persistent=False)

    def forward(self, x):
        return functional.conv2d(functional.pad(x, (1, 1, 1, 1), "reflect"), self.filt, stride=2, groups=x.shape[1])


def deep_stem(net, hidden, out, pool):
    """The network with another stem."""
    convs = []
    for i, (a, b, stride) in enumerate(((3, hidden, 2), (hidden, hidden, 1), (hidden, out, 1))):
        convs += [(f"conv{i}", nn.Conv2d(a, b, 3, stride, 1, bias=False)), (f"norm{i}", nn.BatchNorm2d(b)),
                  (f"relu{i}", nn.ReLU())]
    later = [(name, part) for name, part in net.features.named_children() if name not in ("conv0", "norm0", "relu0", "pool0")]
    net.features = nn.Sequential(OrderedDict([*convs, ("pool0", pool), *later]))
    return net


def blurred(blocks=(6, 12, 24, 16), growth=4, classes=5, pool=None):
    net = torchvision.models.DenseNet(growth, blocks, 2 * growth, num_classes=classes)
    return deep_stem(net, growth, 2 * growth, pool or nn.Sequential(nn.MaxPool2d(3, 1, 1), BlurPool2d(2 * growth)))
