# SPDX-License-Identifier: MIT
"""Training from files, arrays and batches; stopping and going on."""
import json
import signal

import numpy as np
import pytest

import densenet
from densenet._heat import png
from densenet._scores import auroc

QUICK = {"arch": "densenet-10-2", "rate": 0.05, "batch": 8, "threads": 1, "seed": 4}


@pytest.fixture(scope="module")
def arrays():
    """Two classes that a glance tells apart: dark and bright."""
    random = np.random.default_rng(2)
    y = np.arange(24) % 2
    return (random.standard_normal((24, 3, 16, 16)) + 2 * y[:, None, None, None]).astype(np.float32), y


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(6)
    for label, low in (("dark", 0), ("light", 128)):
        (tmp_path / "data" / label).mkdir(parents=True)
        for i in range(10):
            pixels = random.integers(low, low + 128, (32, 32, 3), dtype=np.uint8)
            (tmp_path / "data" / label / f"{i}.png").write_bytes(png(pixels))
    return tmp_path / "data"


def weights(training):
    return {name: np.array(value) for name, value in training.net.tensors.items()}


def assert_same(one, other):
    assert all(np.array_equal(value, weights(other)[name]) for name, value in weights(one).items())


def test_arrays_are_learnt(arrays):
    done = densenet.train(arrays, val=arrays, epochs=6, labels=["dark", "light"], **QUICK)
    assert done.finished and done.steps == 18 and len(done.history) == 6
    assert done.best.val_score == max(e.val_score for e in done.history) > 0.9
    assert done.net.labels == ("dark", "light") and (done.net(arrays[0]).argmax(1) == arrays[1]).mean() > 0.9
    assert done.net.training["batch"] == 8 and "epoch 1: loss" in str(done)
    assert done._repr_html_().count("<svg") == 2 and "18 steps, finished" in repr(done)


def test_the_score_is_evaluate_s(arrays):
    done = densenet.train(arrays, val=arrays, epochs=1, **QUICK)
    logits = done.net(arrays[0])
    loss = -np.log(done.net.probabilities(logits)[np.arange(24), arrays[1]]).mean()
    assert done.best.val_loss == pytest.approx(loss, rel=1e-5)
    assert done.best.val_score == (logits.argmax(1) == arrays[1]).mean()
    assert auroc(np.array([1.0, 2, 2, 3]), np.array([False, False, True, True])) == 0.875
    assert np.isnan(auroc(np.array([1.0, 2]), np.array([True, True])))


def test_labels_of_arrays_may_be_unknown(arrays):
    y = np.stack([arrays[1], 1 - arrays[1]], 1).astype(np.float32)
    y[0, 1] = np.nan
    done = densenet.train((arrays[0], y), val=(arrays[0], y), epochs=2, **QUICK)
    assert done.net.task == "labels" and done.score_name == "mean AUROC" and 0 <= done.history[-1].val_score <= 1


def test_files_and_what_is_left_in_the_folder(folder, tmp_path):
    done = densenet.train(folder, epochs=2, augment="none", output=tmp_path / "run", **QUICK)
    assert done.net.labels == ("dark", "light") and len(done.history) == 2 and done.history[0].val_loss > 0
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "best.safetensors", "last.safetensors", "resume.safetensors"]
    again = densenet.load(tmp_path / "run/best.safetensors")
    assert again.preprocess == done.net.preprocess == "cifar10" and again.training["program"] == "densenet.train"
    found = densenet.evaluate(again, folder)
    assert found.samples == 20


