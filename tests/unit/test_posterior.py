"""Posteriors: modes, draws and means against what is known in closed form or by quadrature."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.stats import invgauss, kstest

from regclaims.mechanisms import posterior
from regclaims.mechanisms.posterior import (
    Laplace,
    Noise,
    Normal,
    RoundedLaplace,
    laplace_draws,
    laplace_mean,
    mode,
    normal_draw,
)


def random_problem(seed, n_sets, p):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((n_sets, 2 * p, p))
    return root.transpose(0, 2, 1) @ root, 10 * rng.standard_normal((n_sets, p))


def noise(seed, n_sets, steps, p):
    rng = np.random.default_rng(seed)
    sets = [Noise.draw(rng, steps, p) for _ in range(n_sets)]
    return Noise(*(np.array(values) for values in zip(*sets, strict=True)))


def test_mode_of_an_orthonormal_laplace_is_soft_thresholding():
    z = np.random.default_rng(0).normal(0, 2, (5, 8))
    found = mode(np.tile(np.eye(8), (5, 1, 1)), z, Laplace(1 / 1.3))
    np.testing.assert_allclose(found, np.sign(z) * np.maximum(np.abs(z) - 1.3, 0), rtol=1e-13)
    assert np.array_equal(found == 0, np.abs(z) <= 1.3)


def test_mode_under_a_normal_prior_solves_its_equations():
    gram, linear = random_problem(1, 4, 6)
    found = mode(gram, linear, Normal(0.4))
    exact = np.linalg.solve(gram + np.eye(6) / 0.16, linear[..., None])[..., 0]
    # The last sweep moves less than 1e-12; condition numbers are below a hundred.
    np.testing.assert_allclose(found, exact, rtol=1e-10)


@pytest.mark.parametrize("prior", [Laplace(0.1), Normal(0.3), RoundedLaplace(0.1, 0.02)])
def test_nothing_near_the_mode_is_more_probable(prior):
    gram, linear = random_problem(2, 3, 5)
    steps = 1e-6 * np.random.default_rng(3).standard_normal((200, 5))

    def log_prior(b):
        if isinstance(prior, Normal):
            return -(b**2) / (2 * prior.sd**2)
        return -np.hypot(b, getattr(prior, "width", 0.0)) / prior.scale

    def log_posterior(b, r):
        return b @ linear[r] - ((b @ gram[r]) * b).sum(axis=-1) / 2 + log_prior(b).sum(axis=-1)

    for r, best in enumerate(mode(gram, linear, prior)):
        # Rounding of terms of some hundreds.
        assert (log_posterior(best + steps, r) <= log_posterior(best, r) + 1e-12).all()
        assert log_posterior(best + 1e-3, r) < log_posterior(best, r)


def test_a_mode_does_not_depend_on_other_data_sets():
    gram, linear = random_problem(4, 6, 5)
    for prior in (Laplace(0.2), RoundedLaplace(0.2, 0.05)):
        together = mode(gram, linear, prior)
        alone = np.concatenate([mode(gram[i : i + 1], linear[i : i + 1], prior) for i in range(6)])
        assert np.array_equal(together, alone)


def test_a_mode_that_is_not_found_is_an_error(monkeypatch):
    gram, linear = random_problem(5, 2, 5)
    monkeypatch.setattr(posterior, "MAX_SWEEPS", 2)
    with pytest.raises(ArithmeticError, match="2 sweeps"):
        mode(gram, linear, Laplace(0.2))
    monkeypatch.setattr(posterior, "MAX_STEPS", 1)
    with pytest.raises(ArithmeticError, match="1 steps"):
        mode(gram, linear, RoundedLaplace(0.2, 0.01))


@pytest.mark.parametrize("z", [-3.0, -0.4, 0.0, 0.7, 5.0, 40.0])
@pytest.mark.parametrize("scale", [0.2, 1.0, 5.0])
def test_posterior_mean_by_quadrature(z, scale):
    variance = 0.5

    def density(b):
        return np.exp(-((b - z) ** 2) / (2 * variance) - (np.abs(b) - abs(z)) / scale)

    ends = {"points": [0.0], "limit": 400, "epsabs": 1e-12, "epsrel": 1e-11}
    low, high = min(z, 0) - 12, max(z, 0) + 12
    total = quad(density, low, high, **ends)[0]
    exact = quad(lambda b: b * density(b), low, high, **ends)[0] / total
    found = laplace_mean(np.array([z]), variance, scale)[0]
    # Quadrature to 1e-11 of integrals whose two sides may cancel.
    assert found == pytest.approx(exact, rel=1e-8, abs=1e-9)


def test_inverse_gaussians_have_their_law():
    rng = np.random.default_rng(6)
    for mean, shape in ((0.3, 2.0), (5.0, 0.7)):
        draws = posterior._inverse_gaussian(
            np.full(4000, mean), shape, rng.standard_normal(4000), rng.random(4000)
        )
        # scipy's parameters: mu = mean/shape, scale = shape.
        assert kstest(draws, invgauss(mean / shape, scale=shape).cdf).pvalue > 1e-3


def test_inverse_gaussians_stay_positive_where_the_mean_is_huge():
    draws = posterior._inverse_gaussian(
        np.full(3, 1e100), 1.0, np.array([1e-3, 1.0, 3.0]), np.array([0.1, 0.5, 0.999999])
    )
    # Towards infinite means they are shape/normal^2 (Levy).
    np.testing.assert_allclose(draws, [1e6, 1.0, 1 / 9], rtol=1e-12)


def test_sampler_on_an_orthonormal_design_has_the_known_posterior():
    variance, scale = 0.04, 0.3
    z = np.array([[-0.6, -0.1, 0.05, 0.4]])
    gram = np.eye(4)[None] / variance
    chain = laplace_draws(gram, z / variance, scale, noise(7, 1, 10_500, 4))[0, 500:]
    # Thinned to be nearly independent.
    thin = chain[::10]
    error = thin.std(axis=0) / np.sqrt(len(thin))
    assert (np.abs(chain.mean(axis=0) - laplace_mean(z[0], variance, scale)) < 5 * error).all()
    for j in range(4):
        grid = np.linspace(-3, 3, 20_001)
        density = np.exp(-((grid - z[0, j]) ** 2) / (2 * variance) - np.abs(grid) / scale)
        cdf = np.cumsum(density) / density.sum()
        assert (
            kstest(thin[:, j], lambda b, cdf=cdf, grid=grid: np.interp(b, grid, cdf)).pvalue > 1e-3
        )
    assert (chain != 0).all()


def test_sampler_on_correlated_columns_against_quadrature():
    gram = np.array([[20.0, 14.0], [14.0, 20.0]])
    linear, scale = np.array([8.0, 3.0]), 0.25

    def density(b, a):
        fit = linear[0] * a + linear[1] * b - (gram[0, 0] * a * a + gram[1, 1] * b * b) / 2
        return np.exp(fit - gram[0, 1] * a * b - (abs(a) + abs(b)) / scale)

    box, accuracy = (-2.5, 2.5, -2.5, 2.5), {"epsabs": 1e-8, "epsrel": 1e-8}
    total = dblquad(density, *box, **accuracy)[0]
    exact = [
        dblquad(lambda b, a: a * density(b, a), *box, **accuracy)[0] / total,
        dblquad(lambda b, a: b * density(b, a), *box, **accuracy)[0] / total,
    ]
    chain = laplace_draws(gram[None], linear[None], scale, noise(8, 1, 10_500, 2))[0, 500:]
    # Batch means: the error of an autocorrelated mean.
    batches = chain.reshape(100, 100, 2).mean(axis=1)
    error = batches.std(axis=0, ddof=1) / 10
    assert (np.abs(chain.mean(axis=0) - exact) < 5 * error).all()


def test_normal_draw_without_noise_is_the_mean_and_has_the_covariance():
    gram, linear = random_problem(9, 1, 3)
    precision = np.array([[1.0, 2.0, 3.0]])
    total = gram[0] + np.diag(precision[0])
    mean = normal_draw(gram, linear, precision, np.zeros((1, 3)))
    np.testing.assert_allclose(mean[0], np.linalg.solve(total, linear[0]), rtol=1e-12)
    # Columns of the factor by which noise enters.
    factor = np.array(
        [normal_draw(gram, linear, precision, np.eye(3)[j : j + 1])[0] - mean[0] for j in range(3)]
    )
    np.testing.assert_allclose(factor.T @ factor, np.linalg.inv(total), rtol=1e-10)
