# SPDX-License-Identifier: MIT
"""Between PyTorch's modules and this library, both ways; PyTorch must be installed."""
from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, List

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ._forward import computed
from ._modules import read_module
from ._network import Network

if TYPE_CHECKING:
    from ._facts import Arch


class Replaced(nn.Module):
    """A module whose forward runs in this library: for inference on the CPU, without gradients.

    It has no parameters: training, state_dict() and to(device) are the original's business.
    """

    def __init__(self, net: Network, kind: str = "logits") -> None:
        super().__init__()
        self.net = net
        self.kind = kind  #: what forward gives: "logits", "probabilities", "features"
        self.eval()

    def train(self, mode: bool = True) -> "Replaced":
        """RuntimeError for anything but eval mode."""
        if mode:
            raise RuntimeError("a replaced module is for inference: train the original, or use densenet.train()")
        super().train(False)
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the original answers, logits, probabilities or features, (n, outputs) in float32, of
        (n, channels, height, width) floats in the CPU's memory."""
        if not isinstance(x, torch.Tensor):
            raise TypeError(f"a replaced module takes tensors, and this is a {type(x).__name__}; its net takes arrays")
        if torch.jit.is_tracing():
            raise RuntimeError("a replaced module cannot be traced, as its answer would be a constant: trace or export "
                               "the original, or save() its net")
        if x.requires_grad and torch.is_grad_enabled():
            raise RuntimeError("a replaced module has no gradients, and its input requires them: "
                               "detach() the input, or call it within torch.no_grad()")
        return torch.from_numpy(computed(self.net, x, self.kind))

    def extra_repr(self) -> str:
        return repr(self.net)


def replace(module: nn.Module, **options: Any) -> Replaced:
    """A module that answers as `module`, a DenseNet, does in eval mode, and computes here. Options
    are from_torch()'s. Raises MismatchError if it is no DenseNet, or its forward() does more."""
    threads, precision = options.pop("threads", 0), options.pop("precision", "f32")
    return Replaced(*read_module(module, threads, precision, options))


class Layer(nn.Module):
    """BN-ReLU-conv3x3, or with a bottleneck BN-ReLU-conv1x1-BN-ReLU-conv3x3 (Huang et al., 2017)."""

    def __init__(self, inputs: int, arch: Arch) -> None:
        super().__init__()
        inner, epsilon = arch.bottleneck * arch.growth, arch.bn_epsilon
        self.norm1 = nn.BatchNorm2d(inputs, eps=epsilon)
        if inner:
            self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
            self.norm2 = nn.BatchNorm2d(inner, eps=epsilon)
            self.conv2 = nn.Conv2d(inner, arch.growth, 3, padding=1, bias=False)
        else:
            self.conv1 = nn.Conv2d(inputs, arch.growth, 3, padding=1, bias=False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        new = self.conv1(functional.relu(self.norm1(maps)))
        if hasattr(self, "conv2"):
            new = self.conv2(functional.relu(self.norm2(new)))
        return torch.cat([maps, new], 1)


class DenseNet(nn.Module):
    """The networks of the paper that torchvision's class cannot be: stems of 3x3, plain layers, any
    number of blocks. Tensors have torchvision's names."""

    def __init__(self, arch: Arch, final_norm: str) -> None:
        super().__init__()
        maps, parts = arch.stem_channels, self._stem(arch)
        for i, layers in enumerate(arch.blocks, 1):
            block: OrderedDict[str, nn.Module] = OrderedDict()
            for j in range(1, layers + 1):
                block[f"denselayer{j}"] = Layer(maps, arch)
                maps += arch.growth
            parts[f"denseblock{i}"] = nn.Sequential(block)
            if i < len(arch.blocks):
                kept = int(arch.compression * maps)
                parts[f"transition{i}"] = nn.Sequential(OrderedDict(
                    norm=nn.BatchNorm2d(maps, eps=arch.bn_epsilon), relu=nn.ReLU(),
                    conv=nn.Conv2d(maps, kept, 1, bias=False), pool=nn.AvgPool2d(2)))
                maps = kept
        parts[final_norm] = nn.BatchNorm2d(maps, eps=arch.bn_epsilon)
        self.features = nn.Sequential(parts)
        self.classifier = nn.Linear(maps, arch.classes)

    @staticmethod
    def _stem(arch: Arch) -> OrderedDict[str, nn.Module]:
        large = arch.stem == "imagenet"
        side, stride, padding = (7, 2, 3) if large else (3, 1, 1)
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["conv0"] = nn.Conv2d(arch.channels, arch.stem_channels, side, stride, padding, bias=False)
        if arch.stem != "cifar":
            parts["norm0"] = nn.BatchNorm2d(arch.stem_channels, eps=arch.bn_epsilon)
            parts["relu0"] = nn.ReLU()
        if large:
            parts["pool0"] = nn.MaxPool2d(3, 2, 1)
        return parts

    def forward(self, x: torch.Tensor) -> Any:
        maps = functional.relu(self.features(x))
        return self.classifier(functional.adaptive_avg_pool2d(maps, 1).flatten(1))


def _torchvision(arch: Arch) -> nn.Module:
    from torchvision.models import DenseNet as Published

    first, second, third, fourth = arch.blocks
    module: nn.Module = Published(arch.growth, (first, second, third, fourth), arch.stem_channels, arch.bottleneck, 0,
                                  arch.classes)
    return module


def module_of(net: Network) -> nn.Module:
    """The same network as a module in eval mode, with a copy of its weights: torchvision's class
    where that is installed and can be it, else this file's. Raises NotImplementedError for heads
    and stems that neither has; save() writes those as ONNX."""
    arch = net.arch
    if arch.unusual or arch.stem == "deep" or arch.head != f"mean,linear={arch.classes}" or net.quantisation:
        raise NotImplementedError(f"to_torch() makes networks with the usual stems, ReLUs and head in floats, and this "
                                  f"one ({arch.stem} stem, head {arch.head}) is another; save() writes it as ONNX")
    names: List[str] = list(net.tensors)
    final = next(name.split(".")[1] for name in reversed(names) if name.startswith("features.norm"))
    like_torchvision = (arch.stem == "imagenet" and arch.bottleneck and arch.compression == 0.5 and arch.channels == 3
                        and arch.bn_epsilon == 1e-5 and len(arch.blocks) == 4)
    try:
        module = _torchvision(arch) if like_torchvision else DenseNet(arch, final)
    except ImportError:
        module = DenseNet(arch, final)
    state = {name: torch.from_numpy(np.array(value)) for name, value in net.tensors.items()}
    lacking = module.load_state_dict(state, strict=False)
    if lacking.unexpected_keys or any(not key.endswith("num_batches_tracked") for key in lacking.missing_keys):
        raise NotImplementedError(f"to_torch() has no module with the tensors {lacking.unexpected_keys[:3]}")
    return module.eval()