@pytest.fixture
def interruptible():
    """Ctrl-C as in a terminal, also where these tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("options, last", [({}, 4), ({"accumulate": 2, "sampler": "weighted"}, 3)])
@pytest.mark.parametrize("where", ["arrays", "files"])
def test_ctrl_c_saves_and_it_goes_on_with_the_same_bits(where, options, last, arrays, folder, tmp_path):
    data = arrays if where == "arrays" else folder
    options = {**QUICK, **options, "epochs": 3}
    whole = densenet.train(data, output=tmp_path / "whole", **options)
    native, steps = densenet._native.trainer_steps, []

    def press(trainer):
        steps.append(native(trainer))
        if steps[-1] == last and steps.count(last) == 1:
            signal.raise_signal(signal.SIGINT)
        return native(trainer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(densenet._native, "trainer_steps", press)
        with pytest.warns(densenet.DenseNetWarning, match=f"stopped after step {last}: resume=True continues"):
            part = densenet.train(data, output=tmp_path / "part", **options)
    assert not part.finished and part.steps == last and part.net is not None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    rest = densenet.train(data, output=tmp_path / "part", resume=True, **options)
    assert rest.finished and [e.loss for e in rest.history] == [e.loss for e in whole.history]
    assert_same(whole, rest)
    again = densenet.train(data, output=tmp_path / "part", resume=True, **options)
    assert again.finished and again.steps == rest.steps and again.net is not None


def test_going_on_with_other_data_is_refused(arrays, tmp_path):
    densenet.train(arrays, epochs=1, output=tmp_path, **QUICK)
    with pytest.raises(densenet.MismatchError, match="its epochs have 3 steps, these 1"):
        densenet.train((arrays[0][:8], arrays[1][:8]), epochs=2, output=tmp_path, resume=True, **QUICK)


class Loader(list):
    """As a DataLoader: batches that can be gone through again."""


def test_loaders_and_generators(arrays):
    x, y = arrays
    batches = Loader((x[i:i + 8], y[i:i + 8]) for i in range(0, 24, 8))
    quick = {name: value for name, value in QUICK.items() if name != "batch"}
    done = densenet.train(loader=batches, epochs=2, labels=["a", "b"], **quick)
    again = densenet.train(loader=(pair for _ in range(2) for pair in batches), steps=3, epochs=2,
                           labels=["a", "b"], **quick)
    assert done.steps == 6
    assert_same(done, again)
    with pytest.raises(ValueError, match="ended before"):
        densenet.train(loader=iter(batches), steps=3, epochs=2, labels=["a", "b"], **quick)
    with pytest.raises(TypeError, match="steps=, the batches of an epoch"):
        densenet.train(loader=iter(batches), labels=["a", "b"], **quick)
    with pytest.raises(TypeError, match="how many classes"):
        densenet.train(loader=batches, **quick)


def test_weights_of_outputs(arrays):
    plain, even, uneven = (densenet.train(arrays, epochs=1, weights=weights, **QUICK) for weights in
                           (None, [1, 1], np.array([1.0, 5.0])))
    assert_same(plain, even)
    assert not np.array_equal(weights(plain)["classifier.bias"], weights(uneven)["classifier.bias"])
    assert uneven.net.training["weights"] == [1, 5] and plain.net.training["weights"] is None
    y = np.stack([arrays[1], 1 - arrays[1]], 1)
    labels = [densenet.train((arrays[0], y), epochs=1, weights=given, **QUICK).history[0].loss for given in
              ([1, 1], [1, 9])]
    assert labels[0] < labels[1]
    for wrong, words in (([1], "one for each of 2"), ([1, -1], "finite numbers"), ([1, np.nan], "finite numbers")):
        with pytest.raises(ValueError, match=words):
            densenet.train(arrays, epochs=1, weights=wrong, **QUICK)


def test_mixup_of_files(folder, arrays):
    plain, mixed, again = (densenet.train(folder, epochs=1, mixup=alpha, **QUICK) for alpha in (0, 0.4, 0.4))
    assert_same(mixed, again)
    assert mixed.history[0].loss != plain.history[0].loss and mixed.net.training["mixup"] == 0.4
    with pytest.raises(TypeError, match="mixup= is of files"):
        densenet.train(arrays, mixup=0.4, **QUICK)


def test_callbacks_see_it_and_may_end_it(arrays):
    seen = []

    def enough(training):
        seen.append(len(training.history))
        return len(training.history) == 2

    done = densenet.train(arrays, epochs=5, callbacks=[enough], **QUICK)
    assert seen == [1, 2] and not done.finished and done.net is not None


def test_going_on_from_a_network(arrays, net):
    options = {name: value for name, value in QUICK.items() if name != "arch"}
    tuned = densenet.train(arrays, start=net, epochs=1, labels=["dark", "light"], freeze="features", **options)
    assert tuned.net.arch.classes == 2 and net.arch.classes == 10
    name = next(name for name in net.tensors if name.endswith("conv1.weight"))
    assert np.array_equal(tuned.net.tensors[name], net.tensors[name])
    kept = densenet.train((arrays[0], arrays[1] + 3), start=net, epochs=1, freeze="features", **options)
    assert kept.net.labels == net.labels


def test_progress_is_a_line_or_a_bar(arrays, capsys):
    densenet.train(arrays, epochs=1, progress=True, **QUICK)
    assert "epoch 1: loss" in capsys.readouterr().err


@pytest.mark.parametrize("options, error, words", [
    ({"arch": None}, TypeError, "arch="), ({"schedule": "never"}, ValueError, "never"),
    ({"colour": 1}, TypeError, "colour"), ({"augment": "cifar"}, TypeError, "augment= is of files"),
    ({"scheme": "luck"}, ValueError, "'pytorch', 'paper'"), ({"resume": True}, TypeError, "needs output="),
    ({"batch": 0}, ValueError, "batch=0")])
def test_what_cannot_be_is_refused(arrays, options, error, words):
    with pytest.raises(error, match=words):
        densenet.train(arrays, **{**QUICK, **options})


def test_answers_that_the_network_has_not(arrays):
    with pytest.raises(densenet.MismatchError, match="of 2 outputs"):
        densenet.train((arrays[0], arrays[1] + 1), labels=["a", "b"], **QUICK)
    with pytest.raises(ValueError, match="24 pictures with 3 answers"):
        densenet.train((arrays[0], arrays[1][:3]), **QUICK)
    with pytest.raises(TypeError, match="one of data"):
        densenet.train(**QUICK)


def test_a_history_as_a_frame_and_as_figures(arrays):
    pytest.importorskip("pandas")
    frame = densenet.train(arrays, epochs=2, **QUICK).to_frame()
    assert list(frame["epoch"]) == [1, 2] and json.loads(frame.to_json())
