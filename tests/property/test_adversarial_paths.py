"""Every path is optimal, by a naive check in extended precision; or visibly failed, where double
precision does no better; or refused."""

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from regclaims.solvers import (
    MAX_RESIDUAL,
    certificate,
    gaussian_path,
    least_squares,
    logistic_path,
    ridge_path,
)

EPS = np.finfo(float).eps
WIDE = np.longdouble  # 64 bits of mantissa on x86; elsewhere perhaps no more than double

DESIGNS = ["normal", "binary", "cauchy", "whole", "one-hot", 0.5, 0.9999, 0.999999, 1 - 1e-10]
SPOILT = ["", "", "copies", "negated", "constant", "all constant", "nearly", "units", "far", "sum"]
RESPONSES = ["snr 1", "snr 1e-4", "snr 1e4", "noiseless", "whole", "constant", "offset", "tiny",
             "huge"]  # fmt: skip
CLASSES = ["model", "separable", "quasi", "single"]
WEIGHTS = ["", "", "zeros", "wide", "whole"]
RATIOS = [1.0, 0.999, 0.9, 0.5, 0.1, 0.01]
TRIED = [Phase.explicit, Phase.generate]  # cases are small as they are
LAMBDAS = ["grid", "floor", "tiny", "repeated", "above", "single"]


