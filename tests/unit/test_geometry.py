"""Diamond and circle: probabilities that are known exactly, and faults that must show."""

import math

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.decide import INCONCLUSIVE, REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.config.mechanisms.geometry import Geometry
from regclaims.evidence.contrasts import contrast
from regclaims.figures import geometry as figure
from regclaims.mechanisms import balls, geometry
from regclaims.mechanisms.geometry import corner_probability, draw_optimum, draw_root, run, touch
from regclaims.report.mechanisms.geometry import numbers
from regclaims.report.tex import write_macros

CIRCLES = {"contours": "circles"}
SPEC = {
    "dimensions": [2, 4],
    "radii": [0.2, 0.5, 0.8],
    "contours": [CIRCLES, {"contours": "ellipses", "rho": 0.5}],
    "rows_per_column": 2,
    "optimum": "gaussian",
    "plane_replicates": 2,
}


def test_run_is_tidy():
    frame = run(SPEC, seed=1, replicates=3)
    assert list(frame) == [
        *("cell_id", "dimension", "radius", "contours", "replicate", "method"),
        *geometry.METRICS,
    ]
    assert len(frame) == 2 * 3 * 2 * 3 * 2
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    assert frame["cell_id"].nunique() == 12
    assert set(frame["contours"]) == {"circles", "ellipses 0.5"}
    assert set(frame["method"]) == set(geometry.METHODS)
    # Measured below 1e-14; thousandfold.
    assert frame["gap"].max() < 1e-11
    assert frame[["any_zero", "corner"]].isin([0.0, 1.0]).all().all()


def test_low_dimensions_have_more_replicates():
    frame = run(SPEC | {"plane_replicates": 9, "radii": [0.5]}, seed=1, replicates=3)
    assert frame.groupby("dimension")["replicate"].nunique().to_dict() == {2: 9, 4: 4}


def test_other_cells_and_more_replicates_change_no_draw():
    full = run(SPEC, 5, 4)
    part = run(SPEC | {"radii": [0.8], "dimensions": [4], "contours": SPEC["contours"][1:]}, 5, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = full.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)
    assert not run(SPEC, 6, 4)["zero_share"].equals(full["zero_share"])


@pytest.mark.parametrize("dimension", [2, 3, 5])
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_exact_probabilities_of_circles_around_a_minimum_even_on_diamonds(dimension, share):
    """Sizes are exponential, their shares Dirichlet, and gaps between them beta (Rényi 1953)."""
    spec = SPEC | {"dimensions": [dimension], "radii": [share], "contours": [CIRCLES]}
    frame = run(spec | {"optimum": "laplace"}, seed=2, replicates=400)
    found = frame[frame["method"] == "l1-ball"][["any_zero", "corner"]].mean()
    exact = {
        "any_zero": 1 - share ** (dimension - 1),
        "corner": (1 - share) ** (dimension - 1),
    }
    for event, probability in exact.items():
        error = math.sqrt(probability * (1 - probability) / 400)
        assert abs(found[event] - probability) < 4.5 * error, event


def test_corner_probability_in_the_plane():
    # Of the angle to the nearer axis, arctan of the ratio below which it is a corner.
    assert corner_probability(0) == 1
    assert corner_probability(1) == 0
    angle = (np.arange(100_000) + 0.5) / 100_000 * 2 * math.pi
    a, b = np.abs(np.cos(angle)), np.abs(np.sin(angle))
    for share in (0.1, 0.4, 0.9):
        at_corner = np.abs(a - b) >= share * (a + b)
        # The grid of angles, of which eight ends are cut.
        assert at_corner.mean() == pytest.approx(corner_probability(share), abs=1e-4)


def test_plane_circles_agree_with_the_exact_probability():
    spec = SPEC | {"dimensions": [2], "contours": [CIRCLES], "plane_replicates": 600}
    frame = run(spec, seed=3, replicates=2)
    found = frame[frame["method"] == "l1-ball"].groupby("radius")["corner"].mean()
    for share, value in found.items():
        exact = corner_probability(share)
        assert abs(value - exact) < 4.5 * math.sqrt(exact * (1 - exact) / 600)


def test_circle_touches_where_the_minimum_points_if_contours_are_circles():
    optimum = np.array([3.0, -1.0, 0.5])
    point, _, certain = touch("l2-ball", np.eye(3), optimum, 0.25)
    assert certain
    np.testing.assert_allclose(point, 0.25 * optimum, rtol=1e-14)


def test_a_tie_is_not_certain():
    # The circle around (2, 1) meets the diamond of radius 1 at its corner, with no room to spare.
    point, gap, certain = touch("l1-ball", np.eye(2), np.array([2.0, 1.0]), 1 / 3)
    np.testing.assert_allclose(point, [1.0, 0.0], atol=1e-12)
    assert gap < 1e-12
    assert not certain


def test_ellipses_have_the_asked_for_correlation():
    root = draw_root({"contours": "ellipses", "rho": -0.6}, 4, 20_000)(np.random.default_rng(0))
    expected = (-0.6) ** np.abs(np.subtract.outer(range(4), range(4)))
    # 80,000 rows: about four standard errors of a covariance.
    np.testing.assert_allclose(root.T @ root, expected, atol=0.02)


