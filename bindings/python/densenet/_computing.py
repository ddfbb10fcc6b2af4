# SPDX-License-Identifier: MIT
"""What a network computes of batches: logits, inner tensors, heat maps, probabilities."""
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Union, overload

import numpy as np

from . import _native
from ._arguments import one_of, whole_number
from ._arrays import ArrayLike, FloatArray, as_batch, to_numpy
from ._facts import Arch, Origin
from ._sessions import Sessions

if TYPE_CHECKING:
    from ._native import Model

PRECISIONS = ("f32", "bf16", "bf16-weights", "int8", "auto")


class Computing:
    """What is recorded of a network, and what it computes; Network is the whole."""

    def __init__(self, model: Model, threads: int = 0, precision: str = "f32") -> None:
        threads = whole_number("threads", threads, 0)
        one_of("precision", precision, PRECISIONS)
        self._model = model
        facts = _native.model_facts(model)
        self.arch = Arch(**facts["arch"])
        self.origin = Origin(**facts["origin"])
        #: one of the classes ("classes"), or any of the labels ("labels")
        self.task: str = facts["task"]
        #: names of the outputs; None where none is known, "" for an output that was never trained
        self.labels: Tuple[Optional[str], ...] = tuple(facts["labels"])
        #: the pipeline that makes tensors of pictures (docs/pictures.md)
        self.preprocess: str = facts["preprocess"]
        #: whether the file recorded it, rather than it being usual for this architecture
        self.preprocess_recorded: bool = facts["preprocess_recorded"]
        #: what is recorded of the training and of quantisation
        self.training: Optional[Dict[str, Any]] = json.loads(facts["training"] or "null")
        self.quantisation: Optional[Dict[str, Any]] = json.loads(facts["quantisation"] or "null")
        #: a sentence if something about the file deserves attention
        self.warning: Optional[str] = facts["warning"]
        self.temperature: float = facts["temperature"]
        self._sessions = Sessions(model, threads, precision)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_sessions" in self.__dict__:
            raise AttributeError(f"a network does not change: replace({name}=...) makes another, where it can")
        super().__setattr__(name, value)

    def __call__(self, x: ArrayLike, out: Optional[FloatArray] = None) -> FloatArray:
        """Logits, (n, classes), of a batch (n, channels, height, width) of tensors.

        x: NumPy, PyTorch or whatever has DLPack or the buffer protocol; float32 and contiguous, it
        is not copied. out: where to write the logits, float32 and contiguous. The GIL is released;
        results are the same, to the bit, for any number of threads. Raises ValueError for another
        shape and ArgumentError for pictures smaller than arch.smallest_input.
        """
        x = as_batch(x)
        if out is None:
            out = np.empty((x.shape[0], self.arch.classes), dtype=np.float32)
        self._fits(x, out)
        if not len(x):
            return out
        session = self._sessions.take()
        try:
            _native.session_run(session, x, out)
        finally:
            self._sessions.give_back(session)
        return out

    @overload
    def features(self, x: ArrayLike, names: str) -> FloatArray: ...

    @overload
    def features(self, x: ArrayLike,
                 names: Union[List[str], Tuple[str, ...], None] = None) -> Dict[str, FloatArray]: ...

    def features(self, x: ArrayLike, names: Union[str, List[str], Tuple[str, ...], None] = None) -> Any:
        """Inner tensors of a batch, (n, channels, height, width), by name: "stem", "block1.layer1",
        "block1", "transition1", "final", "pool", "logits" (docs/densenet.md); feature_names() lists
        them. A name gives an array, a list or None (all) a dict. Raises KeyError for a name that
        the network lacks.
        """
        x = as_batch(x)
        asked = [names] if isinstance(names, str) else list(names or ())
        found: Dict[str, Any] = dict.fromkeys(asked)
        out = np.empty((x.shape[0], self.arch.classes), dtype=np.float32) if self.arch.classes else None
        self._fits(x, out)
        session = self._sessions.take()
        try:
            _native.session_features(session, x, out, found, names is None)
        finally:
            self._sessions.give_back(session)
        for name, kept in found.items():
            if kept is None:
                raise KeyError(f"the network has no inner tensor {name!r}; feature_names() lists them")
            found[name] = np.frombuffer(kept[1], dtype=np.float32).reshape(kept[0])
        return found[names] if isinstance(names, str) else found

    def feature_names(self) -> List[str]:
        """Names of the inner tensors, in the order of computation."""
        side = max(self.arch.smallest_input, 1)
        return list(self.features(np.zeros((1, self.arch.channels, side, side), dtype=np.float32)))

    def cam(self, x: ArrayLike, output: Union[int, str]) -> FloatArray:
        """Class-activation maps of a batch, (n, height, width) at the size of the last maps.

        Where arch.cam_is_exact, a map's mean is the logit less its constant part (Zhou et al.,
        2016); else the maps are gradient-weighted (Selvaraju et al., 2017).
        """
        x, index = as_batch(x), self.index(output)
        out = np.empty((x.shape[0], self.arch.classes), dtype=np.float32)
        self._fits(x, out)
        session = self._sessions.take()
        try:
            _native.session_run(session, x, out)
            maps = np.empty((x.shape[0], *_native.session_cam(session, 0, index, None)), dtype=np.float32)
            for image in range(x.shape[0]):
                _native.session_cam(session, image, index, maps[image])
        finally:
            self._sessions.give_back(session)
        return maps

    def probabilities(self, logits: ArrayLike) -> FloatArray:
        """Of logits, (n, classes): softmax over classes or a sigmoid per label, after the recorded
        temperature, and by the recorded thresholds."""
        result = np.array(to_numpy(logits), dtype=np.float32, order="C")
        if result.ndim != 2 or result.shape[1] != self.arch.classes:
            raise ValueError(f"logits have the shape {result.shape}; (n, {self.arch.classes}) is needed")
        _native.model_probabilities(self._model, result)
        return result

    def index(self, output: Union[int, str]) -> int:
        """The number of an output, by its number or its label. KeyError if there is none."""
        if isinstance(output, str):
            if output in self.labels:
                return self.labels.index(output)
            within = [i for i, label in enumerate(self.labels) if label and output in label.split(", ")]
            if len(within) == 1:
                return within[0]
            raise KeyError(f"no output is called {output!r}" if not within else
                           f"{len(within)} outputs are called {output!r}: give a number, as {within[0]}")
        if not hasattr(output, "__index__"):
            raise TypeError(f"output {output!r}: its number or its label is needed")
        if not -self.arch.classes <= output < self.arch.classes:
            raise KeyError(f"output {output} of {self.arch.classes}")
        return output % self.arch.classes

    def label(self, output: int) -> str:
        """The name of an output, or its number as text. KeyError if there is none."""
        index = self.index(output)
        return self.labels[index] or str(index)

    def _fits(self, x: FloatArray, out: Optional[FloatArray]) -> None:
        if x.shape[1] != self.arch.channels:
            raise ValueError(f"x has {x.shape[1]} channels; the network takes {self.arch.channels}")
        if out is None or self.arch.classes == 0:
            if out is not None:
                raise ValueError("the network has no head, so no logits: features(x, \"pool\") is what it ends in")
        elif not isinstance(out, np.ndarray) or out.dtype != np.float32 or not out.flags.c_contiguous:
            raise TypeError("out is no C-contiguous array of float32; of a tensor, tensor.numpy() shares the memory")
        elif out.shape != (x.shape[0], self.arch.classes):
            raise ValueError(f"out has the shape {out.shape}; {(x.shape[0], self.arch.classes)} is needed")
