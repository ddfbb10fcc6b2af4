# SPDX-License-Identifier: MIT
"""What a person gets wrong is refused with a sentence before anything is computed."""
import io

import numpy as np
import pytest

import densenet
from densenet._heat import png

QUICK = {"arch": "densenet-10-2", "epochs": 1, "batch": 4, "threads": 1, "rate": 0.05}
X = np.zeros((6, 3, 16, 16), np.float32)
Y = np.arange(6) % 2


@pytest.mark.parametrize("pictures, options, error, words", [
    ([np.zeros((8, 8), np.uint8)], {"batch": 0}, ValueError, "batch=0"),
    ([np.zeros((8, 8), np.uint8)], {"batch": -1}, ValueError, "batch=-1"),
    (np.zeros((3, 8, 8), np.uint8), {}, ValueError, r"shape \(3, 8, 8\) is no picture"),
    (np.zeros((8, 8, 3), np.float32), {}, TypeError, r"float32 and shape \(8, 8, 3\) is no picture"),
    (np.full((8, 8), 255.0), {}, ValueError, "from 255.0 to 255.0; 0..1"),
    (np.full((8, 8), np.nan), {}, ValueError, "from nan to nan; 0..1")])
def test_pictures(net, pictures, options, error, words):
    with pytest.raises(error, match=words):
        net.predict(pictures, **options)


