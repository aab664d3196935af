"""The scikit-learn estimator: its checks, what it chooses, weights, folds, and what it warns of."""

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LassoCV
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, ShuffleSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.estimator_checks import parametrize_with_checks

from regclaims.solvers import certificate, cv_path, draw_folds, estimator, gaussian_path
from regclaims.solvers.estimator import CertifiedElasticNetCV

# Two ways to the same exact fit: rounding times the condition number of a support, below 100 here.
SAME = {"rtol": 1e-10, "atol": 1e-10}


def correlated(n=60, p=8, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + 2 * rng.standard_normal(n) + 4
    return X, y


def model(**options):
    return CertifiedElasticNetCV(**{"random_state": 0, "n_lambdas": 30, **options})


@parametrize_with_checks(
    [
        CertifiedElasticNetCV(),
        CertifiedElasticNetCV([0.5, 1.0], cv=3, rule="1se"),
        CertifiedElasticNetCV(
            0.9,
            n_lambdas=20,
            lambda_min_ratio=0.01,
            cv=KFold(3),
            standardize=False,
            fit_intercept=False,
        ),
        CertifiedElasticNetCV(lambdas=[1.0, 0.1, 0.01, 0.001], cv=3),
    ]
)
def test_scikit_learn(estimator, check):
    check(estimator)


def test_it_is_loaded_when_first_asked_for():
    # A process of its own: this one has imported scikit-learn.
    code = """
import sys
import regclaims.solvers as solvers
assert "sklearn" not in sys.modules
assert "CertifiedElasticNetCV" in solvers.__all__
from regclaims.solvers import CertifiedElasticNetCV
assert "sklearn" in sys.modules
try:
    solvers.nothing
except AttributeError as error:
    assert "nothing" in str(error)
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# What is chosen


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_it_is_the_path_at_the_lambda_of_least_error(l1_ratio, standardize, weighted):
    X, y = correlated()
    weights = np.random.default_rng(1).uniform(0.2, 2, 60) if weighted else None
    options = {"l1_ratio": l1_ratio, "standardize": standardize}
    fit = model(**options).fit(X, y, weights)
    path = gaussian_path(X, y, n_lambdas=30, sample_weight=weights, **options)
    seed = np.random.RandomState(0).randint(2**31 - 1)
    folds = draw_folds(np.random.default_rng(seed), 60, 10)
    errors = cv_path(X, y, folds=folds, n_lambdas=30, sample_weight=weights, **options)
    best = errors.mean.argmin()
    assert 0 < best < 29
    np.testing.assert_array_equal(fit.lambdas_, [path.lambdas])
    np.testing.assert_array_equal(fit.path_.coefs, path.coefs)
    np.testing.assert_allclose(fit.cv_errors_[0], errors.errors.T, rtol=1e-12)
    assert fit.index_ == best
    assert (fit.lambda_, fit.l1_ratio_) == (path.lambdas[best], l1_ratio)
    np.testing.assert_array_equal(fit.coef_, path.coefs[best])
    assert fit.intercept_ == path.intercepts[best]
    np.testing.assert_allclose(fit.predict(X), path.predict(X)[best], rtol=1e-12)


def test_it_agrees_with_scikit_learns():
    X, y = correlated()
    ours = model(cv=KFold(5), standardize=False).fit(X, y)
    theirs = LassoCV(alphas=ours.lambdas_[0], cv=KFold(5), tol=1e-12, max_iter=100_000).fit(X, y)
    # A duality gap of 1e-12 |y|^2 leaves predictions within its root, a millionth of |y|.
    np.testing.assert_allclose(ours.cv_errors_[0], theirs.mse_path_, rtol=1e-5)
    assert ours.lambda_ == theirs.alpha_
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, abs=1e-5)


def test_one_standard_error():
    X, y = correlated(n=40, seed=3)
    least = model().fit(X, y)
    fit = model(rule="1se").fit(X, y)
    np.testing.assert_array_equal(fit.cv_errors_, least.cv_errors_)
    errors = least.cv_errors_[0]
    mean, standard_error = errors.mean(axis=1), errors.std(axis=1, ddof=1) / np.sqrt(10)
    bar = mean[least.index_] + standard_error[least.index_]
    assert fit.index_ < least.index_
    assert mean[fit.index_] <= bar
    assert (mean[: fit.index_] > bar).all()
    np.testing.assert_array_equal(fit.coef_, least.path_.coefs[fit.index_])


@pytest.mark.parametrize("rule", ["min", "1se"])
def test_of_several_ratios_the_best_is_chosen(rule):
    X, y = correlated()
    ratios = [0.2, 0.6, 1.0]
    fit = model(l1_ratio=ratios, rule=rule).fit(X, y)
    alone = [model(l1_ratio=ratio, rule=rule).fit(X, y) for ratio in ratios]
    assert fit.cv_errors_.shape == (3, 30, 10)
    for r, one in enumerate(alone):
        np.testing.assert_array_equal(fit.cv_errors_[r], one.cv_errors_[0])
        np.testing.assert_array_equal(fit.lambdas_[r], one.lambdas_[0])
    least = np.argmin([one.cv_errors_.mean(axis=2).min() for one in alone])
    assert fit.l1_ratio_ == ratios[least]
    assert fit.lambda_ == alone[least].lambda_
    np.testing.assert_array_equal(fit.coef_, alone[least].coef_)


def test_the_path_is_certified_and_can_be_checked():
    X, y = correlated()
    weights = np.arange(60.0)
    fit = model(l1_ratio=0.7).fit(X, y, weights)
    assert set(fit.path_.status) == {"converged"}
    np.testing.assert_array_equal(certificate(X, y, fit.path_)[0], fit.path_.kkt)


def test_a_constant_y_is_its_mean():
    X, _ = correlated()
    fit = model().fit(X, np.full(60, 3.0))
    assert not fit.coef_.any()
    np.testing.assert_allclose(fit.predict(X), 3.0, rtol=1e-15)
    assert fit.index_ == 0


def test_what_is_chosen_is_not_tied_to_the_path():
    X, y = correlated()
    fit = model().fit(X, y)
    before = fit.path_.coefs.copy()
    fit.coef_ *= 2
    np.testing.assert_array_equal(fit.path_.coefs, before)


# Rows, weights and folds


@pytest.mark.parametrize("cv", [5, KFold(5), ShuffleSplit(3, random_state=0)], ids=repr)
def test_rows_of_weight_zero_are_as_good_as_absent(cv):
    X, y = correlated()
    weights = np.random.default_rng(2).uniform(0.5, 2, 60)
    weights[::4] = 0.0
    kept = weights > 0
    one = model(cv=cv).fit(X, y, weights)
    other = model(cv=cv).fit(X[kept], y[kept], weights[kept])
    np.testing.assert_array_equal(one.cv_errors_, other.cv_errors_)
    np.testing.assert_array_equal(one.coef_, other.coef_)


def test_whole_weights_are_repeated_rows_that_share_a_fold():
    X, y = correlated()
    weights = np.random.default_rng(2).integers(0, 4, 60)
    folds = np.arange(60) % 5
    again = folds.repeat(weights)
    splits = [(folds != fold, folds == fold) for fold in range(5)]
    repeated = [(again != fold, again == fold) for fold in range(5)]
    one = model(cv=splits).fit(X, y, weights)
    other = model(cv=repeated).fit(X.repeat(weights, axis=0), y.repeat(weights))
    np.testing.assert_allclose(one.cv_errors_, other.cv_errors_, **SAME)
    assert one.index_ == other.index_
    np.testing.assert_allclose(one.coef_, other.coef_, **SAME)


def test_only_ratios_of_weights_matter():
    X, y = correlated()
    weights = np.random.default_rng(2).uniform(0.5, 2, 60)
    one, other = model().fit(X, y, weights), model().fit(X, y, 8 * weights)
    np.testing.assert_allclose(one.coef_, other.coef_, **SAME)
    plain, ones = model().fit(X, y), model().fit(X, y, np.full(60, 3.0))
    np.testing.assert_allclose(plain.coef_, ones.coef_, **SAME)


def test_splits_can_be_given_in_every_way_of_scikit_learns():
    X, y = correlated()
    splitter = KFold(4)
    fits = [
        model(cv=cv).fit(X, y)
        for cv in (splitter, list(splitter.split(X)), splitter.split(X))  # the last a generator
    ]
    for fit in fits[1:]:
        np.testing.assert_array_equal(fit.cv_errors_, fits[0].cv_errors_)
    groups = np.arange(60) // 6
    fit = model(cv=list(GroupKFold(3).split(X, y, groups))).fit(X, y)
    assert fit.cv_errors_.shape == (1, 30, 3)


def test_folds_are_drawn_by_the_random_state():
    X, y = correlated()
    errors = [model(random_state=s).fit(X, y).cv_errors_ for s in (0, 0, 1)]
    np.testing.assert_array_equal(errors[0], errors[1])
    assert not np.array_equal(errors[0], errors[2])
    state = np.random.RandomState(5)
    drawn = [model(random_state=state).fit(X, y).cv_errors_ for _ in range(2)]
    assert not np.array_equal(*drawn)


def test_leaving_one_out_of_few_rows():
    X, y = correlated()
    X, y = X[:5, :3], y[:5]
    by_number, by_splitter = model(cv=5).fit(X, y), model(cv=LeaveOneOut()).fit(X, y)
    assert by_number.index_ == by_splitter.index_
    np.testing.assert_array_equal(by_number.coef_, by_splitter.coef_)


def test_one_column():
    X, y = correlated()
    fit = model().fit(X[:, :1], y)
    assert fit.coef_.shape == (1,)
    assert fit.score(X[:, :1], y) > 0


# Kinds of input


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
@pytest.mark.parametrize("weighted", [True, False])
def test_sparse_is_dense(kind, weighted):
    rng = np.random.default_rng(3)
    X = np.where(rng.uniform(size=(50, 30)) < 0.3, rng.standard_normal((50, 30)), 0.0)
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + rng.standard_normal(50)
    weights = rng.uniform(0.2, 2, 50) if weighted else None
    options = {"lambdas": np.geomspace(0.5, 0.01, 20), "cv": 5}
    dense, found = model(**options).fit(X, y, weights), model(**options).fit(kind(X), y, weights)
    np.testing.assert_allclose(found.cv_errors_, dense.cv_errors_, **SAME)
    assert found.lambda_ == dense.lambda_
    np.testing.assert_allclose(found.coef_, dense.coef_, **SAME)
    np.testing.assert_allclose(found.predict(kind(X)), dense.predict(X), **SAME)


def test_data_frames_keep_their_names():
    X, y = correlated()
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(8)])
    fit = model().fit(frame, pd.Series(y))
    assert fit.feature_names_in_.tolist() == frame.columns.tolist()
    assert fit.n_features_in_ == 8
    np.testing.assert_array_equal(fit.coef_, model().fit(X, y).coef_)
    with pytest.raises(ValueError, match="feature names"):
        fit.predict(frame[frame.columns[::-1]])


def test_it_works_in_a_pipeline_and_survives_a_pickle():
    X, y = correlated()
    pipeline = make_pipeline(PolynomialFeatures(2, include_bias=False), model(n_lambdas=10, cv=3))
    assert cross_val_score(pipeline, X, y, cv=3).shape == (3,)
    fit = pipeline.fit(X, y)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fit)).predict(X), fit.predict(X))
    assert clone(fit)[-1].get_params() == fit[-1].get_params()


# Warnings


def failing(monkeypatch, where):
    """Let the fits fail for which `where` of (call, lambda's index) holds; 0 is the first fold."""
    solve, calls = estimator.solve, []

    def some_fail(*args):
        path = solve(*args)
        status = [
            "failed" if where(len(calls), k) else was for k, was in enumerate(path.status.tolist())
        ]
        calls.append(None)
        return replace(path, status=np.array(status))

    monkeypatch.setattr(estimator, "solve", some_fail)


def test_a_failed_fit_that_is_chosen_warns(monkeypatch):
    X, y = correlated()
    failing(monkeypatch, lambda call, k: call == 10)  # after ten folds: all rows
    with pytest.warns(ConvergenceWarning, match="has no good certificate") as caught:
        model().fit(X, y)
    assert [warning.filename for warning in caught] == [__file__]


def test_a_lambda_that_fails_in_a_fold_is_not_chosen_and_warns(monkeypatch):
    X, y = correlated()
    best = model().fit(X, y).index_
    failing(monkeypatch, lambda call, k: call == 3 and k == best)
    with pytest.warns(ConvergenceWarning, match="1 of 30 penalties could not be chosen") as caught:
        fit = model().fit(X, y)
    assert [warning.filename for warning in caught] == [__file__]
    assert fit.index_ != best
    assert np.isinf(fit.cv_errors_).sum() == 1


@pytest.mark.parametrize("rule", ["min", "1se"])
def test_it_gives_up_where_nothing_can_be_chosen(monkeypatch, rule):
    failing(monkeypatch, lambda call, k: call == 3)
    with pytest.raises(RuntimeError, match="no penalty has a good certificate in every fold"):
        model(rule=rule).fit(*correlated())


def test_a_fit_that_is_not_unique_warns():
    X, y = correlated()
    with pytest.warns(UserWarning, match="optimal but not unique") as caught:
        fit = model().fit(np.column_stack([X, X[:, 0]]), y)
    assert fit.path_.status[fit.index_] == "not unique"
    assert [warning.filename for warning in caught] == [__file__]
    # The Elastic Net has one fit, and nothing to say: warnings are errors here.
    model(l1_ratio=0.5).fit(np.column_stack([X, X[:, 0]]), y)


# Bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "best"}, "rule must be one of"),
        ({"l1_ratio": 0.0}, "l1_ratio must be above 0"),
        ({"l1_ratio": [0.5, 1.5]}, "l1_ratio must be above 0 and at most 1; it is 1.5"),
        ({"l1_ratio": []}, "l1_ratio must not be an empty list"),
        ({"n_lambdas": 0}, "n_lambdas must be a whole number"),
        ({"lambda_min_ratio": 2.0}, "lambda_min_ratio must be between"),
        ({"lambdas": [0.1, 1.0]}, "lambdas must decrease"),
        ({"cv": 1}, "cv must be at least 2"),
        ({"cv": 61}, "n_samples=60"),
        ({"cv": None}, "cv must be a number of folds"),
        ({"cv": 2.5}, "cv must be a number of folds"),
        ({"cv": []}, "cv has too few splits for rule 'min': 0"),
        ({"cv": ShuffleSplit(1), "rule": "1se"}, "cv has too few splits for rule '1se': 1"),
        ({"cv": [([0], [1, 2])]}, "every split of cv needs two rows to fit and one to predict"),
        ({"cv": [([0, 1], [])]}, "every split of cv needs two rows to fit and one to predict"),
    ],
)
def test_parameters_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        model(**options).fit(*correlated())


