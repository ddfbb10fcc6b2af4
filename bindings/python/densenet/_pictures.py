# SPDX-License-Identifier: MIT
"""Pictures as Python has them, and the tensors that a pipeline makes of them."""
from __future__ import annotations

import os
from typing import Any, Iterable, List, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._arrays import FloatArray, as_bytes, to_numpy

#: A path, a file's bytes, a PIL.Image, an array (height, width) or (height, width, 3), a tensor.
Picture = Any
DEPTHS = {"uint8": 8, "uint16": 16, "float32": 32}


def _pixels(picture: Picture) -> NDArray[Any]:
    """(height, width) or (height, width, 3): bytes, 16-bit numbers, or grey floats 0..1."""
    if hasattr(picture, "convert") and hasattr(picture, "mode"):  # PIL.Image
        if picture.mode in ("I;16", "I;16L", "I;16N"):
            return np.ascontiguousarray(picture, dtype=np.uint16)
        return np.ascontiguousarray(picture.convert("L" if picture.mode in ("1", "L") else "RGB"))
    pixels = to_numpy(picture)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = pixels[:, :, :3]  # alpha is dropped, as convert("RGB") does
    if pixels.ndim == 2 and pixels.dtype.kind == "f":
        if pixels.size and not (pixels.min() >= 0 and pixels.max() <= 1):
            raise ValueError(f"a picture of floats has numbers from {pixels.min()} to {pixels.max()}; 0..1 are needed")
        pixels = pixels.astype(np.float32, copy=False)
    sound = pixels.ndim == 2 or pixels.ndim == 3 and pixels.shape[2] == 3
    if not sound or pixels.dtype.name not in DEPTHS or (pixels.ndim == 3 and pixels.dtype.kind == "f"):
        fault = TypeError if sound else ValueError
        raise fault(f"an array of {pixels.dtype} and shape {pixels.shape} is no picture; (height, width) or "
                    f"(height, width, 3) of uint8 or uint16 is needed, or (height, width) of floats 0..1")
    return np.ascontiguousarray(pixels)


def _empty(pipeline: str, width: int, height: int, orientation: int) -> FloatArray:
    return np.empty(_native.preprocess_size(pipeline, width, height, orientation), dtype=np.float32)


def tensor_of(picture: Picture, pipeline: str) -> FloatArray:
    """The tensor of one picture, (channels, height, width). Files are read by this library, and
    as Pillow reads them (docs/pictures.md)."""
    if isinstance(picture, (str, os.PathLike)):
        image = _native.image_read(os.fsencode(picture), pipeline, 0, 0)
    elif isinstance(picture, (bytes, bytearray, memoryview)) and not getattr(picture, "ndim", 1) > 1:
        image = _native.image_decode(as_bytes(picture), b"the picture's bytes", pipeline, 0, 0)
    else:
        pixels = _pixels(picture)
        tensor = _empty(pipeline, pixels.shape[1], pixels.shape[0], 0)
        _native.pixels_tensor(pixels, DEPTHS[pixels.dtype.name], pipeline, tensor)
        return tensor
    width, height, _, _, orientation, _ = _native.image_facts(image)
    tensor = _empty(pipeline, width, height, orientation)
    _native.image_tensor(image, pipeline, tensor)
    return tensor


def name_of(picture: Picture, index: int) -> str:
    """What a picture is called in answers: its path, or its place in the list."""
    return os.fspath(picture) if isinstance(picture, (str, os.PathLike)) else f"picture {index}"


def as_list(pictures: Union[Picture, Iterable[Picture]]) -> Tuple[List[Picture], bool]:
    """The pictures, and whether it was a single one. An array of four axes, or a list, is many."""
    read = getattr(pictures, "read", None)
    if read is not None:  # an open file, which is also an iterator of lines
        return [read()], True
    paths = getattr(getattr(pictures, "dtype", None), "kind", "") in ("O", "U") and getattr(pictures, "ndim", 0) == 1
    if paths or isinstance(pictures, (list, tuple)) or hasattr(pictures, "__next__"):
        return list(pictures), False
    if getattr(pictures, "ndim", 0) == 4:
        return list(to_numpy(pictures)), False
    return [pictures], True


def pixels_of(tensor: FloatArray, pipeline: str) -> NDArray[np.uint8]:
    """The picture that a tensor was made of, as it was cropped: (height, width, 3) bytes."""
    values = np.empty((3, 256), dtype=np.float32)
    _native.preprocess_values(pipeline, values)
    channels = []
    for channel, plane in enumerate(tensor):
        low, high = values[channel, 0], values[channel, 255]
        channels.append(np.clip(np.rint((plane - low) / (high - low) * 255), 0, 255).astype(np.uint8))
    return np.stack(channels if len(channels) == 3 else channels * 3, axis=-1)


def read_picture(path: Union[str, "os.PathLike[str]", bytes], frame: int = 0) -> NDArray[Any]:
    """Decodes a picture file, or its bytes: JPEG, PNG, WebP, TIFF, JPEG 2000, BMP, GIF, PGM, PPM,
    DICOM; HEIF and AVIF where the system has libheif.

    Returns (height, width, 3) or, of grey pictures, (height, width): uint8, uint16, or float32 of
    DICOM. frame: of a DICOM file, from 1. Raises FileError, FileFormatError, LimitError.
    """
    if isinstance(path, bytes):
        image = _native.image_decode(as_bytes(path), b"the picture's bytes", "none", 0, frame)
    else:
        image = _native.image_read(os.fsencode(path), "none", 0, frame)
    width, height, channels, depth, _, _ = _native.image_facts(image)
    dtype = {8: np.uint8, 16: np.uint16, 32: np.float32}[depth]
    pixels: NDArray[Any] = np.empty((height, width, channels), dtype=dtype)
    _native.image_pixels(image, pixels.reshape(-1).view(np.uint8))
    return pixels[:, :, 0] if channels == 1 else pixels
