# SPDX-License-Identifier: MIT
"""Where networks come from: files, modules, tensors, random numbers."""
from __future__ import annotations

import os
from typing import Any, BinaryIO, Dict, List, Mapping, Optional, Union

import numpy as np

from . import _native
from ._arguments import one_of, whole_number
from ._arrays import ArrayLike, as_bytes, to_numpy
from ._network import Network
from ._pull import pull, published_row

CONCATS = ("auto", "first", "last")
POOLS = ("usual", "max", "none", "blur")
RELUS = {None: 0, True: 1, False: 2}
SCHEMES = ("pytorch", "paper")


def reading(*, concat: str = "auto", state: Optional[str] = None, stem: Optional[str] = None, stem_stride: int = 0,
            stem_pool: str = "usual", transition_relu: Optional[bool] = None, final_relu: Optional[bool] = None,
            bn_epsilon: float = 0, task: Optional[str] = None, head_pool: Optional[str] = None) -> Dict[str, Any]:
    """The options of load(), checked."""
    for name, relu in (("transition_relu", transition_relu), ("final_relu", final_relu)):
        if relu not in RELUS:
            raise ValueError(f"{name}={relu!r}: True, False or None is needed")
    options: Dict[str, Any] = {
        "concat": one_of("concat", concat, CONCATS), "stem_stride": stem_stride, "bn_epsilon": bn_epsilon,
        "stem_pool": one_of("stem_pool", stem_pool, POOLS), "transition_relu": RELUS[transition_relu],
        "final_relu": RELUS[final_relu]}
    texts = {"state": state, "stem": stem, "task": task, "head_pool": head_pool}
    options.update({name: text.encode() for name, text in texts.items() if text is not None})
    return options


def reading_of(options: Dict[str, Any]) -> Dict[str, Any]:
    """The same of what load() was given."""
    known = reading.__kwdefaults__ or {}
    for name in options:
        if name not in known:
            raise TypeError(f"there is no option {name!r}; there are {', '.join(known)}")
    return reading(**options)


def read_all(source: Any) -> bytes:
    """The rest of an open binary file."""
    data = source.read() if hasattr(source, "read") else source
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"a path, a file's bytes or a file opened with \"rb\" is needed, and this is a "
                        f"{type(source).__name__}")
    return bytes(data)


def load(source: Union[str, "os.PathLike[str]", bytes, BinaryIO], *, threads: int = 0, precision: str = "f32",
         **options: Any) -> Network:
    """Reads a network from a file of any kind that the library reads (docs/weights.md), from a
    file's bytes or an open binary file; or by name: "builtin", "densenet121" and the others of
    published(), which are pulled into the cache when they are not there, a hub's "OWNER/NAME".

    threads: 0 for one per core. precision: "f32", "bf16", "bf16-weights", "int8" of a quantised
    network, "auto". What the file does not tell can be said: concat="first"|"last", state="ema",
    stem="cifar", stem_stride=, stem_pool="max"|"none"|"blur", transition_relu=, final_relu=,
    bn_epsilon=, task="classes"|"labels", head_pool="mean"|"max"|"avgmax"|"max+mean"|"mean+max"; where
    it contradicts the file, this is refused.

    Raises FileError, FileFormatError, MismatchError if it holds no DenseNet; warns
    (DenseNetWarning) where the file contradicts itself.
    """
    chosen = reading_of(options)
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        if not os.path.exists(name) and published_row(name) is not None:
            name = pull(name)
        return Network(_native.model_load(os.fsencode(name), chosen), threads, precision)
    data = source if isinstance(source, (bytes, bytearray, memoryview)) else read_all(source)
    name = getattr(source, "name", "the file's bytes")
    return Network(_native.model_read(as_bytes(data), os.fsencode(str(name)), chosen), threads, precision)


def from_tensors(tensors: Mapping[str, ArrayLike], *, threads: int = 0, precision: str = "f32",
                 **options: Any) -> Network:
    """A network of a state dict: names of any dialect, arrays or tensors of floats, which must not
    be changed afterwards where they are float32 and contiguous. Options are load()'s."""
    if not hasattr(tensors, "items"):
        raise TypeError(f"a dict of names and tensors is needed, and this is a {type(tensors).__name__}")
    arrays = []
    for name, tensor in tensors.items():
        array = to_numpy(tensor)
        if array.dtype.kind == "f" or array.ndim:
            arrays.append((name.encode(), np.ascontiguousarray(array, dtype=np.float32)))
    return Network(_native.model_from_tensors(tuple(arrays), reading_of(options)), threads, precision)


def init(arch: str, *, classes: Optional[int] = None, channels: Optional[int] = None, seed: int = 0,
         scheme: str = "pytorch", threads: int = 0) -> Network:
    """A network of random weights: densenet121|169|201|264|161, densenet-L-K, densenet-bc-L-K and
    the others of arch_names(). scheme: "pytorch", its modules' defaults, or "paper" (He et al.,
    2015). Raises ArgumentError for a name that there is not."""
    if not isinstance(arch, str):
        raise TypeError(f'arch={arch!r}: a name, as "densenet121", is needed')
    changes = {name: value for name, value in (("classes", classes), ("channels", channels)) if value is not None}
    return Network(_native.model_init(arch, changes, one_of("scheme", scheme, SCHEMES),
                                      whole_number("seed", seed, 0)), threads)


def arch_names() -> List[str]:
    """Names of the published architectures; densenet-L-K and densenet-bc-L-K are more."""
    return _native.arch_names()
