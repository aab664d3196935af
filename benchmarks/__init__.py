"""Speed of whole paths, side by side with peers, at equal accuracy; see README.md."""

ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA")
} | {"VECLIB_MAXIMUM_THREADS": "1", "LC_ALL": "C"}
"""Environment of every process that is timed; it has to be set before numpy is imported."""
