# SPDX-License-Identifier: MIT
"""The library's failures as exceptions, its doubts as warnings, the rest as log entries."""
from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import warnings
from typing import Iterator, List

from . import _native

logger = logging.getLogger("densenet")
logger.addHandler(logging.NullHandler())


class DenseNetError(Exception):
    """Whatever the library refuses; the text is its sentence: the file, the fault, what was
    expected and what was found."""


class ArgumentError(DenseNetError, ValueError):
    """An argument or option is invalid."""


class FileError(DenseNetError, OSError):
    """A file could not be opened, read or written."""


class FileFormatError(DenseNetError, ValueError):
    """A file is damaged, or not what it claims to be."""


class MismatchError(DenseNetError, ValueError):
    """A valid file, or data, that does not fit the network."""


class LimitError(DenseNetError, ValueError):
    """Larger than the limit set for input that is not trusted."""


class OutOfMemoryError(DenseNetError, MemoryError):
    """An allocation failed."""


class NumericError(DenseNetError, ArithmeticError):
    """NaN or infinity where a finite number is needed."""


class DenseNetWarning(UserWarning):
    """Something about a file, or about this machine, deserves a person's attention."""


HERE = os.path.dirname(__file__) + os.sep


def caller_level() -> int:
    """The stacklevel, as seen from the function that calls this one, of the first frame outside
    this package: where the user's code is."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_code.co_filename.startswith(HERE):
        frame, level = frame.f_back, level + 1
    return level


def warn(sentence: str) -> None:
    """Warns at the line of the user's that led here."""
    warnings.warn(sentence, DenseNetWarning, stacklevel=caller_level())


_held = threading.local()  # .sentences: a list while this thread holds its warnings back


@contextlib.contextmanager
def held_warnings() -> Iterator[List[str]]:
    """Keeps what the library would warn of in this thread, to be looked at first."""
    sentences: List[str] = []
    _held.sentences = sentences
    try:
        yield sentences
    finally:
        _held.sentences = None


def _notify(is_warning: int, sentence: str) -> None:
    held = getattr(_held, "sentences", None)
    if not is_warning:
        logger.info(sentence)
    elif held is not None:
        held.append(sentence)
    else:
        warn(sentence)


# In the order of dn_status.
_native.start((ArgumentError, FileError, FileFormatError, MismatchError, LimitError,
               OutOfMemoryError, NumericError), _notify)
