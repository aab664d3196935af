"""Compiled kernels: what runs inside a path, on arrays alone; nothing here checks its input."""
