# SPDX-License-Identifier: MIT
"""A network, ready to run: pictures, what it is, files; _computing.py has batches."""
from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union, overload

import numpy as np

from . import _native, _show
from ._arguments import texts, whole_number
from ._arrays import FloatArray, Memory, as_bytes
from ._computing import Computing
from ._facts import Check, Norm
from ._pictures import Picture, as_list, name_of, tensor_of
from ._prediction import Prediction, Predictions

if TYPE_CHECKING:
    import torch

    from ._native import Model

Path = Union[str, "os.PathLike[str]"]
Many = Union[List[Picture], Tuple[Picture, ...], Iterator[Picture]]
Single = Union[Path, bytes, bytearray]


class Network(Computing):
    """A DenseNet and what is known of it, from load(), from_torch(), from_tensors() or init().

    Any number of threads may use one; it can be pickled, and used after a fork. `with` releases
    the working memory at its end; the network remains usable.
    """

    def prepare(self, picture: Picture, preprocess: Optional[str] = None) -> FloatArray:
        """The tensor of a picture, (channels, height, width), by the network's pipeline, or by
        another or with changes: "timm", "resize=256,crop=224"."""
        return tensor_of(picture, self._pipeline(preprocess))

    @overload
    def predict(self, pictures: Many, batch: int = 16, preprocess: Optional[str] = None) -> Predictions: ...

    @overload
    def predict(self, pictures: Single, batch: int = 16, preprocess: Optional[str] = None) -> Prediction: ...

    @overload
    def predict(self, pictures: Picture, batch: int = 16, preprocess: Optional[str] = None) -> Any: ...

    def predict(self, pictures: Picture, batch: int = 16, preprocess: Optional[str] = None) -> Any:
        """What pictures show: a Prediction of one, Predictions, which are a list, of many.

        pictures: paths, files' bytes, PIL images, arrays (height, width[, 3]), or one of these.
        Pictures of one size run together, `batch` at most. Raises FileError or FileFormatError for
        a picture that cannot be read.
        """
        given, single = as_list(pictures)
        whole_number("batch", batch, 1)
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
        if temperature is not None and not temperature > 0:
            raise ValueError(f"temperature={temperature}: a number above 0 is needed")
        names = None if labels is None else [label.encode() for label in texts("labels", labels)]
        kind = -1 if task is None else ("classes", "labels").index(task)
        _native.model_set(model, names, kind, preprocess and self._pipeline(preprocess), None, temperature or 0)
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


def _text(option: Union[int, bytes]) -> str:
    return option.decode() if isinstance(option, bytes) else str(option)


def _read(data: bytes) -> Model:
    return _native.model_read(as_bytes(data), b"a pickled network", {})


def _unpickle(data: bytes, threads: int, precision: str) -> Network:
    return Network(_read(data), threads, precision)
