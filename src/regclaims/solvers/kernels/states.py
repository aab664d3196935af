"""Why a kernel returned."""

FINISHED = 0
EXPLAINED = 1
"""A fit explained as much of the deviance as was asked for."""

SWITCHED = 2
"""The support is of the other kernel's size."""

STUCK = 3
"""The next fit could not be found."""
