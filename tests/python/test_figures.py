# SPDX-License-Identifier: MIT
"""Figures of matplotlib's, skipped without it."""
import numpy as np
import pytest

import densenet
from densenet._heat import png

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


def test_figures_of_answers_and_heat_maps(net, picture):
    result = net.predict(picture)
    bars = result.plot()
    assert [bar.get_width() for bar in bars.patches] == [a.probability for a in result.top(5)[::-1]]
    axes = pyplot.figure().gca()
    assert result.cam().plot(axes) is axes and np.array_equal(axes.images[0].get_array(), result.cam().overlay())


def test_figures_of_an_evaluation(net, picture, tmp_path):
    (tmp_path / "cat").mkdir()
    for i in range(3):
        (tmp_path / "cat" / f"{i}.png").write_bytes(png(picture))
    found = densenet.evaluate(net, tmp_path)
    shares = found.plot().images[0].get_array()
    assert shares.shape == (10, 10) and shares[net.index("cat")].sum() == 1


def test_figures_of_a_training():
    random = np.random.default_rng(0)
    data = random.standard_normal((8, 3, 8, 8)), np.arange(8) % 2
    done = densenet.train(data, val=data, arch="densenet-10-2", epochs=2, threads=1)
    axes = done.plot()
    assert list(axes[0].lines[0].get_ydata()) == [epoch.loss for epoch in done.history]
    assert [place.get_title() for place in axes] == ["loss", "accuracy"]