def design(rng, kind, n, p):
    X = rng.standard_normal((n, p))
    if isinstance(kind, float):
        X = np.sqrt(kind) * rng.standard_normal((n, 1)) + np.sqrt(1 - kind) * X
    elif kind == "binary":
        X = (X > 1).astype(float)
    elif kind == "cauchy":
        X = rng.standard_cauchy((n, p))
    elif kind == "whole":
        X = rng.integers(-2, 3, (n, p)).astype(float)
    elif kind == "one-hot":
        X = np.hstack([np.eye(3)[rng.integers(0, 3, n)] for _ in range(p // 3 + 1)])[:, :p]
    return X


def spoil(rng, X, how):
    p = X.shape[1]
    some, other = rng.integers(0, p, (2, p // 3 + 1))
    if how in ("copies", "negated"):
        X[:, some] = X[:, other] if how == "copies" else -X[:, other]
    elif how == "constant":
        X[:, some] = 1e6 / 3
    elif how == "all constant":
        X[:] = 0.1
    elif how == "nearly":
        X[:, 0] = 1 + 10 ** rng.uniform(-16, -6) * X[:, 0]
    elif how == "units":
        X *= 10 ** rng.uniform(-6, 6, p)
    elif how == "far":
        X += 1e8
    elif how == "sum":
        X[:, -1] = X[:, : p // 2 + 1].sum(axis=1)
    return X


def signal(rng, X):
    largest = np.abs(X).max(axis=0)
    Z = X / np.where(largest > 0, largest, 1)
    f = Z[:, :3] @ rng.standard_normal(min(3, X.shape[1]))
    return f, f.std() if f.std() > 1e-9 else 1.0


def response(rng, X, how):
    f, size = signal(rng, X)
    noise = size * rng.standard_normal(len(f))
    if how in ("constant", "whole"):
        return np.full(len(f), 0.1) if how == "constant" else rng.integers(-2, 3, len(f)) * 1.0
    share = {"snr 1e-4": 100, "snr 1e4": 0.01, "noiseless": 0}.get(how, 1)
    y = f + share * noise
    return {"offset": y + 1e8, "tiny": 1e-147 * y, "huge": 1e148 * y}.get(how, y)


def classes(rng, X, how):
    f, size = signal(rng, X)
    f = (f - np.median(f)) / size
    y = (f > 0).astype(float)
    if how == "model":
        y = (rng.random(len(f)) < 1 / (1 + np.exp(-np.clip(f, -30, 30)))).astype(float)
    elif how == "quasi":
        y[np.argmin(np.abs(f))] = rng.integers(2)
    elif how == "single":
        y[:] = 0
    if y.min() == y.max():
        y[rng.integers(len(y))] = 1 - y[0]
    return y


def draw_weights(rng, n, how):
    if how == "zeros":
        return np.where(np.arange(n) % 4 == 3, 0.0, rng.integers(1, 3, n))
    return {"wide": 10 ** rng.uniform(-8, 8, n), "whole": rng.integers(1, 5, n)}.get(how)


def solve(path, X, y, kind, **options):
    if kind == "grid":
        return path(X, y, n_lambdas=25, **options)
    if kind == "floor":
        return path(X, y, n_lambdas=25, lambda_min_ratio=1e-6, **options)
    top = path(X, y, n_lambdas=1, **options).lambdas[0]
    shares = {
        "tiny": [1, 0.1, 1e-3, 1e-8],
        "repeated": [0.5, 0.5, 0.5, 0.01, 0.01],
        "above": [1e6, 3, 1.5],
        "single": [0.03],
    }[kind]
    return path(X, y, lambdas=top * np.array(shares), **options)


def squared_terms(y, f, w):
    return y - f, (w * (y - f) ** 2).sum() / 2


def logistic_terms(y, f, w):
    each = np.log1p(np.exp(-np.abs(f))) + np.maximum(f, 0) - y * f
    mu = np.where(f > 0, 1, np.exp(-np.abs(f))) / (1 + np.exp(-np.abs(f)))
    return y - mu, (w * each).sum()


def entropy(q):
    inside = (q > 0) & (q < 1)
    q = np.where(inside, q, 0.5)
    return np.where(inside, q * np.log(q) + (1 - q) * np.log1p(-q), 0)


def check(X, y, path, weights):
    """Return KKT residual, gap and rounding of every fit, from their definitions."""
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    X, y, w = X[w > 0].astype(WIDE), y[w > 0].astype(WIDE), w[w > 0].astype(WIDE)
    w = (w / w.max()) / (w / w.max()).sum()
    center = np.zeros(X.shape[1], WIDE)
    if path.fit_intercept:
        center = w @ X
        center += w @ (X - center)
    Z = X - center
    spread = np.sqrt(w @ Z**2)
    usable = spread > 1e-13 * np.abs(X).max(axis=0)  # `prepare`'s rule: the others are constant
    scale = np.where(usable, spread, 1) if path.standardize else np.ones_like(spread)
    Z = np.where(usable, Z, 0) / scale
    logistic = path.loss == "logistic"
    terms = logistic_terms if logistic else squared_terms
    mean = w @ y
    at = np.log(mean / (1 - mean)) if logistic and path.fit_intercept else mean
    null = np.full(len(y), at if path.fit_intercept else WIDE(0))
    r0, worst = terms(y, null, w)
    if not logistic and np.abs(r0).max() <= 1e-13 * np.abs(y).max():
        r0, worst = 0 * r0, WIDE(0)  # y is constant, as `prepare` has it
    top, size0 = np.abs(Z.T @ (w * r0)).max(), np.sqrt(w @ r0**2)
    found = []
    for coefs, intercept, lambda_ in zip(path.coefs, path.intercepts, path.lambdas, strict=True):
        l1, l2 = WIDE(lambda_) * path.l1_ratio, WIDE(lambda_) * (1 - WIDE(path.l1_ratio))
        b = coefs * scale
        f = intercept + coefs @ center + Z @ b
        r, loss = terms(y, f, w)
        g = Z.T @ (w * r) - l2 * b
        kkt = np.where(b != 0, np.abs(g - l1 * np.sign(b)), np.maximum(np.abs(g) - l1, 0)).max()
        kkt = kkt / (top or 1)
        if path.fit_intercept:
            kkt = max(kkt, abs(w @ r) / (size0 or 1))
            up, down = w @ np.maximum(r, 0), w @ np.maximum(-r, 0)
            if logistic:
                r = r * np.where(r > 0, min(down / (up or 1), 1), min(up / (down or 1), 1))
            else:
                r = r - w @ r
        if l1 > 0:
            g = np.abs(Z.T @ (w * r) - l2 * b).max()
            s = l1 / g if g > l1 else WIDE(1)
            dual = -(w @ entropy(y - s * r)) if logistic else w @ (s * r * y - (s * r) ** 2 / 2)
            gap = loss + l1 * np.abs(b).sum() + l2 / 2 * (1 + s**2) * (b**2).sum() - dual
        else:
            gap = (g**2).sum() / (2 * l2) if l2 > 0 else WIDE(0)
        # A prediction's terms are double: so far may rounding alone move it, and the gradient.
        terms_of = np.abs(coefs) @ (np.abs(X) + np.abs(center)).max(axis=0) + abs(intercept)
        off = EPS * (terms_of + np.abs(y).max()) * max(1, size0 / (top or 1)) / (size0 or 1)
        off_gap = off * (1 + np.abs(b).sum() * top / (worst or 1)) * max(1, top / (l1 or top or 1))
        found.append((kkt, gap / (worst or 1), off, off_gap))
    # Where every column is nearly orthogonal to y, lambda_max itself is made of rounding.
    return np.array(found, float).T, top > 1e-6 * size0 * np.sqrt(w @ Z**2).max()


def judge(X, y, path, weights):
    (kkt, gap, off, off_gap), meaningful = check(X, y, path, weights)
    assert np.isfinite(path.coefs).all()
    assert np.isfinite(path.intercepts).all()
    good = (path.kkt <= MAX_RESIDUAL) & (path.gap <= MAX_RESIDUAL)
    np.testing.assert_array_equal(path.certified, good)
    np.testing.assert_array_equal(certificate(X, y, path), (path.kkt, path.gap))
    if not meaningful:
        return
    # A fit may be called certified by numbers that rounding moved by `off`; it may fail where ten
    # roundings, of a factor, a solution and the residuals, come near the limit.
    assert (kkt[good] <= MAX_RESIDUAL + 10 * off[good]).all(), (kkt, off)
    assert (gap[good] <= MAX_RESIDUAL + 10 * off_gap[good]).all(), (gap, off_gap)
    hopeless = 10 * np.maximum(off, off_gap) > 0.1 * MAX_RESIDUAL
    assert (good | hopeless).all(), (path.kkt, path.gap, off, off_gap)


def draw(seed, n, p, kind, how, weights):
    rng = np.random.default_rng(seed)
    return rng, spoil(rng, design(rng, kind, n, p), how), draw_weights(rng, n, weights)


cases = st.builds(
    lambda *case: case, st.integers(0, 10**6), st.sampled_from([2, 3, 10, 40]),
    st.sampled_from([1, 2, 5, 30, 80]), st.sampled_from(DESIGNS), st.sampled_from(SPOILT),
    st.sampled_from(WEIGHTS),
)  # fmt: skip
flags = {"standardize": st.booleans(), "fit_intercept": st.booleans()}


@settings(max_examples=250, phases=TRIED)
@given(cases, st.sampled_from(RESPONSES), st.sampled_from(RATIOS), st.sampled_from(LAMBDAS),
       st.fixed_dictionaries(flags))  # fmt: skip
def test_gaussian_paths(case, how, ratio, kind, options):
    rng, X, weights = draw(*case)
    y = response(rng, X, how)
    options = {**options, "l1_ratio": ratio, "sample_weight": weights}
    judge(X, y, solve(gaussian_path, X, y, kind, **options), weights)


@settings(max_examples=250, phases=TRIED)
@given(cases, st.sampled_from(CLASSES), st.sampled_from(RATIOS), st.sampled_from(LAMBDAS),
       st.fixed_dictionaries(flags))  # fmt: skip
@example((0, 1000, 20, "binary", "", ""), "model", 1.0, "grid", {})
@example((0, 5000, 20, "binary", "", ""), "model", 1.0, "grid", {})
@example((362881, 40, 80, 1 - 1e-10, "far", ""), "quasi", 0.01, "floor",
         {"fit_intercept": False, "standardize": False})  # fmt: skip
def test_logistic_paths(case, how, ratio, kind, options):
    rng, X, weights = draw(*case)
    y = classes(rng, X, how)
    counted = y if weights is None else y[weights > 0]
    if len(counted) < 2 or counted.min() == counted.max():
        return
    options = {**options, "l1_ratio": ratio, "sample_weight": weights}
    judge(X, y, solve(logistic_path, X, y, kind, **options), weights)


@settings(max_examples=150, phases=TRIED)
@given(cases, st.sampled_from(RESPONSES), st.fixed_dictionaries(flags))
def test_ridge_and_least_squares(case, how, options):
    rng, X, weights = draw(*case)
    y = response(rng, X, how)
    options = {**options, "sample_weight": weights}
    judge(X, y, ridge_path(X, y, n_lambdas=25, **options), weights)
    judge(X, y, least_squares(X, y, **options), weights)


SOLVERS = {
    "lasso": gaussian_path,
    "elastic net": lambda X, y, **options: gaussian_path(X, y, l1_ratio=0.5, **options),
    "ridge": ridge_path,
    "least squares": least_squares,
    "logistic": lambda X, y, **options: logistic_path(X, (y > 0) * 1.0, **options),
}


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e155, 1e300])
@pytest.mark.parametrize("what", ["X", "y"])
@pytest.mark.parametrize("standardize", [True, False])
def test_a_fit_in_extreme_units_is_right_or_refused(name, scale, what, standardize):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((12, 4))
    y = X[:, 0] + rng.standard_normal(12)
    data = (X * scale, y) if what == "X" else (X, y * scale)
    try:
        found = SOLVERS[name](*data, standardize=standardize)
    except ValueError as error:
        assert any(word in str(error) for word in ("X", "y", "units"))  # plain words, not numpy's
        return
    assert len(found) == (1 if name == "least squares" else 100)
    assert (found.status == "converged").all()
    assert found.coefs[-1].any()