def test_bad_spec():
    with pytest.raises(ValueError, match="unknown contours"):
        draw_root({"contours": "squares"}, 2, 2)
    with pytest.raises(ValueError, match="unknown law"):
        draw_optimum("cauchy", 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="takes rho"):
        Geometry.model_validate({"contours": [{"contours": "ellipses"}]})
    with pytest.raises(ValueError, match="less than 1"):
        Geometry.model_validate({"radii": [1]})


PART = {"evidence": "geometry", "tuning": "none", "scale": "difference", "margin": 0.05}
AXES = ("tends", PART | {"metric": "any_zero", "method": "l1-ball"}, 0.5, "above")
RAISES = (
    "plain",
    PART | {"metric": "any_zero", "method": "l1-ball"},
    {"method": "l2-ball", "tuning": "none"},
    "above",
)
CIRCLE = ("plain", PART | {"metric": "any_zero", "method": "l2-ball", "margin": 0}, 0.05, "below")


def verdict(frame, claim):
    bar, part, versus, direction = claim
    parts = [part | {"versus": versus, "direction": direction}]
    rule = Rule.model_validate({"bar": bar, "parts": parts}).model_dump()
    tables = [contrast(frame.assign(tuning="none"), one) for one in rule["parts"]]
    return decide(tables, rule, BARS[bar]).verdict


# Nine cells of four dimensions; in each a zero is likely.
JUDGED = SPEC | {
    "dimensions": [4, 5, 6],
    "contours": SPEC["contours"][:1],
    "radii": [0.1, 0.2, 0.3],
}


def scaled(X, y, radius):
    """The minimum brought into the diamond by shrinking: what a smooth penalty might do."""
    best = np.linalg.lstsq(X, y)[0]
    return best * radius / np.abs(best).sum()


def test_verdicts_and_what_a_wrong_solver_makes_of_them(monkeypatch):
    frame = run(JUDGED, 1, 80)
    assert [verdict(frame, claim) for claim in (AXES, RAISES, CIRCLE)] == [SUPPORTED] * 3
    monkeypatch.setattr(balls, "l1_ball", scaled)
    caught = run(JUDGED, 1, 80)
    # The certificate sees that these points are not the best ones: no zero of theirs counts.
    assert caught.loc[caught["method"] == "l1-ball", "any_zero"].isna().all()
    assert [verdict(caught, claim) for claim in (AXES, RAISES)] == [INCONCLUSIVE] * 2
    # Without a certificate the wrong solver would turn the verdicts.
    monkeypatch.setattr(balls, "gap", lambda *_: 0.0)
    fooled = run(JUDGED, 1, 80)
    assert [verdict(fooled, claim) for claim in (AXES, RAISES)] == [REFUTED] * 2


def test_a_thresholded_circle_is_refuted(monkeypatch):
    """Cutting small coordinates off, as loose tolerances do, makes zeros that are not there."""
    exact = balls.l2_ball

    def cut(X, y, radius):
        found = exact(X, y, radius)
        return np.where(np.abs(found) < 0.5 * np.abs(found).max(), 0.0, found)

    monkeypatch.setattr(balls, "l2_ball", cut)
    caught = run(JUDGED, 1, 80)
    assert verdict(caught, CIRCLE) == INCONCLUSIVE
    monkeypatch.setattr(balls, "gap", lambda *_: 0.0)
    monkeypatch.setattr(balls, "zero_margin", lambda *_: 1.0)
    assert verdict(run(JUDGED, 1, 80), CIRCLE) == REFUTED


@pytest.fixture(scope="module")
def data():
    return figure.table(run(SPEC, 1, 6))


def test_figure_counts(data):
    frame = run(SPEC, 1, 6)
    cell = (frame["method"] == "l1-ball") & (frame["radius"] == 0.2) & (frame["dimension"] == 4)
    cell &= frame["contours"] == "circles"
    row = data[
        (data["event"] == "any_zero")
        & (data["method"] == "l1-ball")
        & (data["radius"] == 0.2)
        & (data["dimension"] == 4)
        & (data["contours"] == "circles")
    ]
    assert row["share"].item() == frame.loc[cell, "any_zero"].mean()
    assert row["trials"].item() == 6
    circle = data[data["method"] == "l2-ball"]
    assert circle["radius"].isna().all()
    assert (circle["trials"] == 18).all()
    assert (data["low"] <= data["share"]).all() and (data["share"] <= data["high"]).all()


def test_figure_is_drawn(data):
    with figure.draw(data) as drawn:
        assert len([axes for axes in drawn.axes if axes.has_data()]) == 2 + 2 * 2


def test_numbers_of_the_paper(data):
    found = numbers(Geometry.model_validate(SPEC | {"replicates": 6}), data)
    assert found["geometry-circle-zeros"] == "0"
    assert found["geometry-circle-trials"] == str(2 * 3 * 2 * 6)
    assert found["geometry-largest-dimension"] == "4"
    assert "RcGeometryPlaneCorner" in write_macros(found)
