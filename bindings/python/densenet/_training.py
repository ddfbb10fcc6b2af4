# SPDX-License-Identifier: MIT
"""densenet.train: from files, arrays or whatever yields batches."""
from __future__ import annotations

import json
import math
import os
from typing import Any, Dict, Iterable, Optional, Sequence, Union

import numpy as np

from . import _native
from ._arrays import ArrayLike, texts, to_numpy, whole_number
from ._files import Files
from ._history import Training
from ._loading import SCHEMES, load, one_of
from ._network import Network, _read
from ._run import Callback, Run
from ._sources import Arrays, Batches, Pair, Source

Path = Union[str, "os.PathLike[str]"]


def source_of(data: Union[Path, Pair, None], loader: Optional[Iterable[Pair]], val: Any, batch: int, seed: int,
              labels: Optional[Sequence[str]], start: Optional[Network], steps: Optional[int],
              output: Optional[str], mixup: float) -> Source:
    """What a training reads: one of a path, arrays and a loader."""
    if (data is None) == (loader is None):
        raise TypeError("one of data, a path or (x, y), and loader= is needed")
    if batch < 1:
        raise ValueError(f"batch={batch}: 1 or more is needed")
    whole_number("seed", seed, 0)
    if labels is not None and (isinstance(labels, str) or None not in labels):
        labels = texts("labels", labels)
    if steps is not None and loader is None:
        raise TypeError("steps= is of loaders; files and arrays have as many as they have pictures")
    if mixup and not isinstance(data, (str, os.PathLike)):
        raise TypeError("mixup= is of files; arrays and loaders bring their pictures as they are to be")
    if loader is not None:
        return Batches(loader, val, steps, labels, start)
    if isinstance(data, (str, os.PathLike)):
        if labels is not None:
            raise TypeError("labels= are of arrays and loaders; a data set has its own")
        return Files(data, val, batch, seed, start, output, mixup)
    assert data is not None
    return Arrays(data, val, batch, seed, labels, start)


def start_model(source: Source, arch: Optional[str], start: Optional[Network], scheme: str,
                seed: int) -> _native.Model:
    """Random weights, or the network's with a new head unless it has these very outputs."""
    outputs, channels = len(source.labels), source.shape[0]
    if start is None:
        changes = {"classes": outputs, "channels": channels}
        return _native.model_init(_named(arch), changes, one_of("scheme", scheme, SCHEMES), seed)
    model = _read(start._bytes())
    if start.arch.channels != channels:
        model = _native.model_replace_channels(model, channels)
    if start.labels != source.labels or start.task != source.task or start.arch.classes != outputs:
        model = _native.model_replace_head(model, outputs, seed)
    return model


def describe(model: _native.Model, source: Source, preprocess: Optional[str], settings: Dict[str, Any]) -> None:
    """Records labels, task, pipeline and settings, which the trained network's files keep."""
    names = None if None in source.labels else [str(label).encode() for label in source.labels]
    _native.model_set(model, names, ("classes", "labels").index(source.task), source.preprocess or preprocess,
                      json.dumps(settings), 0)


