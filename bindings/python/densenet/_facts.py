# SPDX-License-Identifier: MIT
"""What is known of a network, as records that show themselves."""
from __future__ import annotations

import html
import math
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence, Tuple

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Arch:
    """A member of the family (docs/densenet.md)."""

    name: str
    blocks: Tuple[int, ...]  #: layers of each dense block
    growth: int  #: maps that each layer adds
    stem: str  #: "imagenet", "cifar", "cifar-norm", "deep"
    stem_channels: int  #: maps that the stem passes to the first block
    bottleneck: int  #: a layer's 1x1 convolution has bottleneck * growth outputs; 0: it has none
    compression: float  #: a transition keeps floor(compression * channels)
    channels: int  #: of the pictures
    classes: int  #: outputs; 0: the network has no head
    bn_epsilon: float
    head: str  #: as text: "mean,linear=1000"
    parameters: int  #: trainable numbers
    cam_is_exact: bool  #: whether heat maps are, as where the head is linear on means
    smallest_input: int  #: pixels, height or width
    shrinks: bool  #: whether the stem makes pictures smaller
    unusual: bool  #: whether stem, pools or ReLUs are not those of the paper and of torchvision


@dataclass(frozen=True)
class Origin:
    """Where a network came from, in words; empty where it does not apply."""

    format: str  #: "safetensors", "torch", ...
    dialect: str  #: whose names the tensors had
    concat: str  #: whether layers put new maps "first" or "last"
    concat_from: str  #: how that was found
    dtype: str
    function: str  #: where what tensors do not tell is from
    state: str  #: where in the file it was
    derived: str  #: what was computed from the file's tensors
    config: str  #: what a config.json beside it gave


@dataclass(frozen=True)
class Norm:
    """How what a batch norm recorded agrees with the weights before it (docs/checking.md)."""

    norm: str  #: "features.norm0"
    maker: str  #: of the newest maps that it reads; "": the pictures
    correlation: float  #: of predicted and recorded means; 1 is best; NaN: cannot be said
    distance: float  #: their difference in recorded deviations, root mean square
    shared: float  #: the same between this norm and the one before it of the same maps
    verdict: str  #: "silent", "agrees", "contradicts"


def table(rows: Sequence[Sequence[Any]], head: Sequence[str], mark: str = "") -> str:
    """A table of HTML; rows whose last cell is `mark` stand out."""
    def cells(row: Sequence[Any], tag: str) -> str:
        return "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row)

    body = "".join(f"<tr{' style=color:#b00' if mark and row[-1] == mark else ''}>{cells(row, 'td')}</tr>"
                   for row in rows)
    return f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True)
class Check:
    """Where a file and its statistics disagree: a row for each batch norm, in the order of
    computation. True if nothing contradicts the weights."""

    norms: Tuple[Norm, ...]
    warning: Optional[str] = None  #: the library's sentence about the file
    contradictions: Tuple[Norm, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = tuple(norm for norm in self.norms if norm.verdict == "contradicts")
        object.__setattr__(self, "contradictions", found)

    def __bool__(self) -> bool:
        return not self.contradictions

    def __len__(self) -> int:
        return len(self.norms)

    def __iter__(self) -> Iterator[Norm]:
        return iter(self.norms)

    def __str__(self) -> str:
        said = [norm for norm in self.norms if norm.verdict != "silent"]
        if not said:
            return f"{len(self.norms)} norms recorded nothing that could be checked"
        if not self.contradictions:
            return f"{len(said)} of {len(self.norms)} norms agree with the weights before them"
        lines = [f"{len(self.contradictions)} of {len(self.norms)} norms contradict the weights before them:"]
        for norm in self.contradictions:
            shown = "" if math.isnan(norm.correlation) else f" (correlation {norm.correlation:.2f})"
            lines.append(f"  {norm.norm}, after {norm.maker or 'the pictures'}{shown}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [[n.norm, n.maker, f"{n.correlation:.3f}", f"{n.distance:.3f}", n.verdict] for n in self.norms]
        return f"<p>{html.escape(str(self))}</p>" + table(
            rows, ["norm", "after", "correlation", "distance", "verdict"], "contradicts")

    def to_frame(self) -> "pandas.DataFrame":
        """The rows as a DataFrame of pandas, which must be installed."""
        return frame([asdict(norm) for norm in self.norms], [column.name for column in fields(Norm)])


def frame(rows: List[Dict[str, Any]], columns: Sequence[str]) -> "pandas.DataFrame":
    """A DataFrame; pandas is only needed here."""
    try:
        import pandas
    except ImportError as fault:
        raise ImportError("to_frame() needs pandas: pip install pandas") from fault
    return pandas.DataFrame(rows, columns=list(columns))
