# SPDX-License-Identifier: MIT
"""Densely connected convolutional networks: every weight file, fast on any CPU, exact heat maps.

    import densenet
    net = densenet.load("densenet121")
    print(net)
    net(x)                           # logits of a batch (n, 3, height, width)
    net.predict("cat.jpg").top(5)    # ranked answers of a picture
    net.predict("cat.jpg").cam()     # where it is seen

docs/python.md is the guide.
"""
from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from . import _native
from ._errors import (ArgumentError, DenseNetError, DenseNetWarning, FileError, FileFormatError, LimitError,
                      MismatchError, NumericError, OutOfMemoryError)
from ._evaluation import Evaluation, Output, evaluate
from ._facts import Arch, Check, Norm, Origin
from ._heat import HeatMap
from ._history import Epoch, Training
from ._loading import arch_names, from_tensors, init, load
from ._modules import from_torch
from ._network import Network
from ._pictures import read_picture
from ._prediction import Answer, Prediction, Predictions
from ._pull import published, pull
from ._training import train

if TYPE_CHECKING:
    from . import sklearn as sklearn, torch as torch
else:
    def __getattr__(name):  # what needs PyTorch or scikit-learn, when it is asked for
        if name in ("sklearn", "torch"):
            return _import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

__version__: str = _native.facts()["version"]
#: the level of the kernels in use: "avx512", "avx2", "neon", "baseline", "reference"
cpu_level: str = _native.facts()["cpu_level"]

__all__ = [
    "Answer", "Arch", "ArgumentError", "Check", "DenseNetError", "DenseNetWarning", "Epoch", "Evaluation", "FileError",
    "FileFormatError", "HeatMap", "LimitError", "MismatchError", "Network", "Norm", "NumericError", "Origin",
    "OutOfMemoryError", "Output", "Prediction", "Predictions", "Training", "arch_names", "cpu_level", "evaluate",
    "from_tensors", "from_torch", "init", "load", "published", "pull", "read_picture", "train",
]
