"""`python -m benchmarks`: see `python -m benchmarks --help`."""

import os
import signal
import sys
from types import FrameType

from benchmarks import ONE_THREAD

os.environ.update(ONE_THREAD)


def stop(_signal: int, _frame: FrameType | None) -> None:
    """End as after an error, so that the solvers' processes end too."""
    sys.exit(143)


if __name__ == "__main__":
    from benchmarks.run import main

    signal.signal(signal.SIGTERM, stop)
    sys.exit(main())
