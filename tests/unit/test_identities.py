"""Identities of norms and penalties, and faults that must show."""

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import identities
from regclaims.mechanisms.identities import central_difference, elastic_net, run

SPEC = {"magnitudes": [-6, 0, 6], "dimensions": [2, 8]}
REPLICATES = 3


@pytest.fixture(scope="module")
def frame():
    return run(SPEC, 1, REPLICATES)


def test_run_is_tidy(frame):
    assert list(frame) == [
        *("cell_id", "magnitude", "dimension", "replicate", "method"),
        *identities.METRICS,
    ]
    assert len(frame) == 3 * 2 * REPLICATES * 3
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    every = frame[["gradient_deviation", "penalty_deviation"]]
    assert every.notna().all().all()
    net = frame["method"] == "elastic-net"
    for metric in ("augmented_deviation", "lasso_limit_deviation", "ridge_limit_deviation"):
        assert (frame[metric].notna() == net).all()
    assert (frame["norm_deviation"].isna() == net).all()


def test_other_cells_and_more_replicates_change_no_draw(frame):
    part = run({"magnitudes": [6], "dimensions": [8]}, 1, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)


def test_central_differences_of_a_cubic():
    weights = np.array([2.0, -0.5])
    # Over half of a weight the difference of w^3 is 3 w^2 + (w/4)^2.
    expected = 3 * weights**2 + weights**2 / 16
    found = central_difference(lambda w: (w**3).sum(axis=-1), weights)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_elastic_net_of_one_orthonormal_column():
    X = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    y = 3.0 * X[:, 0]
    assert elastic_net(X, y, 0.5, 0)[0] == pytest.approx(2.5)
    assert elastic_net(X, y, 0, 0.5)[0] == pytest.approx(2.0)
    assert elastic_net(X, y, 0.5, 0.25)[0] == pytest.approx(2.0)


def claim(*parts):
    made = [
        {"evidence": "identities", "metric": metric, "method": method, "tuning": "none"}
        | {"versus": tolerance, "scale": "digits", "direction": "below", "margin": 0}
        for metric, method, tolerance in parts
    ]
    return {"bar": "always", "parts": made}


NORMS = [("norm_deviation", method, 1e-12) for method in ("l1", "l2")]
PENALTIES = [("penalty_deviation", method, 1e-8) for method in ("l1", "l2")]
DEFINITIONS = claim(*NORMS, *PENALTIES)
STRICT = claim(*NORMS, *PENALTIES, ("square_deviation", "l2", 1e-12))
LINEAR = claim(("gradient_deviation", "l2", 1e-10))
COMBINES = claim(
    ("penalty_deviation", "elastic-net", 1e-8),
    ("lasso_limit_deviation", "elastic-net", 1e-7),
    ("ridge_limit_deviation", "elastic-net", 1e-7),
)
ROWS = claim(("augmented_deviation", "elastic-net", 1e-7))


def verdict(table, rule):
    rule = Rule.model_validate(rule).model_dump()
    parts = [contrast(table.assign(tuning="none"), one) for one in rule["parts"]]
    return decide(parts, rule, BARS[rule["bar"]]).verdict


def test_verdicts(frame):
    for rule in (DEFINITIONS, LINEAR, COMBINES, ROWS):
        assert verdict(frame, rule) == SUPPORTED
    # The norm and the sum of squares are not one thing; and L1's slope is not twice the weight.
    assert verdict(frame, STRICT) == REFUTED
    assert verdict(frame, claim(("gradient_deviation", "l1", 1e-10))) == REFUTED


@pytest.mark.parametrize(
    ("penalty", "wrong"),
    [
        ("l2", lambda w: np.sqrt((w**2).sum(axis=-1))),
        ("l2", lambda w: (np.abs(w) ** 2.0001).sum(axis=-1)),
    ],
)
def test_another_penalty_is_refuted(monkeypatch, penalty, wrong):
    monkeypatch.setitem(identities.PENALTIES, penalty, wrong)
    assert verdict(run(SPEC, 1, REPLICATES), LINEAR) == REFUTED


def test_fits_with_another_penalty_are_refuted(monkeypatch):
    """Half of each strength: as if the formula had another constant."""
    exact = identities.elastic_net
    monkeypatch.setattr(identities, "elastic_net", lambda X, y, l1, l2: exact(X, y, l1, l2 / 2))
    caught = run(SPEC, 1, REPLICATES)
    assert verdict(caught, DEFINITIONS) == REFUTED
    assert verdict(caught, COMBINES) == REFUTED
    assert verdict(caught, ROWS) == REFUTED


def test_a_fit_that_stops_early_is_refuted(monkeypatch):
    exact = identities.elastic_net

    def early(X, y, l1, l2):
        return exact(X, y, l1, l2) * (1 + 1e-5)

    monkeypatch.setattr(identities, "elastic_net", early)
    caught = run(SPEC, 1, REPLICATES)
    assert verdict(caught, DEFINITIONS) == REFUTED
    assert verdict(caught, COMBINES) == REFUTED


def test_a_norm_with_a_term_lost_is_refuted(monkeypatch):
    exact = np.linalg.norm
    monkeypatch.setattr(np.linalg, "norm", lambda w, order: exact(w[1:], order))
    caught = run({"magnitudes": [0], "dimensions": [4]}, 1, REPLICATES)
    assert verdict(caught, DEFINITIONS) == REFUTED


def test_an_uncertified_fit_is_an_error(monkeypatch):
    exact = identities.ridge_path

    def failed(*args, **kwargs):
        path = exact(*args, **kwargs)
        path.status[:] = "failed"
        return path

    monkeypatch.setattr(identities, "ridge_path", failed)
    with pytest.raises(ArithmeticError, match="no certified"):
        run({"magnitudes": [0], "dimensions": [2]}, 1, 1)
