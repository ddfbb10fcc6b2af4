# SPDX-License-Identifier: MIT
"""Settings of a training: recipes, passes that are added up, samplers, milestones, patience."""
import numpy as np
import pytest

import densenet
from densenet._sources import Arrays

QUICK = {"arch": "densenet-10-2", "batch": 8, "threads": 1, "seed": 4}


@pytest.fixture(scope="module")
def arrays():
    random = np.random.default_rng(2)
    y = np.arange(24) % 2
    return (random.standard_normal((24, 3, 16, 16)) + 2 * y[:, None, None, None]).astype(np.float32), y


def kernels(training):
    return [np.array(value) for name, value in training.net.tensors.items() if "running" not in name]


def test_recipes_set_what_is_not_given(arrays):
    done = densenet.train(arrays, recipe="xray", epochs=1, **QUICK)
    kept = done.net.training
    assert (kept["recipe"], kept["optimiser"], kept["rate"], kept["warmup"]) == ("xray", "adamw", 1e-4, 0.5)
    assert (kept["epochs"], kept["batch"], kept["weight_decay"]) == (1, 8, 0.01)
    kept = densenet.train(arrays, recipe="paper-imagenet", epochs=1, **QUICK).net.training
    assert (kept["accumulate"], kept["schedule"], kept["nesterov"]) == (8, "step", True)
    assert kept["milestones"] == [0.33333333, 0.66666667]
    net = densenet.init("densenet-10-2", classes=2)
    assert densenet.train(arrays, recipe="finetune", start=net, epochs=1).net.training["smoothing"] == 0.1
    labels = densenet.train((arrays[0], np.eye(2)[arrays[1]]), recipe="finetune", start=net, epochs=1)
    assert "smoothing" not in labels.net.training
    with pytest.raises(TypeError, match="start= names"):
        densenet.train(arrays, recipe="finetune", **QUICK)
    with pytest.raises(densenet.ArgumentError, match="paper-cifar, paper-imagenet, finetune and xray"):
        densenet.train(arrays, recipe="luck", **QUICK)


def test_passes_are_added_up(arrays):
    quick = {"arch": "densenet-10-2", "threads": 1, "labels": ["a", "b"], "epochs": 1, "val": False}
    x, y = arrays
    once = densenet.train(loader=[(x, y)], **quick)
    twice = densenet.train(loader=[(x, y)] * 2, accumulate=2, **quick)
    assert once.steps == twice.steps == 1
    assert all(np.allclose(one, other, atol=1e-6) for one, other in zip(kernels(once), kernels(twice)))
    three = [(x[i:i + 8], y[i:i + 8]) for i in range(0, 24, 8)]
    buffer = np.empty_like(x[:8])

    def refilled():
        for part, answers in three:
            buffer[:] = part
            yield buffer, answers

    expected = densenet.train(loader=three, accumulate=2, **quick)
    found = densenet.train(loader=refilled(), steps=3, accumulate=2, **quick)
    assert expected.steps == found.steps == 2
    assert all(np.array_equal(one, other) for one, other in zip(kernels(expected), kernels(found)))


def test_rare_classes_are_drawn_as_often():
    y = np.array([0] * 200 + [2] * 10)
    source = Arrays((np.zeros((210, 1, 1, 1), np.float32), y), None, 210, 0, None, None, True)
    drawn = source._next()[1].mean(0)
    assert drawn[1] == 0 and 0.4 < drawn[2] < 0.6
    with pytest.raises(ValueError, match="the data has labels"):
        Arrays((np.zeros((2, 1, 1, 1), np.float32), np.eye(2)), None, 2, 0, None, None, True)


def test_milestones(arrays):
    done = densenet.train(arrays, epochs=4, schedule="step", milestones=(0.25, 0.75), rate=0.1, **QUICK)
    assert [e.rate for e in done.history] == pytest.approx([0.1, 0.01, 0.01, 0.001])


def test_half_a_step_of_warm_up_is_a_step(arrays):
    done = densenet.train(arrays, **{**QUICK, "batch": 24}, epochs=4, schedule="constant", warmup=2.5, rate=0.3)
    assert [e.rate for e in done.history] == pytest.approx([0.1, 0.2, 0.3, 0.3])


def test_patience_ends_it(arrays, tmp_path):
    data = {"val": (arrays[0], 1 - arrays[1]), "epochs": 30, "output": tmp_path}
    done = densenet.train(arrays, patience=2, **data, **QUICK)
    assert done.finished and len(done.history) == done.best.epoch + 2 < 30
    again = densenet.train(arrays, patience=2, resume=True, **data, **QUICK)
    assert again.finished and again.steps == done.steps
    more = densenet.train(arrays, patience=3, resume=True, **data, **QUICK)
    assert len(more.history) > len(done.history)


@pytest.mark.parametrize("options, error, words", [
    ({"milestones": [0.5]}, ValueError, "milestones= is of schedule='step', 'cosine' has none"),
    ({"milestones": [0.5, 0.5], "schedule": "step"}, ValueError, "rising shares"),
    ({"milestones": [0, 0.5], "schedule": "step"}, ValueError, "rising shares"),
    ({"milestones": np.linspace(0.1, 0.9, 9), "schedule": "step"}, ValueError, "up to 8 rising"),
    ({"nesterov": True, "optimiser": "adamw"}, ValueError, "nesterov= is of optimiser='sgd', 'adamw' has none"),
    ({"accumulate": 0}, ValueError, "accumulate=0"), ({"epochs": 0}, ValueError, "epochs=0"),
    ({"epochs": 2.5}, TypeError, "epochs=2.5: a whole number"), ({"patience": -1}, ValueError, "patience=-1"),
    ({"patience": 3}, ValueError, "patience=3 waits for a better validation, and there is none"),
    ({"sampler": "luck"}, ValueError, "'shuffle', 'weighted'")])
def test_what_has_no_effect_is_refused(arrays, options, error, words):
    with pytest.raises(error, match=words):
        densenet.train(arrays, **{**QUICK, **options})


def test_loaders_have_their_own_order(arrays):
    with pytest.raises(TypeError, match="a loader has its own order"):
        densenet.train(loader=[arrays], labels=["a", "b"], sampler="weighted", arch="densenet-10-2")
