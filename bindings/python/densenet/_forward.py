# SPDX-License-Identifier: MIT
"""Runs a live module of PyTorch's once, to see whether it answers as the network that its modules are."""
from __future__ import annotations

import copy
import warnings
from typing import Any, Iterator, List, NamedTuple, Tuple

import numpy as np

from . import _native
from ._arrays import ArrayLike, FloatArray
from ._errors import MismatchError
from ._network import Network

#: of the answers' greatest number, what rounding may make of it
TOLERANCE = 1e-3


def computed(net: Network, x: ArrayLike, kind: str) -> FloatArray:
    """What a module of this kind answers: "logits", "probabilities", or, without a head, "features"."""
    if kind == "features":
        pooled: FloatArray = net.features(x, "pool")
        return pooled.reshape(len(pooled), -1)
    return net(x) if kind == "logits" else net.probabilities(net(x))


class Shown(NamedTuple):
    """What a run of the module showed."""

    kind: str  #: of its answers: "logits", "probabilities", "features"
    unknown: str = ""  #: why this is not known
    strange: bool = False  #: it ran, and gives nothing that can be compared


def _sizes(net: Network) -> Iterator[Tuple[int, int]]:
    """Heights and widths of pictures that the module may take: a small one, its pipeline's, usual ones."""
    size = _native.preprocess_parse(net.preprocess, net.preprocess)[1]
    sides = [(64, 64)] + ([] if size is None else [(size[1], size[0])]) + [(32, 32), (224, 224)]
    return iter(dict.fromkeys(side for side in sides if min(side) >= net.arch.smallest_input))


def _kind(net: Network, x: FloatArray, answer: FloatArray) -> str:
    """What an answer is. Raises MismatchError for none that the network has."""
    kinds = ("logits", "probabilities") if net.arch.classes else ("features",)
    apart: List[float] = []
    for kind in kinds:
        expected = computed(net, x, kind)
        if answer.size != expected.size:
            raise MismatchError(f"its forward() gives an answer of the shape {answer.shape}, where its modules are a "
                                f"network with {expected.size} outputs")
        given, scale = answer.reshape(expected.shape), float(np.nanmax(np.abs(expected), initial=0))
        if np.allclose(given, expected, rtol=0, atol=TOLERANCE * scale, equal_nan=True):
            return kind
        apart.append(float(np.abs(given - expected).max()))
    raise MismatchError(f"its forward() does something else than the DenseNet that its modules are: for a random "
                        f"picture of {x.shape[2]}x{x.shape[3]} its {kinds[0]} differ by up to {apart[0]:.3g}")


def _compared(module: Any, net: Network) -> Shown:
    """Of a copy in eval mode. A module that pools by a fixed window, or scales its pictures, agrees at
    one size only."""
    import torch

    usual = "logits" if net.arch.classes else "features"
    fault, refused = "", None
    for height, width in _sizes(net):
        noise = torch.Generator().manual_seed(0)
        x = torch.randn(1, net.arch.channels, height, width, generator=noise, dtype=torch.float32)
        given = x.numpy().copy()
        try:
            answer = module(x)
        except Exception as error:  # whatever the code of others raises
            fault = fault or f"cannot be run on a picture of {height}x{width}: {error}"
            continue
        if not isinstance(answer, torch.Tensor):
            return Shown(usual, f"gives a {type(answer).__name__} and no tensor", True)
        if not net.arch.classes and answer.dim() != 2:
            return Shown(usual, "gives maps")
        try:
            return Shown(_kind(net, given, answer.float().numpy()))
        except MismatchError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return Shown(usual, fault)


def agreement(module: Any, net: Network) -> Shown:
    """Whether the module answers as the network does: a copy of it is run, so that nothing of it changes."""
    import torch

    with warnings.catch_warnings(), torch.no_grad(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")
        try:
            copied = copy.deepcopy(module).to("cpu", torch.float32)
            if getattr(copied, "training", False):
                copied.eval()
        except Exception as error:
            return Shown("logits" if net.arch.classes else "features", f"cannot be copied: {error}")
        with Network(net._model, int(net._sessions.options["threads"])) as plain:  # in float32
            return _compared(copied, plain)
