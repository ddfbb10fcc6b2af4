# SPDX-License-Identifier: MIT
"""Heat maps over pictures, without matplotlib."""
from __future__ import annotations

import base64
import html
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._arrays import FloatArray
from ._errors import FileError
from ._plots import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def png(pixels: NDArray[np.uint8]) -> bytes:
    """(height, width, 3) bytes as a PNG file's (ISO/IEC 15948)."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines.tobytes()))
            + chunk(b"IEND", b""))


def image(pixels: NDArray[np.uint8], alt: str) -> str:
    """(height, width, 3) bytes as an element of HTML."""
    data = base64.b64encode(png(pixels)).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}">'


class HeatMap:
    """Where a picture speaks for an output.

    values: (height, width) at the size of the network's last maps. If `exact`, their mean is the
    logit less its constant part; otherwise they are gradient-weighted. NumPy takes the object
    itself for its values.
    """

    def __init__(self, values: FloatArray, label: str, exact: bool, picture: NDArray[np.uint8]) -> None:
        self.values = values
        self.label = label
        self.exact = exact
        self.picture = picture  #: (height, width, 3) bytes, what the network saw

    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[Any]:
        return np.array(self.values, dtype=dtype) if copy else np.asarray(self.values, dtype=dtype)

    def overlay(self) -> NDArray[np.uint8]:
        """The picture in grey, with colours from blue to red where it speaks for the output, as the
        program paints it: (height, width, 3) bytes."""
        values = np.ascontiguousarray(self.values, dtype=np.float32)
        picture = np.ascontiguousarray(self.picture)
        painted = np.empty_like(picture)
        _native.heat_map_paint(values, float(values.max(initial=0)), picture, painted)
        return painted

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the overlay as a PNG file."""
        try:
            with open(path, "wb") as file:
                file.write(png(self.overlay()))
        except OSError as fault:
            raise FileError(f"{os.fspath(path)!s}: cannot be written: {fault.strerror}") from None

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draws the overlay on axes of matplotlib, which must be installed."""
        drawn: "Axes" = axes_or_new(axes)
        drawn.imshow(self.overlay())
        drawn.set_axis_off()
        drawn.set_title(self.label)
        return drawn

    def show(self, title: str = "") -> None:
        """Shows the overlay: in a notebook, by matplotlib, or by Pillow's viewer."""
        try:
            from IPython import get_ipython
            if get_ipython() is not None:
                from IPython.display import display
                display(self)
                return
        except ImportError:
            pass
        try:
            from matplotlib import pyplot
            self.plot().set_title(title or self.label)
            pyplot.show()
        except ImportError:
            self._show_by_pillow(title)

    def _show_by_pillow(self, title: str) -> None:
        try:
            from PIL import Image
        except ImportError as fault:
            raise ImportError("show() needs matplotlib or Pillow; save() needs neither") from fault
        Image.fromarray(self.overlay()).show(title=title)

    def __repr__(self) -> str:
        height, width = self.values.shape
        return f"<densenet.HeatMap of {self.label!r}: {height} x {width}, {'exact' if self.exact else 'by gradients'}>"

    def _repr_png_(self) -> bytes:
        return png(self.overlay())

    def _repr_html_(self) -> str:
        return image(self.overlay(), f"where it is {self.label}")
