# SPDX-License-Identifier: MIT
"""Arguments, checked: each is refused by its name."""
from __future__ import annotations

import operator
from typing import Any, List, Sequence


def whole_number(name: str, value: int, least: int, most: int = 2**63 - 1) -> int:
    """The value, if it is one from `least` to `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r}: a whole number is needed") from None
    if not least <= number <= most:
        raise ValueError(f"{name}={number}: {least} or more is needed" if number < least else
                         f"{name}={number}: {most} is the most")
    return number


def texts(name: str, values: Sequence[object]) -> List[str]:
    """Names of outputs as a list of texts; one text alone is a mistake."""
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{name}={values!r}: a list of texts is needed")
    return [str(value) for value in values]


def one_of(name: str, value: str, values: Any) -> int:
    if value not in values:
        raise ValueError(f"{name}={value!r}: one of {', '.join(map(repr, values))} is needed")
    return int(list(values).index(value))
