# SPDX-License-Identifier: MIT
"""How a network answers arrays: loss, and accuracy or mean AUROC."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._arrays import ArrayLike, FloatArray, as_batch, to_numpy

if TYPE_CHECKING:
    from ._network import Network


class Score(NamedTuple):
    """loss: mean cross-entropy in nats. score: accuracy of classes, mean AUROC of labels; 0..1."""

    loss: float
    score: float


def log_softmax(logits: FloatArray) -> NDArray[np.float64]:
    """(n, classes)"""
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return result


def auroc(scores: NDArray[Any], truth: NDArray[Any]) -> float:
    """Area under the ROC curve: how often a positive one is above a negative one, ties half (Mann
    and Whitney, 1947); NaN if all are alike."""
    ranks = np.unique(scores, return_inverse=True, return_counts=True)
    below = np.cumsum(ranks[2]) - (ranks[2] - 1) / 2
    positive = int(truth.sum())
    pairs = positive * (len(truth) - positive)
    above = below[ranks[1].reshape(-1)][truth].sum() - positive * (positive + 1) / 2
    return float(above / pairs) if pairs else float("nan")


def score_of(net: Network, x: ArrayLike, y: ArrayLike, task: str, batch: int) -> Score:
    """Of pictures (n, channels, height, width) and their answers: (n,) classes, or (n, labels)
    0..1, NaN where unknown."""
    pictures, answers = as_batch(x), to_numpy(y)
    logits = np.concatenate([net(pictures[i:i + batch]) for i in range(0, len(pictures), batch)])
    if task == "classes":
        losses = -log_softmax(logits)[np.arange(len(answers)), answers]
        return Score(float(losses.mean()), float((logits.argmax(1) == answers).mean()))
    known = ~np.isnan(answers)
    truth = np.where(known, answers, 0)
    errors = np.logaddexp(0, logits.astype(np.float64)) - truth * logits
    areas = [auroc(logits[known[:, i], i], truth[known[:, i], i] > 0.5) for i in range(logits.shape[1])]
    found = [area for area in areas if not np.isnan(area)]
    return Score(float(errors[known].mean()), float(np.mean(found)) if found else float("nan"))
