"""The same bits in every process, whatever its threads and whether its kernels were compiled."""

import dataclasses
import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from regclaims.solvers import gaussian_path, least_squares, logistic_path, ridge_path
from regclaims.solvers.kernels.cache_folders import VARIABLE

RNG = np.random.default_rng(0)
# Of two shapes, so that a Gram matrix, single columns and the dual are all used.
DATA = {}
for shape in ((150, 40), (60, 200)):
    X = RNG.standard_normal(shape) + RNG.standard_normal((shape[0], 1))
    DATA[shape] = X, (X[:, 0] - X[:, 1] + RNG.standard_normal(shape[0]) > 0).astype(float)
SOLVERS = {
    "lasso": lambda X, y: gaussian_path(X, y, n_lambdas=30),
    "elastic net": lambda X, y: gaussian_path(X, y, l1_ratio=0.05, n_lambdas=30),
    "logistic": lambda X, y: logistic_path(X, y, n_lambdas=30),
    "logistic elastic net": lambda X, y: logistic_path(X, y, l1_ratio=0.05, n_lambdas=30),
    "sparse": lambda X, y: gaussian_path(sparse.csr_array(X * (X > 1)), y, n_lambdas=30),
    "ridge": lambda X, y: ridge_path(X, y, n_lambdas=30),
    "least squares": least_squares,
}
FIELDS = ["lambdas", "coefs", "intercepts", "kkt", "gap", "status", "operations", "df"]
ROOT = Path(__file__).resolve().parents[2]


def digest():
    """Hash every number of every path."""
    found = hashlib.sha256()
    for X, y in DATA.values():
        for solve in SOLVERS.values():
            path = solve(X, y)
            for field in FIELDS:
                found.update(np.ascontiguousarray(getattr(path, field)).tobytes())
    return found.hexdigest()


def elsewhere(**variables):
    """Return the hash that a new process computes."""
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('here', {str(Path(__file__))!r})\n"
        "here = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(here)\n"
        "print(here.digest())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **variables}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_same_bits_in_processes_with_one_thread_and_two():
    threads = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"]
    one = elsewhere(**dict.fromkeys(threads, "1"), PYTHONHASHSEED="1")
    two = elsewhere(**dict.fromkeys(threads, "2"), PYTHONHASHSEED="2")
    assert one == two == digest()


@pytest.mark.slow
def test_the_same_bits_from_a_cold_cache_and_a_warm_one(tmp_path):
    cold = elsewhere(**{VARIABLE: str(tmp_path)})
    assert any(tmp_path.rglob("*.bin"))
    assert elsewhere(**{VARIABLE: str(tmp_path)}) == cold == digest()


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("shape", DATA)
def test_operations_are_positive_and_the_same_again(name, shape):
    one, other = SOLVERS[name](*DATA[shape]), SOLVERS[name](*DATA[shape])
    assert one.coefs.tobytes() == other.coefs.tobytes()
    assert one.operations.dtype == np.int64
    assert one.operations.shape == (len(one),)
    # With a Gram matrix that was made before, the null model costs nothing.
    assert (one.operations >= 0).all()
    assert (one.operations[one.coefs.any(axis=1)] > 0).all()
    np.testing.assert_array_equal(one.operations, other.operations)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("shape", DATA)
def test_the_memory_of_the_data_does_not_matter(name, shape):
    X, y = DATA[shape]
    expected = SOLVERS[name](X, y).coefs.tobytes()
    for offset in (1, 2, 3):  # so that nothing is aligned as before
        room = np.empty(X.size + offset)
        moved = room[offset:].reshape(X.shape)
        moved[:] = X
        assert SOLVERS[name](moved, y).coefs.tobytes() == expected


@pytest.mark.parametrize("name", SOLVERS)
def test_a_path_is_frozen_and_can_be_sent_to_another_process(name):
    path = SOLVERS[name](*DATA[60, 200])
    with pytest.raises(dataclasses.FrozenInstanceError):
        path.coefs = path.coefs * 2
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        copy = pickle.loads(pickle.dumps(path, protocol))
        for field in FIELDS:
            np.testing.assert_array_equal(getattr(copy, field), getattr(path, field))
        assert (copy.loss, copy.l1_ratio) == (path.loss, path.l1_ratio)
        np.testing.assert_array_equal(
            copy.predict(DATA[60, 200][0]), path.predict(DATA[60, 200][0])
        )
        assert len(pickle.loads(pickle.dumps(copy.until(3)))) == min(3, len(path))
