"""One thread for linear algebra: X'X differs in its last bits between one and two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let the linear algebra within use one thread, so that results are the same everywhere.

    Within another such block of the same thread it does nothing, and costs nothing.
    """
    if getattr(_this, "inside", False):
        yield
        return
    with _libraries().limit(limits=1, user_api="blas"):
        _this.inside = True
        try:
            yield
        finally:
            _this.inside = False


_this = threading.local()
