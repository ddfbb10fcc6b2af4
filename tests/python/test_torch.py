# SPDX-License-Identifier: MIT
"""Modules of PyTorch's, both ways; skipped without it."""
import numpy as np
import pytest

import densenet

torch = pytest.importorskip("torch")
import densenet.torch  # noqa: E402


def settled(module, side):
    """The module in eval mode, with statistics that are not all 0 and 1."""
    torch.manual_seed(0)
    module.train()
    with torch.no_grad():
        for _ in range(3):
            module(torch.randn(4, 3, side, side) + 0.5)
    return module.eval()


def answer(module, x):
    with torch.no_grad():
        return module(x).numpy()


@pytest.fixture(scope="module")
def published():
    models = pytest.importorskip("torchvision.models")
    return settled(models.DenseNet(8, (2, 3, 2, 2), 16, num_classes=7), 64)


def test_a_live_module_and_its_logits(published):
    x = torch.randn(3, 3, 64, 64)
    net = densenet.from_torch(published)
    np.testing.assert_allclose(net(x), answer(published, x), atol=1e-4)
    assert net.origin.format and net.arch.blocks == (2, 3, 2, 2)


def test_what_the_modules_are_is_read_and_not_only_their_tensors(published):
    import copy
    changed = copy.deepcopy(published)
    for module in changed.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 1e-2
    x = torch.randn(1, 3, 64, 64)
    net = densenet.from_torch(changed)
    assert net.arch.bn_epsilon == pytest.approx(1e-2)
    np.testing.assert_allclose(net(x), answer(changed, x), atol=1e-4)


@pytest.mark.parametrize("name", ["densenet-10-2", "densenet-bc-10-4"])
def test_to_torch_and_back(name):
    net = densenet.init(name, classes=5, seed=2)
    x = np.random.default_rng(0).standard_normal((2, 3, 32, 32), dtype=np.float32)
    module = net.to_torch()
    assert not module.training
    np.testing.assert_allclose(answer(module, torch.from_numpy(x)), net(x), atol=1e-4)
    again = densenet.from_torch(module)  # a class of one's own: its answer shows that it is a DenseNet
    assert again.warning is None
    np.testing.assert_allclose(again(x), net(x), atol=1e-5)


def test_to_torch_is_torchvision_s_class_where_it_can_be(published):
    module = densenet.from_torch(published).to_torch()
    assert type(module) is type(published)
    x = torch.randn(1, 3, 64, 64)
    np.testing.assert_allclose(answer(module, x), answer(published, x), atol=1e-5)


def test_the_built_in_network_to_torch(net, batch):
    np.testing.assert_allclose(answer(net.to_torch(), torch.from_numpy(batch)), net(batch), atol=1e-4)


def test_a_network_that_no_module_is(net):
    with pytest.raises(NotImplementedError, match="deep stem"):
        densenet.init("densenet264d").to_torch()


def test_tensors_come_in_without_a_copy(net, batch):
    from densenet._arrays import as_batch
    x = torch.from_numpy(batch)
    assert as_batch(x).ctypes.data == x.data_ptr() and np.array_equal(net(x), net(batch))
    assert np.array_equal(net(x.double()), net(batch)) and net(x.requires_grad_()).shape == (4, 10)


def test_replace_answers_as_the_module(published):
    replaced = densenet.torch.replace(published)
    x = torch.randn(2, 3, 64, 64)
    np.testing.assert_allclose(answer(replaced, x), answer(published, x), atol=1e-4)
    assert not replaced.training and replaced.eval() is replaced and "densenet.Network" in repr(replaced)
    with pytest.raises(RuntimeError, match="is for inference"):
        replaced.train()
    with pytest.raises(RuntimeError, match="has no gradients"):
        replaced(x.requires_grad_())
    with torch.no_grad():
        replaced(x)


def test_a_module_that_is_no_densenet():
    with pytest.raises(densenet.DenseNetError):
        densenet.torch.replace(torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Linear(4, 2)))


def test_a_data_loader_trains(batch):
    x, y = torch.from_numpy(batch), torch.tensor([0, 1, 1, 0])
    data = torch.utils.data.TensorDataset(x, y)
    done = densenet.train(loader=torch.utils.data.DataLoader(data, batch_size=2), labels=["a", "b"], epochs=2,
                          arch="densenet-10-2", rate=0.05, seed=1)
    again = densenet.train((batch, y.numpy()), labels=["a", "b"], epochs=1, batch=4, arch="densenet-10-2", seed=1)
    assert done.steps == 4 and again.steps == 1 and done.net(x).shape == (4, 2)