def test_several_responses_are_refused():
    X, y = correlated()
    with pytest.raises(
        ValueError, match=r"y should be a 1d array, got an array of shape \(60, 2\)"
    ):
        model().fit(X, np.column_stack([y, y]))


@pytest.mark.parametrize("n", [1, 2])
def test_fewer_than_three_rows_are_refused(n):
    X, y = correlated()
    with pytest.raises(ValueError, match=f"Found array with {n} sample.* minimum of 3"):
        model(cv=2).fit(X[:n], y[:n])


def test_fewer_rows_than_folds_are_refused():
    X, y = correlated()
    with pytest.raises(ValueError, match=r"it is 10, and n_samples=7"):
        model().fit(X[:7], y[:7])
    weights = np.zeros(60)
    weights[:7] = 1
    with pytest.raises(ValueError, match=r"it is 10, and n_samples=7"):
        model().fit(X, y, weights)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros(60), "zero in every row"),
        (-np.ones(60), "not negative"),
        (np.full(60, np.nan), "finite"),
        (np.ones(59), r"sample_weight must be \(60,\)"),
        (np.ones((60, 1)), r"sample_weight must be \(60,\)"),
    ],
)
def test_weights_out_of_range_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        model().fit(*correlated(), weights)


def test_it_predicts_only_what_it_was_fitted_to():
    X, y = correlated()
    with pytest.raises(NotFittedError):
        model().predict(X)
    with pytest.raises(ValueError, match="expecting 8 features"):
        model().fit(X, y).predict(X[:, :7])
