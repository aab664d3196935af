"""``python -m regclaims.solvers.kernels``: compile every kernel, so that no job has to.

Prints nothing where all were compiled before. Set-up runs it.
"""

from __future__ import annotations

import os
import time
from typing import Any

from numba.core import event

from regclaims.solvers.kernels.cache_folders import VARIABLE, environment_base, remove_others
from regclaims.solvers.kernels.compiling import COMPILING
from regclaims.solvers.kernels.warm_up import warm_up


def main() -> None:
    """Compile what has to be, and remove what other versions left in this environment."""
    os.environ[COMPILING] = "1"
    first = FirstCompilation()
    with event.install_listener("numba:compile", first):
        warm_up()
    if first.began is not None:
        say(f"the kernels are compiled ({time.monotonic() - first.began:.0f} s)")
    base = environment_base()
    if base is not None and not os.environ.get(VARIABLE):  # a folder that was named may be shared
        remove_others(base)


class FirstCompilation(event.Listener):
    """Says when there is something to compile, and remembers when it began."""

    def __init__(self) -> None:
        self.began: float | None = None

    def on_start(self, event: Any) -> None:
        if self.began is None:
            self.began = time.monotonic()
            say("compiling the kernels")

    def on_end(self, event: Any) -> None:
        pass


def say(text: str) -> None:
    """Print a line at once, in the form of ``tools/environment.py``.

    Parameters
    ----------
    text : str
        The line.
    """
    print(f"regclaims: {text}", flush=True)


if __name__ == "__main__":
    main()
