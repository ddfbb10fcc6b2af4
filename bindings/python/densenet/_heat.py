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

from ._arrays import FloatArray
from ._plots import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From dark to bright in even steps of lightness, so that it survives a grey print.
RAMP = np.array([[0, 0, 20], [80, 18, 123], [182, 54, 121], [251, 136, 97], [252, 253, 191]], dtype=np.float64)


def stretched(values: FloatArray, height: int, width: int) -> NDArray[np.float64]:
    """A map at another size: linear between the centres of its elements, constant beyond."""
    def places(size: int, count: int) -> NDArray[np.float64]:
        return np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)

    rows, columns = places(height, values.shape[0]), places(width, values.shape[1])
    across = np.stack([np.interp(columns, np.arange(values.shape[1]), row) for row in values.astype(np.float64)])
    return np.stack([np.interp(rows, np.arange(values.shape[0]), column) for column in across.T], axis=1)


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

    def colours(self) -> NDArray[np.uint8]:
        """The map alone at the picture's size, (height, width, 3) bytes; 0 and below is darkest."""
        full = np.clip(stretched(self.values, *self.picture.shape[:2]), 0, None)
        share = full / (full.max() or 1) * (len(RAMP) - 1)
        low = np.minimum(share.astype(int), len(RAMP) - 2)
        rest = (share - low)[:, :, np.newaxis]
        shades: NDArray[np.float64] = RAMP[low] * (1 - rest) + RAMP[low + 1] * rest
        return np.rint(shades).astype(np.uint8)

    def overlay(self, strength: float = 0.5) -> NDArray[np.uint8]:
        """The map over the picture, (height, width, 3) bytes. strength: of the map, 0..1."""
        blend: NDArray[np.float64] = (1 - strength) * self.picture + strength * self.colours()
        return np.rint(blend).astype(np.uint8)

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the overlay as a PNG file."""
        with open(path, "wb") as file:
            file.write(png(self.overlay()))

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
