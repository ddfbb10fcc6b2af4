# SPDX-License-Identifier: MIT
"""A classifier as scikit-learn's tools take them; scikit-learn 1.6 or later must be installed."""
from __future__ import annotations

import math
from typing import Any, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ._arrays import FloatArray
from ._loading import init, load
from ._network import Network, Path
from ._scores import log_softmax
from ._training import train


class DenseNetClassifier(ClassifierMixin, BaseEstimator):
    """Trains a network on arrays and answers as scikit-learn's classifiers do.

    X: pictures (n, channels, height, width), or rows (n, features): with `shape` (channels, height,
    width) those of a picture each; without, a row is laid into the smallest square that holds it
    and that the network takes, line by line, zeros behind. Each channel is shifted and scaled to
    the training data's mean 0 and deviation 1 (mean_, scale_). y: any classes.

    arch, epochs, batch, optimiser, rate, weight_decay, schedule, warmup, threads, precision: as
    densenet.train() has them; so is start, which stands instead of arch. random_state: of the
    weights and of the order; with a number, fits are the same to the bit. After fit(): net_, the
    Network; history_, an Epoch each; classes_.
    """

    def __init__(self, arch: Optional[str] = "densenet-bc-40-12", *, start: Union[Network, Path, None] = None,
                 shape: Optional[Tuple[int, int, int]] = None, epochs: int = 30, batch: int = 64,
                 optimiser: str = "sgd", rate: Optional[float] = None, weight_decay: Optional[float] = None,
                 schedule: str = "cosine", warmup: float = 0, threads: int = 0, precision: str = "f32",
                 random_state: Any = None) -> None:
        self.arch = arch
        self.start = start
        self.shape = shape
        self.epochs = epochs
        self.batch = batch
        self.optimiser = optimiser
        self.rate = rate
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.warmup = warmup
        self.threads = threads
        self.precision = precision
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "DenseNetClassifier":
        """Trains from the beginning. Raises ValueError for fewer than two classes."""
        X, y = validate_data(self, X, y, dtype=np.float32, allow_nd=True, ensure_min_samples=2)
        check_classification_targets(y)
        self.classes_, answers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class, {self.classes_[0]!r}; two or more are needed")
        begun = self.start if self.start is None or isinstance(self.start, Network) else load(self.start)
        self._side = self._smallest(begun, X)
        pictures = self._pictures(X)
        self.mean_ = pictures.mean((0, 2, 3), dtype=np.float64)
        deviation = pictures.std((0, 2, 3), dtype=np.float64)
        self.scale_ = np.where(deviation > 0, deviation, 1)
        done = train((self._scaled(pictures), answers), arch=None if begun else self.arch, start=begun,
                     labels=[str(name) for name in self.classes_], epochs=self.epochs, batch=self.batch,
                     optimiser=self.optimiser, rate=self.rate, weight_decay=self.weight_decay,
                     schedule=self.schedule, warmup=self.warmup, threads=self.threads, precision=self.precision,
                     seed=int(check_random_state(self.random_state).randint(2**31 - 1)))
        self.net_ = done.net
        self.history_ = done.history
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """(n, classes), in the order of classes_."""
        check_is_fitted(self, "net_")
        X = validate_data(self, X, dtype=np.float32, allow_nd=True, reset=False)
        pictures = self._scaled(self._pictures(X))
        step = 256  # at once, so that memory does not grow with n
        logits = np.concatenate([self.net_(pictures[i:i + step]) for i in range(0, len(pictures), step)])
        shares: NDArray[np.float64] = np.exp(log_softmax(logits))
        return shares

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each picture, (n,)."""
        found: NDArray[Any] = self.predict_proba(X).argmax(1)
        answers: NDArray[Any] = self.classes_[found]
        return answers

    def _smallest(self, begun: Optional[Network], X: NDArray[Any]) -> int:
        """The side of the squares that rows without a shape are laid into."""
        if X.ndim != 2 or self.shape is not None:
            return 0
        least = (begun or init(str(self.arch))).arch.smallest_input
        return max(least, math.isqrt(X.shape[1] - 1) + 1)

    def _pictures(self, X: NDArray[Any]) -> FloatArray:
        if X.ndim == 4 and self.shape is None:
            return X
        if X.ndim != 2:
            raise ValueError(f"X has the shape {X.shape}: (n, channels, height, width), or (n, features), is needed")
        if self.shape is not None:
            if X.shape[1] != math.prod(self.shape):
                raise ValueError(f"rows of {X.shape[1]} features are no pictures of the shape {self.shape}")
            return X.reshape(len(X), *self.shape)
        squares = np.zeros((len(X), self._side * self._side), dtype=np.float32)
        squares[:, :X.shape[1]] = X
        return squares.reshape(len(X), 1, self._side, self._side)

    def _scaled(self, pictures: FloatArray) -> FloatArray:
        mean: FloatArray = self.mean_.astype(np.float32)[:, None, None]
        scale: FloatArray = self.scale_.astype(np.float32)[:, None, None]
        result: FloatArray = np.asarray((pictures - mean) / scale, dtype=np.float32)
        return result
