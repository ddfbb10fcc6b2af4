# SPDX-License-Identifier: MIT
"""What a network answers, shows and keeps."""
import copy
import pickle

import numpy as np
import pytest

import densenet
from densenet._arrays import as_batch


def test_logits_of_a_batch_are_those_of_its_pictures(net, batch):
    logits = net(batch)
    assert logits.shape == (4, 10) and logits.dtype == np.float32
    one_by_one = np.concatenate([net(batch[i:i + 1]) for i in range(4)])
    np.testing.assert_allclose(logits, one_by_one, rtol=1e-5, atol=1e-5)
    assert net(batch[:0]).shape == net.probabilities(net(batch[:0])).shape == (0, 10) and net.predict([]) == []


def test_out_is_filled_and_returned(net, batch):
    out = np.full((4, 10), np.nan, np.float32)
    assert net(batch, out) is out and np.array_equal(out, net(batch))


@pytest.mark.parametrize("convert", [
    lambda x: x.astype(np.float64), np.asfortranarray, lambda x: np.repeat(x, 2, axis=3)[..., ::2],
    lambda x: memoryview(x)], ids=["float64", "fortran", "strided", "buffer"])
def test_arrays_of_other_kinds_are_the_same_numbers(net, batch, convert):
    assert np.array_equal(net(convert(batch)), net(batch))


class Exported:
    """As another library's tensor: DLPack and nothing else."""

    def __init__(self, array, is_here=True):
        self.array, self.is_here = array, is_here

    def __dlpack__(self, **options):
        if not self.is_here:
            raise BufferError("it is on another device")
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_dlpack_comes_in_without_a_copy(net, batch):
    assert np.shares_memory(as_batch(Exported(batch)), batch)
    assert np.array_equal(net(Exported(batch)), net(batch))
    with pytest.raises(TypeError, match="in this process's memory"):
        net(Exported(batch, is_here=False))


def test_what_is_no_batch_is_refused(net, batch):
    with pytest.raises(ValueError, match=r"\(n, channels, height, width\) is needed"):
        net(batch[0])
    with pytest.raises(ValueError, match="x has 1 channels; the network takes 3"):
        net(batch[:, :1])
    with pytest.raises(TypeError, match="floats are needed"):
        net((batch * 10).astype(np.uint8))
    with pytest.raises(ValueError, match="out has the shape"):
        net(batch, np.empty((3, 10), np.float32))
    with pytest.raises(TypeError, match="writable"):
        out = np.empty((4, 10), np.float32)
        out.flags.writeable = False
        net(batch, out)
    with pytest.raises(densenet.ArgumentError):
        net(batch[:, :, :2, :2])


def test_features_by_name(net, batch):
    layer = net.features(batch, "block3.layer8")
    assert layer.shape == (4, 32, 8, 8)
    found = net.features(batch, ["pool", "logits"])
    assert list(found) == ["pool", "logits"] and found["pool"].shape == (4, 352, 1, 1)
    assert np.array_equal(found["logits"].reshape(4, 10), net(batch))
    head = net.tensors["classifier.weight"], net.tensors["classifier.bias"]
    np.testing.assert_allclose(found["pool"].reshape(4, -1) @ head[0].T + head[1], net(batch), atol=1e-4)
    every = net.features(batch)
    assert list(every) == net.feature_names() and np.array_equal(every["block3.layer8"], layer)
    with pytest.raises(KeyError, match="block9"):
        net.features(batch, "block9")


def test_a_map_s_mean_is_the_logit_less_its_bias(net, batch):
    maps = net.cam(batch, "cat")
    assert net.arch.cam_is_exact and maps.shape == (4, 8, 8)
    cat = net.index("cat")
    np.testing.assert_allclose(maps.mean((1, 2)) + net.tensors["classifier.bias"][cat], net(batch)[:, cat], atol=1e-4)


def test_probabilities_are_a_softmax(net, batch):
    logits = net(batch)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    np.testing.assert_allclose(net.probabilities(logits), powers / powers.sum(1, keepdims=True), atol=1e-6)
    with pytest.raises(ValueError, match=r"\(n, 10\) is needed"):
        net.probabilities(logits[:, :3])


def test_it_says_what_it_is(net):
    assert repr(net) == "<densenet.Network densenet: 692,106 parameters, 10 outputs>"
    assert "blocks of 2, 4, 8 plain layers" in str(net) and "cifar10" in str(net)
    assert "<table>" in net._repr_html_() and "airplane" in net._repr_html_()
    assert net.labels[3] == "cat" and net.index("cat") == 3 and net.index(-1) == 9 and net.task == "classes"
    for lacking in ("dog house", 10, -11):
        with pytest.raises(KeyError):
            net.index(lacking)


def test_summary_is_torchinfo_s(net):
    table = net.summary((2, 3, 32, 32))
    assert "Layer (type:depth-idx)" in table and "[2, 10]" in table and "Total params: 692,106" in table
    assert "Kernel Shape" in net.summary(columns=["kernel_size"]) and len(net.summary(depth=1)) < len(net.summary())


def test_tensors_are_views_that_outlive_the_network():
    made = densenet.init("densenet-10-2")
    weights = made.tensors["classifier.weight"]
    copied = weights.copy()
    assert not weights.flags.writeable and made.tensors["classifier.weight"].ctypes.data == weights.ctypes.data
    del made
    assert np.array_equal(weights, copied)


@pytest.mark.parametrize("again", [lambda net: pickle.loads(pickle.dumps(net)), copy.deepcopy], ids=["pickle", "copy"])
def test_a_copy_answers_the_same(net, batch, again):
    other = again(net)
    assert np.array_equal(other(batch), net(batch))
    assert (other.labels, other.preprocess, other.task) == (net.labels, net.preprocess, net.task)


def test_replace_leaves_the_network_as_it_was(net, batch):
    names = [f"kind {i}" for i in range(10)]
    other = net.replace(labels=names, preprocess="resize=40", precision="bf16")
    assert other.labels == tuple(names) and net.labels[0] == "airplane" and "resize=40" in other.preprocess
    assert 0 < np.abs(other(batch) - net(batch)).max() < 0.2
    with pytest.raises(densenet.MismatchError):
        net.replace(labels=["one"])
    with pytest.raises(ValueError):
        net.replace(task="both")


def test_with_releases_and_the_network_remains_usable(batch):
    with densenet.load("builtin") as held:
        before = held(batch)
    assert np.array_equal(held(batch), before)


def test_the_check_finds_a_kernel_that_was_negated(net, tmp_path):
    assert net.check() and len(net.check()) == 17 and "agree" in str(net.check())
    tensors = {name: np.array(value) for name, value in net.tensors.items()}
    name = next(name for name in tensors if name.endswith("denselayer1.conv1.weight"))
    tensors[name] *= -1
    with pytest.warns(densenet.DenseNetWarning):
        spoilt = densenet.from_tensors(tensors, stem="cifar")
    check = spoilt.check()
    assert not check and check.contradictions and "contradict" in str(check) and "color" in check._repr_html_()


def test_the_pool_of_a_head_can_be_said(net, tmp_path):
    net.save(tmp_path / "net.pth")
    said = densenet.load(tmp_path / "net.pth", head_pool="max")
    assert said.arch.head == "max,linear=10"
    with pytest.raises(densenet.MismatchError, match="cannot read mean"):
        densenet.load(tmp_path / "net.pth", head_pool="mean+max")
    with pytest.raises(densenet.ArgumentError, match="a head's pool is"):
        densenet.load(tmp_path / "net.pth", head_pool="grid")
