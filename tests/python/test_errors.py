# SPDX-License-Identifier: MIT
"""Failures as exceptions with the library's sentence, doubts as warnings, the rest as log."""
import logging
import warnings

import numpy as np
import pytest

import densenet


def test_each_failure_is_also_python_s_own_kind(tmp_path):
    with pytest.raises(OSError, match="nowhere.pth: cannot be opened"):
        densenet.load(tmp_path / "nowhere.pth")
    strange = tmp_path / "strange.pth"
    strange.write_bytes(b"what is this" * 10)
    with pytest.raises(ValueError, match="strange.pth: is of an unknown format") as caught:
        densenet.load(strange)
    assert isinstance(caught.value, (densenet.FileFormatError, densenet.DenseNetError))
    with pytest.raises(densenet.MismatchError):
        densenet.from_tensors({"weight": np.zeros((3, 3), np.float32)})
    with pytest.raises(densenet.ArgumentError, match="no-such-net"):
        densenet.init("no-such-net")


def test_limits_are_an_error_of_their_own(net):
    with pytest.raises(densenet.LimitError):
        net(np.broadcast_to(np.zeros((1, 3, 1 << 15, 1 << 14), np.float32), (1, 3, 1 << 15, 1 << 14)))


def damaged(net):
    tensors = {name: np.array(value) for name, value in net.tensors.items()}
    tensors["classifier.weight"][0, 0] = np.nan
    return tensors


def test_a_warning_points_at_the_user_s_line(net):
    with pytest.warns(densenet.DenseNetWarning) as caught:
        damaged_net = densenet.from_tensors(damaged(net))
    assert caught[0].filename == __file__ and damaged_net.warning in str(caught[0].message)


def test_a_warning_may_be_made_an_error(net):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(densenet.DenseNetWarning):
            densenet.from_tensors(damaged(net))


def test_options_that_there_are_not_are_refused(tmp_path):
    with pytest.raises(TypeError, match="concatenation"):
        densenet.load("builtin", concatenation="last")
    with pytest.raises(ValueError, match="'auto', 'first', 'last'"):
        densenet.load("builtin", concat="middle")
    with pytest.raises(ValueError, match="'f8': one of"):
        densenet.load("builtin", precision="f8")


def test_the_logger_is_called_densenet():
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("densenet").handlers)
