"""Real data sets: one YAML file each in `config/datasets`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Line, Name, Strict


class Protocol(Strict):
    """How a data set is split."""

    splits: int = Field(default=20, ge=3, le=500, description="Random splits into train and test.")
    test_share: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.25, description="Share of the rows that are held out."
    )
    folds: int = Field(
        default=10, ge=2, le=50, description="Folds of cross-validation within train."
    )
    halves: int = Field(
        default=50, ge=2, le=500, description="Random halves behind the bands of the path figure."
    )


class Dataset(Strict):
    """Where a data set comes from, what is predicted, and what it may be used for."""

    title: Line = Field(description="One line for tables.")
    source: Literal["scikit-learn", "file"] = Field(
        description="`scikit-learn`: a loader of that package; `file`: a CSV file."
    )
    name: Name | None = Field(default=None, description="The loader's name; for `scikit-learn`.")
    path: Line | None = Field(
        default=None, description="The CSV file, from the repository's root; for `file`."
    )
    target: Line = Field(description="The column to predict.")
    drop: list[Line] = Field(default=[], description="Columns to leave out.")
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
