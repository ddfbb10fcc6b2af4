# SPDX-License-Identifier: MIT
"""Batches of a data set of files."""
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._arrays import FloatArray
from ._errors import warn
from ._evaluation import PORTIONS
from ._network import Network
from ._scores import Score
from ._sources import Source, rarities

if TYPE_CHECKING:
    from ._native import Dataset

#: pipelines of data sets that have one
USUAL = {"CIFAR-10": "cifar10", "CIFAR-100": "cifar100"}


class Files(Source):
    """A data set of files (docs/training.md), decoded in the background."""

    def __init__(self, path: Union[str, "os.PathLike[str]"], val: Any, batch: int, seed: int,
                 start: Optional[Network], output: Optional[str], mixup: float, weighted: bool) -> None:
        options: Dict[str, Any] = {"portion": PORTIONS.index("train")}
        if output is not None:
            options["output"] = os.fsencode(output)
        self._data = _native.dataset_open(os.fsencode(path), options)
        facts = _native.dataset_facts(self._data)
        if start is not None and set(start.labels) == set(facts["labels"]):
            self._match(self._data, start.labels)
            facts = _native.dataset_facts(self._data)
        self.task, self.labels, self.format = facts["task"], tuple(facts["labels"]), str(facts["format"])
        self._seed, self._mixup, self._weighted = seed, mixup, weighted
        if isinstance(val, (str, os.PathLike)) or (val is None and facts["validation"] is not None):
            self.val = _native.dataset_open(os.fsencode(path if val is None else val),
                                            {**options, "portion": PORTIONS.index("validation")})
            self._match(self.val, self.labels)
        elif val is not False:
            self._data, self.val = _native.dataset_split(self._data, 0.1 if val is None else val, seed)
        self.batch = min(batch, int(_native.dataset_facts(self._data)["count"]))

    @staticmethod
    def _match(data: Dataset, labels: Sequence[Optional[str]]) -> None:
        _native.dataset_match(data, [str(label).encode() for label in labels])

    def prepare(self, preprocess: Optional[str], base: str, recorded: bool, augment: str) -> None:
        """Chooses the pipeline: the network's, unless the data's is usual, and what is given."""
        usual = base if recorded else USUAL.get(self.format, base)
        pipeline, size = _native.preprocess_parse(preprocess or usual, usual)
        if size is None:
            raise ValueError(f'preprocess={pipeline!r} makes pictures of any size; "resize=256,crop=224" makes one')
        self.preprocess = pipeline
        self.shape = _native.preprocess_size(pipeline, size[1], size[0], 0)
        self._loader = _native.loader_create(self._data, pipeline, {
            "batch": self.batch, "size": self.shape[1], "width": self.shape[2], "threads": 1, "training": True,
            "shuffle": True, "prefetch": True, "seed": self._seed, "mixup": self._mixup,
            "augment": augment.encode()}, self._rarities())
        self.batches = _native.loader_batches(self._loader)

    def _rarities(self) -> Optional[NDArray[np.float64]]:
        if not self._weighted:
            return None
        classes = np.empty(_native.dataset_facts(self._data)["count"], dtype=np.int32)
        _native.dataset_classes(self._data, classes)
        return rarities(classes)

    def _seek(self) -> None:
        _native.loader_seek(self._loader, self._epoch, self._at)

    def _next(self) -> Tuple[FloatArray, FloatArray]:
        pictures = np.empty((self.batch, *self.shape), dtype=np.float32)
        targets = np.empty((self.batch, len(self.labels)), dtype=np.float32)
        count, reasons = _native.loader_next(self._loader, pictures, targets)
        for reason in reasons:
            warn(f"skipped: {reason}")
        return pictures[:count], targets[:count]

    def validate(self, net: Network) -> Optional[Score]:
        if self.val is None:
            return None
        found = _native.evaluate(net._model, self.val, None, {"batch": self.batch}, lambda *_: None)
        return Score(found["loss"], found["auroc"] if self.task == "labels" else found["top1"])
