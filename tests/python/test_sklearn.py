# SPDX-License-Identifier: MIT
"""The classifier of scikit-learn's kind, by scikit-learn's own checks; skipped without it."""
import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from densenet.sklearn import DenseNetClassifier  # noqa: E402

SMALL = DenseNetClassifier("densenet-10-2", epochs=25, batch=16, threads=1)


@parametrize_with_checks([SMALL])
def test_as_scikit_learn_wants_it(estimator, check):
    check(estimator)


@pytest.fixture
def pictures():
    random = np.random.default_rng(2)
    y = np.arange(40) % 2
    x = random.standard_normal((40, 3, 8, 8)) + 2 * y[:, None, None, None]
    return x.astype(np.float32), np.array(["dark", "light"])[y]


def test_pictures_rows_of_a_shape_and_a_search(pictures):
    x, y = pictures
    options = {"epochs": 8, "batch": 8, "random_state": 0}
    fitted = DenseNetClassifier("densenet-10-2", **options).fit(x, y)
    rows = DenseNetClassifier("densenet-10-2", shape=(3, 8, 8), **options).fit(x.reshape(40, -1), y)
    assert fitted.score(x, y) > 0.9 and fitted.net_.labels == ("dark", "light")
    assert np.array_equal(fitted.predict_proba(x), rows.predict_proba(x.reshape(40, -1)))
    assert np.array_equal(pickle.loads(pickle.dumps(fitted)).predict(x), fitted.predict(x))
    search = GridSearchCV(DenseNetClassifier("densenet-10-2", **options), {"rate": [1e-9, 0.1]}, cv=2).fit(x, y)
    assert search.best_params_ == {"rate": 0.1}


def test_what_is_no_picture_is_refused(pictures):
    x, y = pictures
    with pytest.raises(ValueError, match="no pictures of the shape"):
        DenseNetClassifier("densenet-10-2", shape=(3, 8, 9)).fit(x.reshape(40, -1), y)
    with pytest.raises(ValueError, match="is needed"):
        DenseNetClassifier("densenet-10-2").fit(x[:, 0], y)
