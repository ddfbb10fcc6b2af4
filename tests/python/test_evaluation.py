# SPDX-License-Identifier: MIT
"""Measures on a data set, against the same counted here."""
import numpy as np
import pytest

import densenet
from densenet._heat import png


@pytest.fixture
def folder(net, tmp_path):
    """Folders of two of the built-in network's classes, a picture of which is no picture."""
    random = np.random.default_rng(5)
    for label in ("cat", "ship"):
        (tmp_path / label).mkdir()
        for i in range(6):
            pixels = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
            (tmp_path / label / f"{i}.png").write_bytes(png(pixels))
    return tmp_path


def counted(net, folder):
    truth = [net.index(path.parent.name) for path in sorted(folder.glob("*/*.png"))]
    logits = np.stack([r.logits for r in net.predict(sorted(folder.glob("*/*.png")))])
    return np.array(truth), logits


def test_it_counts_what_predict_answers(net, folder):
    found, (truth, logits) = densenet.evaluate(net, folder), counted(net, folder)
    shares = net.probabilities(logits)[np.arange(len(truth)), truth]
    assert (found.samples, found.skipped) == (12, 0)
    assert found.top1 == pytest.approx((logits.argmax(1) == truth).mean())
    assert found.loss == pytest.approx(-np.log(shares).mean(), rel=1e-4)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (truth, logits.argmax(1)), 1)
    assert np.array_equal(found.confusion, confusion)
    cat = found.outputs[net.index("cat")]
    assert (cat.label, cat.support) == ("cat", 6) and cat.right == confusion[3, 3]
    assert "12 samples" in str(found) and "<table>" in found._repr_html_()


def test_it_measures_in_the_precision_of_the_network(net, folder):
    assert densenet.evaluate(net, folder).precision == "f32"
    assert densenet.evaluate(net.replace(precision="bf16"), folder).precision == "bf16"
    assert densenet.evaluate(net, folder, precision="bf16-weights").precision == "bf16-weights"
    with pytest.raises(ValueError, match="precision='fp8'"):
        densenet.evaluate(net, folder, precision="fp8")


def test_progress_and_what_it_raises(net, folder):
    seen = []
    densenet.evaluate(net, folder, batch=4, progress=lambda done, total: seen.append((done, total)))
    assert seen and seen[-1][1] == 12 and seen == sorted(seen)

    def fail(done, total):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        densenet.evaluate(net, folder, progress=fail)


def test_a_picture_that_cannot_be_read_is_a_warning(net, folder):
    (folder / "cat" / "torn.png").write_bytes((folder / "cat" / "0.png").read_bytes()[:500])
    with pytest.warns(densenet.DenseNetWarning, match="torn.png"):
        assert densenet.evaluate(net, folder).skipped == 1


def test_data_of_other_classes_is_refused(net, folder):
    (folder / "ship").rename(folder / "castle")
    with pytest.raises(densenet.MismatchError, match="castle"):
        densenet.evaluate(net, folder)
    with pytest.raises(ValueError, match="portion"):
        densenet.evaluate(net, folder, portion="all")
