"""Popular claims about L1, L2 and Elastic Net regularization, put on trial."""
