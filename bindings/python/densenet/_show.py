# SPDX-License-Identifier: MIT
"""How a network shows itself: what `densenet info` says, as text and in a notebook."""
from __future__ import annotations

import html
from typing import TYPE_CHECKING, List, Tuple

if TYPE_CHECKING:
    from ._network import Network


def _labels(net: Network) -> str:
    named = [label for label in net.labels if label]
    if not named:
        return f"{net.arch.classes} {net.task}, without names"
    shown = ", ".join(name.split(",")[0] for name in named[:4])
    return f"{net.arch.classes} {net.task}: {shown}{', ...' if len(named) > 4 else ''}"


def rows(net: Network) -> List[Tuple[str, str]]:
    """What is known, in words; what is not known is left out."""
    arch, origin = net.arch, net.origin
    layers = "bottleneck layers" if arch.bottleneck else "plain layers"
    found = [("architecture", f"{arch.name}: blocks of {', '.join(map(str, arch.blocks))} {layers}, growth rate "
                              f"{arch.growth}, {arch.stem} stem")]
    found.append(("parameters", f"{arch.parameters:,}"))
    found.append(("outputs", _labels(net) if arch.classes else "none: there is no head"))
    if arch.classes:
        found.append(("head", arch.head))
    found.append(("pictures", f"{net.preprocess}{'' if net.preprocess_recorded else ' (not recorded: the usual)'}"))
    if origin.format:
        read = f"{origin.format}, {origin.dialect} names, {origin.dtype}; layers put new maps {origin.concat}"
        found.append(("read from", f"{read} ({origin.concat_from})"))
    extra = [("computes", origin.function), ("state", origin.state), ("derived", origin.derived),
             ("configuration", origin.config), ("warning", net.warning or "")]
    found += [(name, text) for name, text in extra if text]
    if net.quantisation is not None:
        found.append(("quantised", "int8"))
    if net.temperature != 1:
        found.append(("temperature", f"{net.temperature:.4g}"))
    return found


def page(net: Network) -> str:
    """The same as a table of HTML."""
    cells = "".join(f"<tr><th style=text-align:left>{html.escape(name)}</th>"
                    f"<td style=text-align:left>{html.escape(text)}</td></tr>" for name, text in rows(net))
    return f"<table>{cells}</table>"
