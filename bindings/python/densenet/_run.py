# SPDX-License-Identifier: MIT
"""A training as it runs: steps, epochs, checkpoints, Ctrl-C."""
from __future__ import annotations

import json
import math
import os
import signal
import threading
import time
from typing import Any, Callable, Optional, Sequence, Tuple

from . import _native
from ._errors import MismatchError, warn
from ._history import Epoch, Training
from ._loading import load
from ._network import Network
from ._progress import Progress
from ._sources import Source

Callback = Callable[[Training], object]
SECONDS = 600  # between two checkpoints within an epoch


class Interrupts:
    """Turns the first Ctrl-C into a request to stop after the step; the second one is Python's."""

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def _ask(self, *_: object) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, self._before)

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if callable(self._before):  # not ignored, and Python's
                signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if callable(self._before):
            signal.signal(signal.SIGINT, self._before)


class Run:
    """One call of train(): steps, epochs, checkpoints."""

    def __init__(self, source: Source, trainer: _native.Trainer, epochs: int, output: Optional[str],
                 threads: int, patience: int) -> None:
        self.source, self.trainer, self.epochs, self.output = source, trainer, epochs, output
        self.threads, self.patience = threads, patience
        self.training = Training([], "accuracy" if source.task == "classes" else "mean AUROC", self.model())
        self.chosen = False  #: whether that network is one by validation, or the last
        self.sums = [0.0, 0.0, 0.0]  #: of the epoch so far: loss, correct, pictures
        self.started = self.saved = time.monotonic()

    def path(self, name: str) -> str:
        return os.path.join(self.output or "", f"{name}.safetensors")

    def model(self) -> Network:
        return Network(_native.trainer_model(self.trainer, True), self.threads)

    def save(self) -> None:
        """A checkpoint, where a folder was given."""
        if self.output is None:
            return
        best = self.training.best
        note = {"history": [vars(e) for e in self.training.history], "sums": self.sums,
                "steps": self.source.steps, "best": None if best is None else best.epoch}
        _native.trainer_save(self.trainer, os.fsencode(self.path("resume")), json.dumps(note))
        self.saved = time.monotonic()

    def restore(self) -> None:
        note = json.loads(_native.trainer_restore(self.trainer, os.fsencode(self.path("resume"))))
        if "history" not in note:
            raise ValueError(f"{self.path('resume')}: is a checkpoint of the program's, which continues it")
        if note["steps"] != self.source.steps:
            raise MismatchError(f"{self.path('resume')}: its epochs have {note['steps']} steps, "
                                f"these {self.source.steps}")
        self.training.history += [Epoch(**row) for row in note["history"]]
        self.sums = note["sums"]
        if note["best"] is not None:
            self.training.best = self.training.history[note["best"] - 1]
            self.training.net = load(self.path("best"), threads=self.threads)
            self.chosen = True
        self.source.seek(*divmod(_native.trainer_steps(self.trainer), self.source.steps))

    def step(self) -> Tuple[float, float]:
        loss, rate, _, pictures, correct = self.source.step(self.trainer)
        for i, value in enumerate((loss * pictures, correct, pictures)):
            self.sums[i] += value
        return loss, rate

    def end_epoch(self, rate: float) -> None:
        net = self.model()
        score = self.source.validate(net)
        loss, correct, pictures = self.sums
        of = pictures or math.nan
        epoch = Epoch(len(self.training.history) + 1, loss / of,
                      correct / of if self.source.task == "classes" else math.nan, rate,
                      math.nan if score is None else score.loss, math.nan if score is None else score.score,
                      time.monotonic() - self.started)
        self.training.history.append(epoch)
        self.sums = [0.0, 0.0, 0.0]
        if score is None:
            self.training.net, self.chosen = net, True
        elif math.isfinite(score.loss) and (self.training.best is None or _rank(epoch) > _rank(self.training.best)):
            self.training.best, self.training.net, self.chosen = epoch, net, True
            if self.output is not None:
                net.save(self.path("best"))
        if self.output is not None:
            net.save(self.path("last"))
        self.save()

    def loop(self, progress: bool, callbacks: Sequence[Callback]) -> Training:
        training, total = self.training, self.epochs * self.source.steps
        shown = Progress(progress, training, _native.trainer_steps(self.trainer), total)
        try:
            with Interrupts() as interrupts:
                while not (self.over(total) or interrupts.asked):
                    loss, rate = self.step()
                    shown.step(loss)
                    if _native.trainer_steps(self.trainer) % self.source.steps == 0:
                        self.end_epoch(rate)
                        shown.epoch()
                        if any([callback(training) is True for callback in callbacks]):
                            break
                    elif time.monotonic() - self.saved > SECONDS:
                        self.save()
                training.steps = _native.trainer_steps(self.trainer)
                training.finished = self.over(total)
                if not self.chosen:
                    training.net = self.model()
                if interrupts.asked and not training.finished:
                    self.stop()
        finally:
            shown.close()
        return training

    def over(self, total: int) -> bool:
        """Whether all steps are made, or the last validations were no better than one before."""
        best, done = self.training.best, len(self.training.history)
        waited = done - (best.epoch if best else 0)
        return _native.trainer_steps(self.trainer) >= total or 0 < self.patience <= waited

    def stop(self) -> None:
        self.save()
        how = "without output=, nothing is kept but the result" if self.output is None else "resume=True continues"
        warn(f"stopped after step {self.training.steps}: {how}")


def _rank(epoch: Epoch) -> Tuple[float, float]:
    return (-1 if math.isnan(epoch.val_score) else epoch.val_score, -epoch.val_loss)
