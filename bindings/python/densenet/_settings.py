# SPDX-License-Identifier: MIT
"""The settings of a training: what is given, else a recipe's, else the usual ones."""
from __future__ import annotations

import json
import math
from typing import Any, Dict, Iterable, List, Optional

import numpy as np

from . import _native
from ._arguments import whole_number
from ._arrays import ArrayLike, FloatArray, to_numpy

USUAL = {"epochs": 30, "batch": 64, "accumulate": 1, "optimiser": "sgd", "schedule": "cosine", "warmup": 0,
         "nesterov": False}
MOST_SHARES = 8
TEXTS = ("augment", "optimiser", "schedule", "precision", "freeze")
#: train()'s names of settings that the program calls otherwise
NAMES = {"batch-size": "batch", "lr": "rate", "optimizer": "optimiser", "label-smoothing": "smoothing"}
#: what has no effect without a value of another setting
NEEDED = {"nesterov": ("optimiser", "sgd"), "milestones": ("schedule", "step")}


def value_of(text: str) -> Any:
    """A setting as the program writes it: a number, a truth, a list of numbers or a text."""
    try:
        values = json.loads(f"[{text}]")
    except ValueError:
        return text
    return values[0] if len(values) == 1 else values


def recipe_of(name: Optional[str]) -> Dict[str, Any]:
    """A recipe's settings by train()'s names."""
    if name is None:
        return {}
    return {NAMES.get(option, option): value_of(text) for option, text in _native.recipe(name)}


def shares(name: str, values: Iterable[float]) -> List[float]:
    """Where something changes in the run."""
    found = [float(value) for value in values]
    if len(found) > MOST_SHARES or not all(one < other for one, other in zip([0, *found], [*found, 1])):
        raise ValueError(f"{name}={found}: up to {MOST_SHARES} rising shares of the run, between 0 and 1, are needed")
    return found


def settings_of(recipe: Optional[str], given: Dict[str, Any]) -> Dict[str, Any]:
    """All settings; what was given, is not None and would have no effect is refused."""
    given = {name: value for name, value in given.items() if value is not None}
    if "milestones" in given:
        given["milestones"] = shares("milestones", given["milestones"])
    found = {**USUAL, **recipe_of(recipe), **given}
    for name, (other, needed) in NEEDED.items():
        if given.get(name) and found[other] != needed:
            raise ValueError(f"{name}= is of {other}={needed!r}, {found[other]!r} has none")
    adam = found["optimiser"] == "adamw"
    found = {"rate": 0.001 if adam else 0.1, "weight_decay": 0.01 if adam else 1e-4, "milestones": [], **found}
    for name in ("epochs", "batch", "accumulate"):
        whole_number(name, found[name], 1, 2**31 - 1)
    for name, value in found.items():
        if isinstance(value, str) and name not in TEXTS:
            raise TypeError(f"{name}={value!r}: a number is needed")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name}={value}: a finite number is needed")
    return found


def output_weights(weights: Optional[ArrayLike], outputs: int) -> Optional[FloatArray]:
    """What each output counts in the loss, (outputs,)."""
    if weights is None:
        return None
    found = np.ascontiguousarray(to_numpy(weights), dtype=np.float32)
    if found.shape != (outputs,):
        raise ValueError(f"weights of the shape {found.shape}: one for each of {outputs} outputs is needed")
    if not (np.isfinite(found) & (found >= 0)).all():
        raise ValueError("weights: finite numbers of 0 or more are needed")
    return found
