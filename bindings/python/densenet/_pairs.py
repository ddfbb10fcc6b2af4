# SPDX-License-Identifier: MIT
"""Pictures with their answers, as a training takes them, checked."""
from __future__ import annotations

from typing import Any, Optional, Sequence, Tuple

import numpy as np

from ._arrays import ArrayLike, FloatArray, as_batch, to_numpy
from ._errors import MismatchError
from ._network import Network

Pair = Tuple[ArrayLike, ArrayLike]


def targets_of(answers: ArrayLike, outputs: int) -> FloatArray:
    """(n, outputs): of whole numbers the class's 1 and 0 elsewhere; floats are taken as they are."""
    given = to_numpy(answers)
    if given.ndim == 1 and given.dtype.kind in "iu":
        if given.size and not 0 <= given.min() <= given.max() < outputs:
            raise MismatchError(f"classes from {given.min()} to {given.max()}: of {outputs} outputs, they are 0 to "
                                f"{outputs - 1}")
        return np.ascontiguousarray(np.eye(outputs, dtype=np.float32)[given])
    if given.ndim != 2 or given.shape[1] != outputs or given.dtype.kind not in "fiub":
        raise ValueError(f"answers of the type {given.dtype} and shape {given.shape}: (n,) whole numbers of classes, "
                         f"or (n, {outputs}) floats 0..1 of labels, NaN where unknown, are needed")
    targets = np.ascontiguousarray(given, dtype=np.float32)
    if targets.size and not 0 <= np.nanmin(targets, initial=0) <= np.nanmax(targets, initial=0) <= 1:
        raise ValueError(f"answers from {np.nanmin(targets)} to {np.nanmax(targets)}: of labels, 0..1 are needed, NaN "
                         f"where unknown")
    return targets


def pair_of(pair: Any, what: str) -> Pair:
    """Pictures and their answers, as many of these."""
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"{what} is a {type(pair).__name__}; (x, y), pictures and their answers, is needed")
    x, y = as_batch(pair[0]), to_numpy(pair[1])
    if not len(x) or y.ndim not in (1, 2) or len(x) != len(y):
        raise ValueError(f"{what}: {len(x)} pictures with {len(y) if y.ndim else 'no'} answers")
    if y.dtype.kind not in "fiub":
        raise TypeError(f"{what} has answers of the type {y.dtype}; classes are whole numbers, and labels= their names")
    return x, y


def validation_of(val: Any, channels: int, task: str, outputs: int) -> Optional[Pair]:
    """What arrays and loaders are validated on, checked before the first step."""
    if val is None or val is False:
        return None
    x, y = pair_of(val, "val")
    if x.shape[1] != channels:
        raise MismatchError(f"val has {x.shape[1]} channels, the pictures to train on {channels}")
    if task_of(y) != task:
        raise MismatchError(f"val has {task_of(y)}, the pictures to train on have {task}")
    targets_of(y, outputs)
    return x, y


def task_of(answers: ArrayLike) -> str:
    """Whole numbers, one per picture, are classes; a row per picture are labels."""
    return "classes" if to_numpy(answers).ndim == 1 else "labels"


def outputs_of(answers: ArrayLike, labels: Optional[Sequence[str]], start: Optional[Network]) -> Tuple[Optional[str], ...]:
    """By the labels given, else the network's to start from, else what the answers hold."""
    if labels is not None:
        return tuple(labels)
    given = to_numpy(answers)
    count = given.shape[1] if given.ndim == 2 else int(given.max()) + 1
    if start is not None and start.arch.classes >= count and task_of(given) == start.task:
        return start.labels
    return (None,) * count
