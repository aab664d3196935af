"""One thread within, and outside what was before: nested, in several threads, after errors."""

import threading

import numpy as np
import pytest
import scipy.linalg  # its linear algebra is a library of its own
from threadpoolctl import ThreadpoolController, threadpool_limits

from regclaims.solvers.threads import one_thread

LIBRARIES = ThreadpoolController().select(user_api="blas")


def in_use():
    """Return how many threads each library may use."""
    return [library.num_threads for library in LIBRARIES.lib_controllers]


@pytest.fixture(autouse=True)
def two_threads():
    """Allow two, so that one is a difference."""
    with threadpool_limits(2, user_api="blas"):
        yield


def test_there_is_a_library_to_limit():
    assert in_use() == [2] * len(LIBRARIES.lib_controllers)
    assert in_use()
    assert np.linalg.norm(scipy.linalg.inv(np.eye(2)) - np.eye(2)) == 0.0


def test_one_within_and_two_after():
    with one_thread():
        assert set(in_use()) == {1}
        with one_thread():
            assert set(in_use()) == {1}
        assert set(in_use()) == {1}
    assert set(in_use()) == {2}


def test_an_error_restores_what_was_before():
    with pytest.raises(ZeroDivisionError), one_thread(), one_thread():
        raise ZeroDivisionError
    assert set(in_use()) == {2}
    with one_thread():
        assert set(in_use()) == {1}


def test_limits_changed_between_calls_are_seen():
    with one_thread():
        pass
    with threadpool_limits(1, user_api="blas"):
        with one_thread():
            pass
        assert set(in_use()) == {1}
    with one_thread():
        assert set(in_use()) == {1}
    assert set(in_use()) == {2}


def test_a_block_of_one_thread_is_none_of_another():
    seen = []

    def other():
        with one_thread():
            seen.extend(in_use())

    with one_thread():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert set(in_use()) == {1}
    assert set(seen) == {1}
    assert set(in_use()) == {2}
