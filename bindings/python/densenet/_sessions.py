# SPDX-License-Identifier: MIT
"""The sessions of one network: as many at once as there are cores for them."""
from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING, Dict, List, Optional, Union

from . import _native

if TYPE_CHECKING:
    from ._native import Model, Session

_all: "weakref.WeakSet[Sessions]" = weakref.WeakSet()


class Sessions:
    """Lends a session to one thread at a time; whoever finds none waits. The laid-out weights are
    in memory once, however many sessions there are."""

    def __init__(self, model: Model, threads: int, precision: str) -> None:
        cores = _native.facts()["cores"]
        self.options: Dict[str, Union[int, bytes]] = {"threads": threads, "precision": precision.encode()}
        self.most = max(1, cores // threads) if threads else 1
        self._model = model
        self._weights: Optional[Session] = None  # never run: all others share its weights
        self._idle: List[Session] = []
        self._lent = 0
        self._renew_locks()
        _all.add(self)

    def take(self) -> Session:
        with self._free:
            while not self._idle and self._lent >= self.most:
                self._free.wait()
            self._lent += 1
            if self._idle:
                return self._idle.pop()
        try:
            return self._open()
        except BaseException:
            self._return()
            raise

    def give_back(self, session: Session) -> None:
        with self._free:
            self._idle.append(session)
            self._lent -= 1
            self._free.notify()

    def close(self) -> None:
        """Releases the memory of what nobody uses."""
        with self._free:
            self._idle.clear()
            self._weights = None

    def _open(self) -> Session:
        with self._opening:
            if self._weights is None:
                self._weights = _native.session_create(self._model, self.options, None)
            return _native.session_create(self._model, self.options, self._weights)

    def _renew_locks(self) -> None:
        self._free = threading.Condition()
        self._opening = threading.Lock()

    def _return(self) -> None:
        with self._free:
            self._lent -= 1
            self._free.notify()

    def _forked(self) -> None:
        """In the child, where other threads, and what they had borrowed, are no more."""
        self._renew_locks()
        self._lent = 0


def _after_fork() -> None:
    for sessions in list(_all):
        sessions._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