def test_open_files_and_arrays_of_paths_are_pictures(net, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    path = tmp_path / "a.png"
    path.write_bytes(png(pixels))
    expected = net.predict(path).logits
    assert np.array_equal(net.predict(io.BytesIO(path.read_bytes())).logits, expected)
    for many in (np.array([str(path)] * 2), np.array([str(path)] * 2, dtype=object)):
        assert len(net.predict(many)) == 2
    with pytest.raises(ValueError, match="count=-1"):
        net.predict(path).top(-1)


@pytest.mark.parametrize("out, words", [
    (np.empty((4, 10)), "out is no C-contiguous"), ([1], "out is no"), (np.empty((10, 4), np.float32).T, "out is no")])
def test_where_logits_are_written(net, batch, out, words):
    with pytest.raises(TypeError, match=words):
        net(batch, out)


@pytest.mark.parametrize("call, error, words", [
    (lambda net: net.replace(labels="abcdefghij"), TypeError, "a list of texts"),
    (lambda net: net.replace(temperature=-1), ValueError, "temperature=-1"),
    (lambda net: net.replace(temperature=0), ValueError, "temperature=0"),
    (lambda net: net.cam(X, None), TypeError, "its number or its label"),
    (lambda net: densenet.load(None), TypeError, "this is a NoneType"),
    (lambda net: densenet.load(io.StringIO("text")), TypeError, 'opened with "rb"'),
    (lambda net: densenet.load("builtin", final_relu="yes"), ValueError, "True, False or None"),
    (lambda net: densenet.load("builtin", colour=1), TypeError, "there is no option 'colour'; there are concat, state"),
    (lambda net: densenet.load("builtin", threads=-1), ValueError, "threads=-1"),
    (lambda net: densenet.load("builtin", threads="2"), TypeError, "threads='2': a whole number"),
    (lambda net: densenet.load("builtin", precision="f16"), ValueError, "precision='f16': one of 'f32', 'bf16'"),
    (lambda net: densenet.init(None), TypeError, "arch=None"),
    (lambda net: setattr(net, "labels", ("a",)), AttributeError, r"replace\(labels=...\) makes another"),
    (lambda net: net.label(10), KeyError, "output 10 of 10"), (lambda net: densenet.tourch, AttributeError, "tourch"),
    (lambda net: net("a.jpg"), TypeError, "floats are needed, as prepare"),
    (lambda net: net.probabilities(np.zeros(10)), ValueError, r"the shape \(10,\); \(n, 10\) is needed"),
    (lambda net: net.predict(np.zeros((8, 8), np.uint8)).top(2.5), TypeError, "count=2.5: a whole number"),
    (lambda net: net.predict(np.zeros((8, 8), np.uint8)).cam().save("nowhere/a.png"), densenet.FileError,
     "nowhere/a.png: cannot be written: No such"),
    (lambda net: densenet.init("densenet-10-2", seed=-1), ValueError, "seed=-1"),
    (lambda net: densenet.init("densenet-10-2", seed=2**64), ValueError, "is the most"),
    (lambda net: densenet.from_tensors([1]), TypeError, "this is a list"),
    (lambda net: densenet.evaluate("builtin", "data"), TypeError, "this is a str")])
def test_networks(net, call, error, words):
    with pytest.raises(error, match=words):
        call(net)


@pytest.mark.parametrize("data, options, error, words", [
    ((X, Y, Y), {}, TypeError, r"\(x, y\)"), (X, {}, TypeError, "is a ndarray"),
    ((X, np.full((6, 2), 7.0)), {}, ValueError, "from 7.0 to 7.0: of labels, 0..1"),
    ((X, np.array(["a", "b"] * 3)), {}, TypeError, "classes are whole numbers"),
    ((X, Y), {"labels": "ab"}, TypeError, "a list of texts"), ((X, Y), {"steps": 3}, TypeError, "steps= is of loaders"),
    ((X, Y), {"momentum": np.nan}, ValueError, "momentum=nan"), ((X, Y), {"seed": -1}, ValueError, "seed=-1"),
    ((X, Y), {"rate": "fast"}, TypeError, "rate='fast': a number"), ((X, Y), {"epochs": "3"}, TypeError, "epochs='3'"),
    ((X, Y), {"momentum": [2]}, TypeError, "momentum: must be real number"),
    ((X, np.eye(2)[Y]), {"smoothing": 0.1}, ValueError, "smoothing= is of classes"),
    ((X, Y), {"callbacks": [3]}, TypeError, "a list of functions"), ((X, Y), {"callbacks": print}, TypeError, "callbacks=<"),
    ((X, Y), {"val": 0.2}, TypeError, "val is a float"), ((X, Y), {"val": "data"}, TypeError, "val is a str"),
    ((X, Y), {"val": (X[:3], Y[:2])}, ValueError, "3 pictures with 2 answers"),
    ((X, Y), {"val": (X[:0], Y[:0])}, ValueError, "0 pictures"),
    ((X, Y), {"val": (X[:, :1], Y)}, densenet.MismatchError, "1 channels"),
    ((X, Y), {"val": (X, np.eye(2)[Y])}, densenet.MismatchError, "val has labels"),
    ((X, Y), {"val": (X, Y + 5)}, densenet.MismatchError, "of 2 outputs")])
def test_arrays_to_train_on(data, options, error, words):
    with pytest.raises(error, match=words):
        densenet.train(data, **{**QUICK, **options})


@pytest.mark.parametrize("second, error, words", [
    ((X[:, :, :8, :8], Y), ValueError, r"shape \(3, 8, 8\) after ones of \(3, 16, 16\)"),
    ((X[:, :1], Y), ValueError, "after ones of"), ((X, Y, Y), TypeError, "the loader's batch"),
    ({"x": X}, TypeError, "is a dict"), ((X, Y[:2]), ValueError, "6 pictures with 2 answers")])
def test_batches_of_a_loader(second, error, words):
    with pytest.raises(error, match=words):
        densenet.train(loader=[(X, Y), second], labels=["a", "b"], arch="densenet-10-2", epochs=1, rate=0.05)


def test_nothing_to_validate_on_can_be_said_of_arrays():
    assert np.isnan(densenet.train((X, Y), val=False, **QUICK).history[0].val_loss)


def test_tensors_with_other_signs_and_gradients(net, batch):
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(batch)
    negative = torch.complex(x, -x).conj().imag
    assert negative.is_neg() and np.array_equal(net(negative), net(batch))
    logits = torch.from_numpy(net(batch))
    expected = net.probabilities(logits.numpy())
    assert np.array_equal(net.probabilities(logits.requires_grad_()), expected)
    assert net.probabilities(logits.bfloat16()).shape == (4, 10)
