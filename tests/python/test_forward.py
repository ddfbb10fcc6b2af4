# SPDX-License-Identifier: MIT
"""Modules whose forward() does more than their parts say; skipped without PyTorch."""
import copy

import numpy as np
import pytest

import densenet

torch = pytest.importorskip("torch")
import densenet.torch  # noqa: E402


@pytest.fixture(scope="module")
def inner():
    """A module of this package's class in eval mode."""
    return densenet.init("densenet-bc-10-4", classes=5, seed=2).to_torch()


@pytest.fixture
def x():
    return torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(3))


class Wrapped(torch.nn.Module):
    """A class whose forward() is in no file."""

    def __init__(self, inner):
        super().__init__()
        self.inner = copy.deepcopy(inner)

    def forward(self, x):
        return self.inner(x)


class Scaled(Wrapped):
    def forward(self, x):
        return self.inner((x - 0.5) / 0.2)


class Softmax(Wrapped):
    def forward(self, x):
        return self.inner(x).softmax(1)


class Pair(Wrapped):
    def forward(self, x):
        return self.inner(x), x


class Raising(Wrapped):
    def forward(self, x):
        raise KeyError("mask")


class FixedWindow(Wrapped):
    """Takes one size of pictures, as old scripts do."""

    def forward(self, x):
        assert x.shape[2] == 32, "pictures of 32 x 32"
        return self.inner(x)


def double(module, given, answer):
    return 2 * answer


def hooked(inner):
    module = copy.deepcopy(inner)
    module.features[1].register_forward_hook(double)
    return module


def answer(module, x):
    with torch.no_grad():
        return module(x).numpy()


@pytest.mark.parametrize("make", [Wrapped, FixedWindow])
def test_a_forward_that_agrees_needs_no_warning(make, inner, x):
    net = densenet.from_torch(make(inner))
    assert net.warning is None
    np.testing.assert_allclose(net(x), answer(inner, x), atol=1e-4)


def traced(inner):
    return torch.jit.trace(Scaled(inner), torch.ones(1, 3, 32, 32), check_trace=False)


@pytest.mark.parametrize("make", [Scaled, hooked, traced])
def test_a_forward_that_does_something_else_is_refused(make, inner):
    with pytest.raises(densenet.MismatchError, match="something else than the DenseNet.*differ by up to"):
        densenet.from_torch(make(inner))


def test_the_module_and_the_random_numbers_are_left_as_they_are(inner):
    module = Wrapped(inner).train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    state = torch.random.get_rng_state()
    densenet.from_torch(module)
    assert module.training and module.inner.training and torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


@pytest.mark.parametrize("make, words", [(Pair, "gives a tuple and no tensor"), (Raising, "cannot be run.*mask")])
def test_what_cannot_be_compared_is_a_warning(make, words, inner, x):
    with pytest.warns(densenet.DenseNetWarning, match=f"taken to be a DenseNet's.*{words}"):
        net = densenet.from_torch(make(inner))
    np.testing.assert_allclose(net(x), answer(inner, x), atol=1e-4)


def test_a_class_that_cannot_be_pickled(inner, x):
    class Local(Wrapped):
        pass

    net = densenet.from_torch(Local(inner))
    assert net.warning is None
    np.testing.assert_allclose(net(x), answer(inner, x), atol=1e-4)

    class Wrong(Local):
        def forward(self, x):
            return -self.inner(x)

    with pytest.raises(densenet.MismatchError, match="something else"):
        densenet.from_torch(Wrong(inner))


@pytest.mark.parametrize("make", [Wrapped, Softmax, lambda inner: torch.nn.Sequential(inner, torch.nn.Sigmoid())])
def test_replace_answers_as_the_module_s_end_does(make, inner, x):
    module = make(inner).eval()
    np.testing.assert_allclose(answer(densenet.torch.replace(module), x), answer(module, x), atol=1e-4)
    np.testing.assert_allclose(densenet.from_torch(module)(x), answer(inner, x), atol=1e-4)


def test_replace_of_a_module_without_a_head(inner, x):
    module = copy.deepcopy(inner)
    module.classifier = torch.nn.Identity()
    np.testing.assert_allclose(answer(densenet.torch.replace(module), x), answer(module, x), atol=1e-4)


def test_half_precision_is_compared_in_floats(inner):
    assert densenet.from_torch(Wrapped(inner).half()).arch.classes == 5


def test_what_a_replaced_module_does_not_take(inner, x):
    replaced = densenet.torch.replace(inner)
    with pytest.raises(TypeError, match="takes tensors"):
        replaced(x.numpy())
    with pytest.raises(RuntimeError, match="cannot be traced"):
        torch.jit.trace(replaced, x)
    with pytest.raises(TypeError, match="Module is needed, and this is a OrderedDict"):
        densenet.from_torch(inner.state_dict())
