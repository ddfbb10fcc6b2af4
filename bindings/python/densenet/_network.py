# SPDX-License-Identifier: MIT
"""A network, ready to run."""
from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _native, _show
from ._arrays import ArrayLike, FloatArray, Memory, as_batch, as_bytes
from ._facts import Arch, Check, Norm, Origin
from ._pictures import Picture, as_list, name_of, tensor_of
from ._prediction import Prediction, Predictions
from ._sessions import Sessions

if TYPE_CHECKING:
    import torch

    from ._native import Model

Path = Union[str, "os.PathLike[str]"]


class Network:
    """A DenseNet and what is known of it, from load(), from_torch(), from_tensors() or init().

    Any number of threads may use one; it can be pickled, and used after a fork. `with` releases
    the working memory at its end; the network remains usable.
    """

    def __init__(self, model: Model, threads: int = 0, precision: str = "f32") -> None:
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

    # ---- computing

    def __call__(self, x: ArrayLike, out: Optional[FloatArray] = None) -> FloatArray:
        """Logits, (n, classes), of a batch (n, channels, height, width) of tensors.

        x: NumPy, PyTorch or whatever has DLPack or the buffer protocol; float32 and contiguous, it
        is not copied. out: where to write the logits, float32 and contiguous. The GIL is released;
        results are the same, to the bit, for any number of threads. Raises ValueError for another
        shape and ArgumentError for pictures smaller than arch.smallest_input.
        """
        x = as_batch(x)
        if out is None:
            out = np.empty((x.shape[0], self._outputs()), dtype=np.float32)
        self._fits(x, out)
        session = self._sessions.take()
        try:
            _native.session_run(session, x, out)
        finally:
            self._sessions.give_back(session)
        return out

    def features(self, x: ArrayLike, names: Union[str, Sequence[str], None] = None) -> Any:
        """Inner tensors of a batch, (n, channels, height, width), by name: "stem", "block1.layer1",
        "block1", "transition1", "final", "pool", "logits" (docs/densenet.md); feature_names() lists
        them. A name gives an array, a list or None (all) a dict. Raises KeyError for a name that
        the network lacks.
        """
        x = as_batch(x)
        asked = [names] if isinstance(names, str) else list(names or ())
        found: Dict[str, Any] = dict.fromkeys(asked)
        out = np.empty((x.shape[0], self._outputs()), dtype=np.float32) if self.arch.classes else None
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
        out = np.empty((x.shape[0], self._outputs()), dtype=np.float32)
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
        result = np.array(logits, dtype=np.float32, order="C")
        _native.model_probabilities(self._model, result)
        return result

    # ---- pictures

    def prepare(self, picture: Picture, preprocess: Optional[str] = None) -> FloatArray:
        """The tensor of a picture, (channels, height, width), by the network's pipeline, or by
        another or with changes: "timm", "resize=256,crop=224"."""
        return tensor_of(picture, self._pipeline(preprocess))

    def predict(self, pictures: Union[Picture, Iterable[Picture]], batch: int = 16,
                preprocess: Optional[str] = None) -> Any:
        """What pictures show: a Prediction of one, Predictions, which are a list, of many.

        pictures: paths, files' bytes, PIL images, arrays (height, width[, 3]), or one of these.
        Pictures of one size run together, `batch` at most. Raises FileError or FileFormatError for
        a picture that cannot be read.
        """
        given, single = as_list(pictures)
        pipeline = self._pipeline(preprocess)
        answers: List[Prediction] = []
        for first in range(0, len(given), batch):
            tensors = [tensor_of(picture, pipeline) for picture in given[first:first + batch]]
            names = [name_of(picture, first + i) for i, picture in enumerate(given[first:first + batch])]
            answers += self._answers(tensors, names, pipeline)
        return answers[0] if single else Predictions(answers)

    def _answers(self, tensors: List[FloatArray], names: List[str], pipeline: str) -> List[Prediction]:
        sizes: Dict[Tuple[int, ...], List[int]] = {}
        for i, tensor in enumerate(tensors):
            sizes.setdefault(tensor.shape, []).append(i)
        found: Dict[int, Prediction] = {}
        for places in sizes.values():
            logits = self(np.stack([tensors[i] for i in places]))
            for i, row, share in zip(places, logits, self.probabilities(logits)):
                found[i] = Prediction(self, names[i], row, share, tensors[i], pipeline)
        return [found[i] for i in range(len(tensors))]

    def _pipeline(self, preprocess: Optional[str]) -> str:
        return _native.preprocess_parse(preprocess, self.preprocess)[0] if preprocess else self.preprocess

    # ---- what it is

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
        if not -self.arch.classes <= output < self.arch.classes:
            raise KeyError(f"output {output} of {self.arch.classes}")
        return output % self.arch.classes

    def label(self, output: int) -> str:
        """The name of an output, or its number as text."""
        return self.labels[output] or str(output)

    @property
    def tensors(self) -> Mapping[str, FloatArray]:
        """Parameters and running statistics by torchvision's names: read-only arrays of the
        library's own memory."""
        return {name: Memory(address, shape, self._model).array()
                for name, shape, address in _native.model_tensors(self._model)}

    def check(self) -> Check:
        """Where the file's weights and its batch norms' statistics disagree (docs/checking.md)."""
        norms = tuple(Norm(**norm) for norm in _native.model_check(self._model))
        return Check(norms, self.warning)

    def summary(self, input_size: Optional[Tuple[int, int, int, int]] = None, depth: int = 3,
                columns: Optional[Sequence[str]] = None) -> str:
        """torchinfo's table of the reference module, for an input (n, channels, height, width)."""
        options: Dict[str, Any] = {"depth": depth}
        if input_size is not None:
            options.update(zip(("batch", "channels", "height", "width"), input_size))
        if columns is not None:
            options["columns"] = ",".join(columns).encode()
        return _native.model_summary(self._model, options)

    def __repr__(self) -> str:
        return f"<densenet.Network {self.arch.name}: {self.arch.parameters:,} parameters, {self.arch.classes} outputs>"

    def __str__(self) -> str:
        return "\n".join(f"{name:<15}{value}" for name, value in _show.rows(self))

    def _repr_html_(self) -> str:
        return _show.page(self)

    # ---- keeping

    def save(self, path: Path, *, dtype: Optional[str] = None, naming: Optional[str] = None,
             opset: int = 0, fold: bool = False, probabilities: bool = False,
             preprocessing: bool = False) -> None:
        """Writes .safetensors, .pt or .pth, .npz, .onnx, .h5 by the path's ending, whole or not at
        all (docs/weights.md). dtype: "f32", "f16", "bf16", "int8". naming: "torchvision",
        "reference", "keras". The others are of ONNX files: a version of the operators; norms folded
        into convolutions; probabilities out; bytes in. Raises FileError, ArgumentError.
        """
        options: Dict[str, Any] = {"opset": opset, "fold": fold, "probabilities": probabilities,
                                   "preprocessing": preprocessing}
        options.update((name, text.encode()) for name, text in (("dtype", dtype), ("naming", naming)) if text)
        _native.model_save(self._model, os.fsencode(path), options)

    def to_torch(self) -> "torch.nn.Module":
        """The same network as a module of PyTorch's, in eval mode; torchvision's class where that
        is installed and can be it."""
        from .torch import module_of
        return module_of(self)

    def replace(self, *, labels: Optional[Sequence[str]] = None, task: Optional[str] = None,
                preprocess: Optional[str] = None, temperature: Optional[float] = None,
                threads: Optional[int] = None, precision: Optional[str] = None) -> "Network":
        """The same network with something else recorded, or run otherwise; this one is unchanged."""
        if task not in (None, "classes", "labels"):
            raise ValueError(f'task {task!r}: "classes" or "labels" is needed')
        model = _read(self._bytes()) if (labels or task or preprocess or temperature) else self._model
        texts = None if labels is None else [label.encode() for label in labels]
        kind = -1 if task is None else ("classes", "labels").index(task)
        _native.model_set(model, texts, kind, preprocess and self._pipeline(preprocess), None, temperature or 0)
        options = self._sessions.options
        return Network(model, int(options["threads"]) if threads is None else threads,
                       precision or _text(options["precision"]))

    def _bytes(self) -> bytes:
        with tempfile.TemporaryDirectory(prefix="densenet-") as folder:
            path = os.path.join(folder, "network.safetensors")
            self.save(path)
            with open(path, "rb") as file:
                return file.read()

    def __reduce__(self) -> Tuple[Any, ...]:
        options = self._sessions.options
        return _unpickle, (self._bytes(), options["threads"], _text(options["precision"]))

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the working memory and laid-out weights; the next call makes them anew."""
        self._sessions.close()

    def _outputs(self) -> int:
        return self.arch.classes

    def _fits(self, x: FloatArray, out: Optional[FloatArray]) -> None:
        if x.shape[1] != self.arch.channels:
            raise ValueError(f"x has {x.shape[1]} channels; the network takes {self.arch.channels}")
        if out is None or self.arch.classes == 0:
            if out is not None:
                raise ValueError("the network has no head, so no logits: features(x, \"pool\") is what it ends in")
        elif out.shape != (x.shape[0], self.arch.classes):
            raise ValueError(f"out has the shape {out.shape}; {(x.shape[0], self.arch.classes)} is needed")


def _text(option: Union[int, bytes]) -> str:
    return option.decode() if isinstance(option, bytes) else str(option)


def _read(data: bytes) -> Model:
    return _native.model_read(as_bytes(data), b"a pickled network", {})


def _unpickle(data: bytes, threads: int, precision: str) -> Network:
    return Network(_read(data), threads, precision)
