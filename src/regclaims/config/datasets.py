"""Real data sets: one YAML file each in `config/datasets`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from regclaims.config.base import Line, Name, Strict

Share = Annotated[float, Field(gt=0, lt=1)]


def _as_text(value: Any) -> Any:
    """Take a number for the text it is written as: a class may be called 1."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if number else value


class Protocol(Strict):
    """How a data set is split, and lambda chosen."""

    splits: int = Field(default=20, ge=3, le=500, description="Random splits into train and test.")
    test_share: Share = Field(default=0.25, description="Share of the rows that are held out.")
    tuning: Literal["cross-validation", "validation"] = Field(
        default="cross-validation",
        description="How lambda is chosen: by cross-validation within train, or, where that costs "
        "too much, by further rows that are held out.",
    )
    folds: int = Field(
        default=10,
        ge=2,
        le=50,
        description="Folds of cross-validation within train; of no use with `validation`.",
    )
    validation_share: Share = Field(
        default=0.25,
        description="Share of all rows that choose lambda; of no use with `cross-validation`.",
    )
    l1_ratios: Annotated[list[Share], Field(min_length=1)] | None = Field(
        default=None, description="The Elastic Nets; without it, those of the study."
    )
    max_terms: int | None = Field(
        default=None,
        ge=2,
        description="Of sparse text only: per split, no more terms than these are fitted, the ones "
        "that stand in the most rows that are trained on.",
    )
    lambda_floor: Share | None = Field(
        default=None,
        description="Where the grids of lasso and Elastic Net end, as a share of lambda_max; "
        "without it, where the study's do.",
    )
    halves: int = Field(
        default=50, ge=2, le=500, description="Random halves behind the bands of the path figure."
    )

    @model_validator(mode="after")
    def _rows_are_left(self) -> Protocol:
        if self.tuning == "validation" and self.test_share + self.validation_share >= 1:
            raise ValueError("test_share and validation_share must leave rows to train on")
        return self


class Dataset(Strict):
    """Where a data set comes from, what is predicted, and what it may be used for."""

    title: Line = Field(description="One line for tables.")
    source: Literal["scikit-learn", "file"] = Field(
        description="`scikit-learn`: a loader of that package; `file`: a file of yours."
    )
    name: Name | None = Field(default=None, description="The loader's name; for `scikit-learn`.")
    path: Line | None = Field(
        default=None,
        description="The file, from the repository's root; for `file`. `.csv`, `.tsv` or "
        "`.parquet`, or `.svm` (svmlight) for sparse text; text may be compressed (`.csv.gz`).",
    )
    features: Line | None = Field(
        default=None,
        description="A text file with the terms of sparse text, one a line; for `.svm` only.",
    )
    target: Line = Field(description="The column to predict; a word for it with `.svm`.")
    task: Literal["regression", "classification"] = Field(
        default="regression",
        description="`regression`: the target is a number; `classification`: one of two classes.",
    )
    positive: Annotated[Line, BeforeValidator(_as_text)] | None = Field(
        default=None,
        description="The class that is coded 1; for `classification`. Without it, the later one "
        "in the order of numbers or of the alphabet.",
    )
    drop: list[Line] = Field(default=[], description="Columns to leave out.")
    missing: Literal["refuse", "impute"] = Field(
        default="refuse",
        description="What is done where a value is missing. `refuse`: the file is refused; "
        "`impute`: a number is replaced by the mean of its column over the rows that are trained "
        "on, in a column of text it is a level of its own.",
    )
    expansion: Literal["none", "quadratic"] = Field(
        default="none",
        description="`quadratic`: the columns, their squares (but of those with two values) and "
        "their products in pairs, all about the mean.",
    )
    licence: Line = Field(description="Licence of the data, or `unknown`.")
    citation: Line = Field(description="Key in paper/references.bib, or `unknown`.")
    about: Line = Field(description="A sentence: what was measured on whom, and why it is here.")
    protocol: Protocol = Field(default=Protocol(), description="Splits and folds.")

    @model_validator(mode="after")
    def _place(self) -> Dataset:
        wanted, other = ("name", "path") if self.source == "scikit-learn" else ("path", "name")
        if getattr(self, wanted) is None:
            raise ValueError(f"source {self.source} needs {wanted}")
        if getattr(self, other) is not None:
            raise ValueError(f"source {self.source} takes no {other}")
        return self

    @model_validator(mode="after")
    def _fitting(self) -> Dataset:
        sparse = self.path is not None and is_sparse(self.path)
        if self.positive is not None and self.task == "regression":
            raise ValueError("task regression takes no positive; task classification does")
        if self.features is not None and not sparse:
            raise ValueError("features is for sparse text (.svm, .svm.gz); others have a header")
        if sparse and (self.expansion, self.missing) != ("none", "refuse"):
            raise ValueError("sparse text (.svm, .svm.gz) takes no expansion and no missing")
        if self.protocol.max_terms is not None and not sparse:
            raise ValueError("protocol.max_terms is for sparse text (.svm, .svm.gz)")
        if self.target in self.drop:
            raise ValueError(f"target {self.target} must not be in drop")
        return self


def is_sparse(path: str) -> bool:
    """Tell by its name whether a file holds sparse text."""
    return path.lower().endswith((".svm", ".svm.gz"))
