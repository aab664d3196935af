"""Paths of fits with certificates."""

from regclaims.solvers.certificate import MAX_RESIDUAL, certificate
from regclaims.solvers.cross_validation import FoldErrors, cv_path, draw_folds
from regclaims.solvers.gaussian import gaussian_path, lambda_grid
from regclaims.solvers.path import Path
from regclaims.solvers.ridge import NULL_DF, least_squares, ridge_lambda, ridge_path

__all__ = [
    "MAX_RESIDUAL",
    "NULL_DF",
    "FoldErrors",
    "Path",
    "certificate",
    "cv_path",
    "draw_folds",
    "gaussian_path",
    "lambda_grid",
    "least_squares",
    "ridge_lambda",
    "ridge_path",
]
