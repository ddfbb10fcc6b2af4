# SPDX-License-Identifier: MIT
"""Where the batches of a training come from: arrays, or whatever yields batches; _files.py has files."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Iterator, List, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._arrays import FloatArray, to_numpy
from ._network import Network
from ._pairs import Pair, outputs_of, pair_of, targets_of, task_of, validation_of
from ._scores import Score, score_of

if TYPE_CHECKING:
    from ._native import Step, Trainer


class Source:
    """Batches, epoch by epoch, and what there is to validate on."""

    task: str  #: "classes" or "labels"
    labels: Tuple[Optional[str], ...]  #: names of the outputs, None where none is known
    shape: Tuple[int, int, int]  #: of a picture: channels, height, width
    batch: int  #: most pictures of a batch
    batches: int  #: of an epoch
    accumulate: int = 1  #: batches of a step
    preprocess: Optional[str] = None  #: what makes the pictures, to be recorded
    val: Any = None
    _epoch = _at = 0  #: the next batch

    @property
    def steps(self) -> int:
        """Of an epoch; its last one may have fewer batches."""
        return -(-self.batches // self.accumulate)

    def seek(self, epoch: int, step: int) -> None:
        """Chooses the next step, from 0."""
        self._epoch, self._at = epoch, step * self.accumulate
        self._seek()

    def step(self, trainer: Trainer) -> Step:
        """Trains on the next batches."""
        if self._at == self.batches:
            self._epoch, self._at = self._epoch + 1, 0
            self._turn()
        parts: List[Tuple[FloatArray, FloatArray]] = []
        while self._at < self.batches and len(parts) < self.accumulate:
            parts.append(self._next())
            self._at += 1
        return _native.trainer_step(trainer, parts)

    def _seek(self) -> None:
        """Goes to the batch that was chosen."""
        raise NotImplementedError

    def _turn(self) -> None:
        """Begins the epoch after the one that has ended."""

    def _next(self) -> Tuple[FloatArray, FloatArray]:
        """The next batch's pictures and targets."""
        raise NotImplementedError

    def validate(self, net: Network) -> Optional[Score]:
        """None if there is nothing to validate on."""
        return None if self.val is None else score_of(net, self.val[0], self.val[1], self.task, self.batch)


class Arrays(Source):
    """Pictures and answers in memory, in another order in each epoch."""

    def __init__(self, data: Pair, val: Optional[Pair], batch: int, seed: int, labels: Optional[Sequence[str]],
                 start: Optional[Network], weighted: bool) -> None:
        self._x, y = pair_of(data, "data")
        self.task, self.labels = task_of(y), outputs_of(y, labels, start)
        self._y, self._seed = targets_of(y, len(self.labels)), seed
        self._rarities = rarities(to_numpy(y)) if weighted else None
        self.shape = (self._x.shape[1], self._x.shape[2], self._x.shape[3])
        self.val = validation_of(val, self.shape[0], self.task, len(self.labels))
        self.batch = min(batch, len(self._x))
        self.batches = -(-len(self._x) // self.batch)
        self.seek(0, 0)

    def _turn(self) -> None:
        random, count = np.random.default_rng((self._seed, self._epoch)), len(self._x)
        self._order: NDArray[Any] = random.permutation(count) if self._rarities is None else random.choice(
            count, count, p=self._rarities / self._rarities.sum())

    _seek = _turn

    def _next(self) -> Tuple[FloatArray, FloatArray]:
        places = self._order[self._at * self.batch:(self._at + 1) * self.batch]
        return self._x[places], self._y[places]


def rarities(classes: NDArray[Any]) -> NDArray[np.float64]:
    """How often each picture is to be drawn, in proportion, so that all classes come equally often."""
    if classes.ndim != 1 or classes.min() < 0:
        raise ValueError('sampler="weighted" draws classes equally often, and the data has labels; weights= is for '
                         'these')
    found: NDArray[np.float64] = 1 / np.bincount(classes)[classes]
    return found


class Batches(Source):
    """Whatever yields (pictures, answers): a DataLoader, a list, a generator. What can be gone
    through again, is, in each epoch; a generator goes on where it was."""

    def __init__(self, loader: Iterable[Pair], val: Optional[Pair], steps: Optional[int],
                 labels: Optional[Sequence[str]], start: Optional[Network]) -> None:
        self._loader, self._once = loader, hasattr(loader, "__next__")
        if steps is None and not hasattr(loader, "__len__"):
            raise TypeError("a loader without a length: steps=, the batches of an epoch, is needed")
        self.batches = len(loader) if steps is None else steps  # type: ignore[arg-type]
        self._rest: Iterator[Pair] = iter(loader)
        self._first: Optional[Pair] = next(self._rest, None)
        if self._first is None or self.batches < 1:
            raise ValueError("the loader has no batch")
        x, y = pair_of(self._first, "the loader's batch")
        if labels is None:
            labels = getattr(getattr(loader, "dataset", None), "classes", None)
        if labels is None and start is None and to_numpy(y).ndim == 1:
            raise TypeError("how many classes the loader has is not known: labels=[...] is needed")
        self.task, self.labels = task_of(y), outputs_of(y, labels, start)
        self.shape, self.batch = (x.shape[1], x.shape[2], x.shape[3]), len(x)
        self.val = validation_of(val, self.shape[0], self.task, len(self.labels))

    def _seek(self) -> None:
        for _ in range(self._at + (self._epoch * self.batches if self._once else 0)):
            self._pull()

    def _turn(self) -> None:
        if not self._once:
            self._rest, self._first = iter(self._loader), None

    def _pull(self) -> Pair:
        pair, self._first = self._first, None
        if pair is None:
            pair = next(self._rest, None)
        if pair is None:
            raise ValueError(f"the loader ended before the {self.batches} batches of its epoch")
        return pair

    def _next(self) -> Tuple[FloatArray, FloatArray]:
        x, y = pair_of(self._pull(), "the loader's batch")
        if x.shape[1:] != self.shape:
            raise ValueError(f"the loader gives pictures of the shape {x.shape[1:]} after ones of {self.shape}; all "
                             f"have one")
        targets = targets_of(y, len(self.labels))
        if self.accumulate == 1:
            return x, targets
        return np.array(x), np.array(targets)  # a loader may fill the same memory again
