# SPDX-License-Identifier: MIT
"""Live modules of PyTorch's, read as networks."""
from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from . import _native
from ._arrays import as_bytes
from ._errors import MismatchError, held_warnings, warn
from ._forward import agreement
from ._loading import reading_of
from ._network import Network

if TYPE_CHECKING:
    import torch

#: doubts of the library's that the module's own answer removes
DOUBTS = ("taken to be a DenseNet's", "which this program does not follow", "cannot be known")


def _pickled(module: "torch.nn.Module") -> Tuple[memoryview, bool]:
    """The module as a file, and whether it is whole: of one that cannot be pickled, the tensors alone."""
    import torch
    from torch import jit

    memory = io.BytesIO()
    if isinstance(module, jit.ScriptModule):
        jit.save(module, memory)
        return memory.getbuffer(), True
    try:
        torch.save(module, memory)
        return memory.getbuffer(), True
    except (pickle.PicklingError, AttributeError, TypeError, RuntimeError):
        memory = io.BytesIO()
        torch.save(module.state_dict(), memory)
        return memory.getbuffer(), False


def read_module(module: "torch.nn.Module", threads: int, precision: str,
                options: Dict[str, Any]) -> Tuple[Network, str]:
    """The network that a module is, and of which kind the module's answers are."""
    import torch

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"a torch.nn.Module is needed, and this is a {type(module).__name__}; load() reads files, "
                        f"from_tensors() state dicts")
    name = f"the module {type(module).__name__}"
    data, whole = _pickled(module)
    with held_warnings() as held:
        net = Network(_native.model_read(as_bytes(data), name.encode(), reading_of(options)), threads, precision)
    try:
        shown = agreement(module, net)
    except MismatchError as error:
        raise MismatchError(f"{name}: {error}") from None
    if not shown.unknown:
        object.__setattr__(net, "warning", net.warning and _without_doubts(net.warning, name))
        held = [rest for rest in (_without_doubts(sentence, name) for sentence in held) if rest]
    elif any(doubt in sentence for sentence in held for doubt in DOUBTS):
        held = [f"{sentence}; the module {shown.unknown}" for sentence in held]
    elif shown.strange or not whole:
        held.append(f"{name}: its forward() is taken to be a DenseNet's: the module {shown.unknown}")
    for sentence in held:
        warn(sentence)
    return net, shown.kind


def _without_doubts(sentence: str, name: str) -> Optional[str]:
    """A warning less what the module's own answer has shown; None if nothing is left."""
    parts: List[str] = sentence[len(name) + 2:].split("; ") if sentence.startswith(f"{name}: ") else [sentence]
    left = [part for part in parts if not any(doubt in part for doubt in DOUBTS)]
    return f"{name}: {'; '.join(left)}" if left and len(left) < len(parts) else sentence if left else None


def from_torch(module: "torch.nn.Module", *, threads: int = 0, precision: str = "f32", **options: Any) -> Network:
    """A network of a live module of PyTorch's, also a scripted one: what its modules are, strides,
    pools, epsilons and heads, is read from them and not only from the tensors. The weights are
    copied. Options are load()'s.

    A copy of the module is run once, in eval mode and float32 on the CPU, on a random picture: its
    answer must be the network's logits or, where it ends in a softmax or sigmoids, probabilities;
    net(x) are the logits. Raises MismatchError if its forward(), or a hook, does something else;
    warns (DenseNetWarning) where this is possible and the copy cannot be run.
    """
    return read_module(module, threads, precision, options)[0]
