# SPDX-License-Identifier: MIT
"""What figures share; matplotlib is only needed here."""
from __future__ import annotations

from typing import Any


def pyplot() -> Any:
    """matplotlib.pyplot, or an ImportError that says who needs it."""
    try:
        from matplotlib import pyplot as found
    except ImportError as fault:
        raise ImportError("plot() needs matplotlib: pip install matplotlib") from fault
    return found


def axes_or_new(axes: Any) -> Any:
    """The axes given, or those of a new figure."""
    return pyplot().figure().gca() if axes is None else axes
