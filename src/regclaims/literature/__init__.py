"""Our runs against published simulations: the same designs, their numbers beside ours."""
