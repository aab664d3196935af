"""Paths of fits with certificates."""

from typing import TYPE_CHECKING, Any

from regclaims.solvers.adaptive import adaptive_path
from regclaims.solvers.certificate import MAX_RESIDUAL, certificate
from regclaims.solvers.cross_validation import FoldErrors, cv_path, cv_paths, draw_folds
from regclaims.solvers.gaussian import gaussian_path
from regclaims.solvers.grid import lambda_grid
from regclaims.solvers.logistic import logistic_path
from regclaims.solvers.logistic_ridge import logistic_ridge_path
from regclaims.solvers.path import Path
from regclaims.solvers.relaxed import RelaxedPath, relaxed_path
from regclaims.solvers.ridge import NULL_DF, least_squares, ridge_lambda, ridge_path

if TYPE_CHECKING:
    from regclaims.solvers.estimator import CertifiedElasticNetCV

__all__ = [
    "MAX_RESIDUAL",
    "NULL_DF",
    "CertifiedElasticNetCV",
    "FoldErrors",
    "Path",
    "RelaxedPath",
    "adaptive_path",
    "certificate",
    "cv_path",
    "cv_paths",
    "draw_folds",
    "gaussian_path",
    "lambda_grid",
    "least_squares",
    "logistic_path",
    "logistic_ridge_path",
    "relaxed_path",
    "ridge_lambda",
    "ridge_path",
]


def __getattr__(name: str) -> Any:
    """Load the estimator when it is first asked for: scikit-learn takes a second to import."""
    if name == "CertifiedElasticNetCV":
        from regclaims.solvers.estimator import CertifiedElasticNetCV

        return CertifiedElasticNetCV
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