def train(data: Union[Path, Pair, None] = None, *, loader: Optional[Iterable[Pair]] = None, val: Any = None,
          arch: Optional[str] = None, start: Union[Network, Path, None] = None, epochs: int = 30, batch: int = 64,
          steps: Optional[int] = None, labels: Optional[Sequence[str]] = None, preprocess: Optional[str] = None,
          augment: Optional[str] = None, optimiser: str = "sgd", rate: Optional[float] = None,
          weight_decay: Optional[float] = None, schedule: str = "cosine", warmup: float = 0, nesterov: bool = False,
          mixup: float = 0, weights: Optional[ArrayLike] = None,
          scheme: str = "paper", seed: int = 0, threads: int = 0, precision: str = "f32",
          output: Optional[Path] = None, resume: bool = False, progress: bool = False,
          callbacks: Sequence[Callback] = (), **options: Any) -> Training:
    """Trains a network; returns its history and, as `net`, the best by validation, else the last.

    data: a path to class folders, CIFAR's binaries, tars or a CSV (docs/training.md), or (x, y):
    floats (n, channels, height, width), with (n,) whole numbers of classes or (n, labels) floats
    0..1, NaN where unknown. loader: instead of data, what yields such (x, y) in batches, as a
    DataLoader; a generator needs `steps`, its batches per epoch.
    val: what to validate on after each epoch: (x, y), of files also a path, a share to hold back,
    or False for nothing. None: the data set's own part, otherwise a tenth of each class; of arrays
    and loaders nothing.
    arch: as of init(), or start: a network, or its file, to go on from; its head is kept if its
    outputs are the data's, otherwise it is new. labels: names of the outputs, of arrays and
    loaders. batch: pictures of a step, of files and arrays.
    preprocess: of files the pipeline, by default the network's (CIFAR's for CIFAR); of arrays and
    loaders only recorded. augment: of files, "none", "cifar", "imagenet" with changes; by default
    by the stem. mixup: of files, alpha of mixup's Beta distribution. weights: one for each output, 0
    or more: of classes CrossEntropyLoss(weight), of labels BCEWithLogitsLoss(pos_weight).
    optimiser: "sgd", "adamw". rate: the highest; None: 0.1, of AdamW 0.001. schedule: "constant",
    "step", "cosine", "onecycle". warmup: epochs. weight_decay: None: 1e-4, of AdamW 0.01. scheme:
    of random weights, "paper" or "pytorch". precision: "f32", "bf16". options: momentum, gamma,
    dropout, smoothing, ema, clip, freeze ("stem,block1", "features"), low_memory.
    output: a folder for best, last and resume.safetensors, after each epoch; resume goes on from
    there, with the same bits from files and arrays. Ctrl-C ends the step, saves, warns and returns.
    progress: shows a bar, or curves in a notebook. callbacks: each is called with the Training
    after each epoch; one that returns True ends it.

    Results are the same to the bit at any number of threads. Raises MismatchError for answers that
    the network does not have, NumericError when the loss is not a number, and what load() does.
    """
    begun = load(start) if isinstance(start, (str, os.PathLike)) else start
    if begun is not None and arch is not None:
        raise TypeError(f"arch={arch!r} and start= exclude each other")
    folder = None if output is None else os.fspath(output)
    if resume and folder is None:
        raise TypeError("resume=True needs output=, the folder to go on in")
    source = source_of(data, loader, val, batch, seed, labels, begun, steps, folder, mixup)
    if isinstance(source, Files):
        model = begun if begun is not None else Network(_native.model_init(_named(arch), {}, 0, 0))
        usual = "imagenet" if model.arch.shrinks else "cifar"
        source.prepare(preprocess, model.preprocess, model.preprocess_recorded, usual if augment is None else augment)
    elif augment is not None:
        raise TypeError("augment= is of files; arrays and loaders bring their pictures as they are to be")
    adam = optimiser == "adamw"
    chosen: Dict[str, Any] = {
        "optimiser": optimiser, "rate": (0.001 if adam else 0.1) if rate is None else rate, "schedule": schedule,
        "weight_decay": (0.01 if adam else 1e-4) if weight_decay is None else weight_decay,
        "nesterov": nesterov, "seed": seed, "precision": precision, **options}
    for name, value in {**chosen, "warmup": warmup, "mixup": mixup}.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name}={value}: a finite number is needed")
    recorded = {**chosen, "mixup": mixup, "weights": None}
    if weights is not None:
        weights = np.ascontiguousarray(to_numpy(weights), dtype=np.float32)
        recorded["weights"] = weights.tolist()
        if weights.shape != (len(source.labels),):
            raise ValueError(f"weights of the shape {weights.shape}: one for each of {len(source.labels)} outputs is "
                             f"needed")
        if not (np.isfinite(weights) & (weights >= 0)).all():
            raise ValueError("weights: finite numbers of 0 or more are needed")
    trained = start_model(source, arch, begun, scheme, seed)
    describe(trained, source, preprocess, {"program": "densenet.train", "epochs": epochs, "batch": source.batch,
                                           "warmup": warmup, **recorded})
    encoded = {name: value.encode() if isinstance(value, str) else value for name, value in chosen.items()}
    trainer = _native.trainer_create(trained, {
        **encoded, "batch": source.batch, "height": source.shape[1], "width": source.shape[2], "threads": threads,
        "steps": epochs * source.steps, "warmup": round(warmup * source.steps), "soft_targets": mixup > 0}, weights)
    if folder is not None:
        os.makedirs(folder, exist_ok=True)
    run = Run(source, trainer, epochs, folder, threads)
    if resume:
        run.restore()
    return run.loop(progress, callbacks)


def _named(arch: Optional[str]) -> str:
    if arch is None:
        raise TypeError('arch="densenet121", or start=, a network to start from, is needed')
    return arch
