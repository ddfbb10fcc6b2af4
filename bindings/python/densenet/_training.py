# SPDX-License-Identifier: MIT
"""densenet.train: from files, arrays or whatever yields batches."""
from __future__ import annotations

import json
import math
import os
from typing import Any, Dict, Iterable, Optional, Sequence, Union

from . import _native
from ._arguments import one_of, texts, whole_number
from ._arrays import ArrayLike, FloatArray
from ._files import Files
from ._history import Training
from ._loading import SCHEMES, load
from ._network import Network, _read
from ._pairs import Pair
from ._run import Callback, Run
from ._settings import output_weights, settings_of
from ._sources import Arrays, Batches, Source

Path = Union[str, "os.PathLike[str]"]
SAMPLERS = ("shuffle", "weighted")


def source_of(data: Union[Path, Pair, None], loader: Optional[Iterable[Pair]], val: Any, batch: int, seed: int,
              labels: Optional[Sequence[str]], start: Optional[Network], steps: Optional[int],
              output: Optional[str], mixup: float, sampler: str) -> Source:
    """What a training reads: one of a path, arrays and a loader."""
    if (data is None) == (loader is None):
        raise TypeError("one of data, a path or (x, y), and loader= is needed")
    whole_number("seed", seed, 0)
    weighted = one_of("sampler", sampler, SAMPLERS) == 1
    if labels is not None and (isinstance(labels, str) or None not in labels):
        labels = texts("labels", labels)
    if steps is not None and loader is None:
        raise TypeError("steps= is of loaders; files and arrays have as many as they have pictures")
    if mixup and not isinstance(data, (str, os.PathLike)):
        raise TypeError("mixup= is of files; arrays and loaders bring their pictures as they are to be")
    if loader is not None:
        if weighted:
            raise TypeError("sampler= is of files and arrays; a loader has its own order")
        return Batches(loader, val, steps, labels, start)
    if isinstance(data, (str, os.PathLike)):
        if labels is not None:
            raise TypeError("labels= are of arrays and loaders; a data set has its own")
        return Files(data, val, batch, seed, start, output, mixup, weighted)
    assert data is not None
    return Arrays(data, val, batch, seed, labels, start, weighted)


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
          recipe: Optional[str] = None, arch: Optional[str] = None, start: Union[Network, Path, None] = None,
          epochs: Optional[int] = None, batch: Optional[int] = None, accumulate: Optional[int] = None,
          steps: Optional[int] = None, labels: Optional[Sequence[str]] = None, preprocess: Optional[str] = None,
          augment: Optional[str] = None, optimiser: Optional[str] = None, rate: Optional[float] = None,
          weight_decay: Optional[float] = None, schedule: Optional[str] = None,
          milestones: Optional[Sequence[float]] = None, warmup: Optional[float] = None,
          nesterov: Optional[bool] = None, mixup: float = 0, weights: Optional[ArrayLike] = None,
          sampler: str = "shuffle", patience: int = 0, scheme: str = "paper", seed: int = 0, threads: int = 0,
          precision: str = "f32", output: Optional[Path] = None, resume: bool = False, progress: bool = False,
          callbacks: Sequence[Callback] = (), **options: Any) -> Training:
    """Trains a network; returns its history and, as `net`, the best by validation, else the last.

    data: a path to class folders, CIFAR's binaries, tars or a CSV (docs/training.md), or (x, y):
    floats (n, channels, height, width), with (n,) whole numbers of classes or (n, labels) floats
    0..1, NaN where unknown. loader: instead of data, what yields such (x, y) in batches, as a
    DataLoader; a generator needs `steps`, its batches per epoch.
    val: what to validate on after each epoch: (x, y), of files also a path, a share to hold back,
    or False for nothing. None: the data set's own part, otherwise a tenth of each class; of arrays
    and loaders nothing.
    recipe: "paper-cifar", "paper-imagenet", "finetune" or "xray": settings for what is not given.
    arch: as of init(), or start: a network, or its file, to go on from; its head is kept if its
    outputs are the data's, otherwise it is new. labels: names of the outputs, of arrays and
    loaders. epochs (30). batch: most pictures of a pass, of files and arrays (64). accumulate:
    passes per step (1).
    preprocess: of files the pipeline, by default the network's (CIFAR's for CIFAR); of arrays and
    loaders only recorded. augment: of files, "none", "cifar", "imagenet" with changes; by default
    by the stem. mixup: of files, alpha of mixup's Beta distribution. weights: one for each output, 0
    or more: of classes CrossEntropyLoss(weight), of labels BCEWithLogitsLoss(pos_weight). sampler:
    "shuffle", or "weighted", which draws with replacement so that all classes come equally often.
    optimiser: "sgd", "adamw" ("sgd"). rate: the highest (0.1, of AdamW 0.001). schedule: "constant",
    "step", "cosine", "onecycle" ("cosine"). milestones: of "step", up to 8 shares of the run after
    which the rate is multiplied by gamma ([0.5, 0.75]). warmup: epochs (0). weight_decay: (1e-4, of
    AdamW 0.01). nesterov: of SGD (False). patience: ends after so many validations without a better
    one; 0: never. scheme: of random weights, "paper" or "pytorch". precision: "f32", "bf16". options:
    momentum, gamma, dropout, smoothing, ema, clip, freeze ("stem,block1", "features"), low_memory.
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
    if recipe == "finetune" and begun is None:
        raise TypeError('recipe="finetune" is for a network to start from, which start= names')
    folder = None if output is None else os.fspath(output)
    if resume and folder is None:
        raise TypeError("resume=True needs output=, the folder to go on in")
    chosen = settings_of(recipe, {
        "epochs": epochs, "batch": batch, "accumulate": accumulate, "augment": augment, "optimiser": optimiser,
        "rate": rate, "weight_decay": weight_decay, "schedule": schedule, "milestones": milestones, "warmup": warmup,
        "nesterov": nesterov, "mixup": mixup, "seed": seed, "precision": precision, **options})
    whole_number("patience", patience, 0)
    if not isinstance(callbacks, (list, tuple)) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks={callbacks!r}: a list of functions is needed")
    source = source_of(data, loader, val, chosen["batch"], seed, labels, begun, steps, folder, mixup, sampler)
    source.accumulate = chosen["accumulate"]
    if patience and source.val is None:
        raise ValueError(f"patience={patience} waits for a better validation, and there is none")
    changes = chosen.pop("augment", None)
    if isinstance(source, Files):
        model = begun if begun is not None else Network(_native.model_init(_named(arch), {}, 0, 0))
        usual = "imagenet" if model.arch.shrinks else "cifar"
        source.prepare(preprocess, model.preprocess, model.preprocess_recorded, usual if changes is None else changes)
    elif augment is not None:
        raise TypeError("augment= is of files; arrays and loaders bring their pictures as they are to be")
    if source.task == "labels" and options.get("smoothing"):
        raise ValueError("smoothing= is of classes, and the data has labels")
    if source.task == "labels":
        chosen.pop("smoothing", None)  # a recipe's
    weights = output_weights(weights, len(source.labels))
    trained = start_model(source, arch, begun, scheme, seed)
    describe(trained, source, preprocess, {
        "program": "densenet.train", **chosen, "batch": source.batch, "recipe": recipe, "sampler": sampler,
        "patience": patience, "weights": None if weights is None else weights.tolist()})
    if folder is not None and not resume:
        os.makedirs(folder, exist_ok=True)
    run = Run(source, trainer_of(trained, source, chosen, threads, weights), chosen["epochs"], folder, threads, patience)
    if resume:
        run.restore()
    return run.loop(progress, callbacks)


def trainer_of(model: _native.Model, source: Source, chosen: Dict[str, Any], threads: int,
               weights: Optional[FloatArray]) -> _native.Trainer:
    """A trainer of these settings."""
    own = {name: value.encode() if isinstance(value, str) else value for name, value in chosen.items()
           if name not in ("epochs", "accumulate", "mixup")}
    return _native.trainer_create(model, {
        **own, "batch": source.batch, "height": source.shape[1], "width": source.shape[2], "threads": threads,
        "steps": chosen["epochs"] * source.steps, "warmup": math.floor(chosen["warmup"] * source.steps + 0.5),
        "soft_targets": chosen["mixup"] > 0}, weights)


def _named(arch: Optional[str]) -> str:
    if arch is None:
        raise TypeError('arch="densenet121", or start=, a network to start from, is needed')
    return arch
