# SPDX-License-Identifier: MIT
"""What comes in as an array: NumPy, DLPack, the buffer protocol; without a copy if it is float32
and contiguous."""
from __future__ import annotations

from typing import Any, Tuple, Union

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
#: NumPy's arrays, PyTorch's tensors and whatever else has DLPack or the buffer protocol.
ArrayLike = Any


def is_tensor(value: object) -> bool:
    """Whether this is a tensor of PyTorch's, without importing it."""
    return type(value).__module__.partition(".")[0] == "torch"


def to_numpy(value: ArrayLike) -> NDArray[Any]:
    """The same numbers as an array, without a copy where the memory can be shared."""
    if isinstance(value, np.ndarray):
        return value
    if getattr(value, "requires_grad", False):
        value = value.detach()
    if is_tensor(value) and value.is_neg():
        value = value.resolve_neg()  # a view with other signs, of which DLPack says nothing
    if hasattr(value, "__dlpack__"):
        if hasattr(value, "is_contiguous") and str(getattr(value, "dtype", "")) == "torch.bfloat16":
            value = value.float()  # NumPy has no such numbers
        try:
            return np.asarray(np.from_dlpack(value))
        except (BufferError, RuntimeError, AttributeError) as fault:
            raise TypeError(f"an array in this process's memory is needed, and this one is not: "
                            f"{fault}") from fault
    return np.asarray(value)


def as_floats(value: ArrayLike, what: str, rank: int, shape: str) -> FloatArray:
    """A C-contiguous float32 array of `rank` axes; floats of other widths are converted."""
    array = to_numpy(value)
    if array.dtype != np.float32 and array.dtype.kind != "f":
        raise TypeError(f"{what} has the type {array.dtype}; floats are needed, as prepare() makes "
                        f"them of pictures")
    if array.ndim != rank:
        raise ValueError(f"{what} has the shape {array.shape}; {shape} is needed")
    return np.ascontiguousarray(array, dtype=np.float32)


def as_batch(x: ArrayLike) -> FloatArray:
    """Pictures as a network reads them: (n, channels, height, width)."""
    if type(x) is np.ndarray and x.dtype == np.float32 and x.ndim == 4 and x.flags.c_contiguous:
        return x
    return as_floats(x, "x", 4, "(n, channels, height, width)")


def as_bytes(data: Union[bytes, bytearray, memoryview]) -> NDArray[np.uint8]:
    """The bytes of an object with the buffer protocol, without a copy."""
    return np.frombuffer(data, dtype=np.uint8)


class Memory:
    """Memory of the library's as NumPy sees it: read only, and kept by what owns it."""

    def __init__(self, address: int, shape: Tuple[int, ...], owner: object) -> None:
        self.owner = owner
        self.__array_interface__ = {"version": 3, "typestr": "<f4" if np.little_endian else ">f4",
                                    "shape": shape, "data": (address, True)}

    def array(self) -> FloatArray:
        return np.asarray(self)
