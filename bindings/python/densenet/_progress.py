# SPDX-License-Identifier: MIT
"""What is shown while a training runs: a bar of tqdm's where it is installed, a sentence for each
epoch, curves that grow in a notebook."""
from __future__ import annotations

import sys
from typing import Any, Optional

from ._history import Training


def _display() -> Optional[Any]:
    """display() of a notebook; None elsewhere."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display
    return display


class Progress:
    """Shows nothing if it is not `wanted`."""

    def __init__(self, wanted: bool, training: Training, done: int, total: int) -> None:
        self._wanted, self._training, self._bar, self._handle = wanted, training, None, None
        display = _display() if wanted else None
        if display is not None:
            self._handle = display(training, display_id=True)
        elif wanted:
            try:
                from tqdm import tqdm
            except ImportError:
                return
            self._bar = tqdm(total=total, initial=done, unit="step", file=sys.stderr)

    def step(self, loss: float) -> None:
        if self._bar is not None:
            self._bar.update()
            self._bar.set_postfix(loss=f"{loss:.4f}", refresh=False)

    def epoch(self) -> None:
        if self._handle is not None:
            self._handle.update(self._training)
        elif self._bar is not None:
            self._bar.write(str(self._training.history[-1]), file=sys.stderr)
        elif self._wanted:
            print(self._training.history[-1], file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
