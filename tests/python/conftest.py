# SPDX-License-Identifier: MIT
"""Networks for the tests of the package as it is installed: no tree and no compiler is needed."""
import numpy as np
import pytest

import densenet


@pytest.fixture(scope="session")
def net():
    """The built-in network: ten classes, pictures of 32 x 32."""
    return densenet.load("builtin")


@pytest.fixture(scope="session")
def small():
    """A network of random weights that answers in microseconds."""
    return densenet.init("densenet-10-2", seed=3, threads=1)


@pytest.fixture
def batch():
    return np.random.default_rng(0).standard_normal((4, 3, 32, 32), dtype=np.float32)


@pytest.fixture
def picture():
    """A picture of 40 x 50 as (height, width, 3) bytes."""
    return np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)
