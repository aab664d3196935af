"""One thread for linear algebra: X'X differs in its last bits between one and two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let the linear algebra within use one thread, so that results are the same everywhere."""
    with _libraries().limit(limits=1, user_api="blas"):
        yield
